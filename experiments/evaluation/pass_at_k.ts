/**
 * pass@k: the chance that at least one of k completions is right.
 *
 * @module
 */

/**
 * The unbiased estimate of pass@k from n completions of which c are right (Chen et al., "Evaluating Large
 * Language Models Trained on Code", arXiv 2107.03374, equation 1): 1 - C(n - c, k) / C(n, k), computed
 * as the product that the paper gives, which cannot overflow.
 *
 * @example
 * ```ts
 * import { passAtK } from "@terse/experiments";
 * import { assertAlmostEquals } from "@std/assert";
 * // Of 4 completions 1 is right: 3 of the 6 pairs hold it.
 * assertAlmostEquals(passAtK(4, 1, 2), 1 / 2, 1e-12);
 * ```
 * @param n Completions, at least k.
 * @param c Right ones, 0 .. n.
 * @param k At least 1.
 * @throws {RangeError} if the counts are impossible.
 */
export function passAtK(n: number, c: number, k: number): number {
  const areWhole = [n, c, k].every(Number.isInteger);
  if (!areWhole || k < 1 || n < k || c < 0 || c > n) {
    throw new RangeError(
      `Cannot estimate pass@k: n, c and k must be whole numbers with 1 <= k <= n and 0 <= c <= n: ` +
        `current values are n = ${n}, c = ${c}, k = ${k}`,
    );
  }
  if (n - c < k) return 1;
  let noneRight = 1;
  for (let i = n - c + 1; i <= n; i++) noneRight *= 1 - k / i;
  return 1 - noneRight;
}
