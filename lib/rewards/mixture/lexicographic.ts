/**
 * Lexicographic rewards: what ranks higher always decides.
 *
 * @module
 */

/** A component's rank and the range of its scores. */
export interface Level {
  readonly component: string;
  /** Scores lie within [low, high]; one outside counts as failed. */
  readonly low: number;
  readonly high: number;
  /** Smallest difference of two scores that must decide whatever the lower levels say. */
  readonly gap: number;
}

/** How much more than the lower levels' whole range a gap weighs. */
const MARGIN = 1.05;

/**
 * Weights by component under which a gap of each level outweighs everything below it:
 * w_k gap_k > sum over j > k of w_j (high_j - low_j). The last level has weight 1. A completion to which
 * a component does not apply adds 0, so that 0 belongs to every range.
 *
 * @param levels From the highest to the lowest.
 * @throws {RangeError} if a gap is not above 0 or a range is empty.
 *
 * @example
 * ```ts
 * import { separatedWeights } from "@terse/rewards";
 * import { assertEquals } from "@std/assert";
 * assertEquals(
 *   separatedWeights([
 *     { component: "answer", low: -1, high: 1, gap: 2 },
 *     { component: "length", low: 0, high: 1, gap: 0.01 },
 *   ]),
 *   { answer: 0.525, length: 1 },
 * );
 * ```
 */
export function separatedWeights(levels: readonly Level[]): Record<string, number> {
  const weights: [string, number][] = [];
  let below = 0;
  for (const { component, low, high, gap } of levels.toReversed()) {
    if (!(gap > 0) || !(high > low)) {
      throw new RangeError(
        `Cannot order "${component}": its gap must be above 0 and its high above its low: current ` +
          `values are gap ${gap}, low ${low}, high ${high}`,
      );
    }
    const weight = below === 0 ? 1 : MARGIN * below / gap;
    below += weight * (Math.max(high, 0) - Math.min(low, 0));
    weights.unshift([component, weight]);
  }
  return Object.fromEntries(weights);
}
