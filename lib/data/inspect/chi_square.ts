/**
 * Pearson's chi-square test of goodness of fit.
 *
 * @module
 */

/** Terms of the series and of the continued fraction; both converge in far fewer. */
const MOST_TERMS = 10_000;

/** ln of the gamma function for x > 0: the recurrence up to 12, then Stirling's series. */
function lnGamma(x: number): number {
  let shift = 0;
  let at = x;
  for (; at < 12; at++) shift += Math.log(at);
  const inverse = 1 / at;
  const square = inverse * inverse;
  const series = inverse *
    (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188))));
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series - shift;
}

/** Upper regularised incomplete gamma function Q(a, x), for a > 0 and x >= 0 (DLMF 8.7.1, 8.9.2). */
function upperGamma(a: number, x: number): number {
  if (x === 0) return 1;
  const factor = Math.exp(a * Math.log(x) - x - lnGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; n < MOST_TERMS && term > sum * 1e-17; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return 1 - factor * sum;
  }
  // Lentz's evaluation of the continued fraction.
  let b = x + 1 - a;
  let c = Infinity;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < MOST_TERMS; n++) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return factor * fraction;
}

/** Outcome of a test. */
export interface ChiSquareTest {
  readonly statistic: number;
  readonly degrees: number;
  /** Chance of a statistic as large or larger if the expectation holds. */
  readonly p: number;
}

/**
 * Tests whether counts come from equal chances.
 *
 * @param counts At least two counts, not all 0. The approximation is good from an expectation of 5 on.
 *
 * @example
 * ```ts
 * import { testEqualChances } from "./chi_square.ts";
 * import { assertEquals } from "@std/assert";
 * const { statistic, degrees, p } = testEqualChances([10, 20, 30]);
 * assertEquals([statistic, degrees, p.toFixed(4)], [10, 2, "0.0067"]);
 * ```
 */
export function testEqualChances(counts: readonly number[]): ChiSquareTest {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const statistic = counts.reduce((sum, count) => sum + (count - expected) ** 2, 0) / expected;
  const degrees = counts.length - 1;
  return { statistic, degrees, p: upperGamma(degrees / 2, statistic / 2) };
}
