/**
 * How two scores of the same completions rank them.
 *
 * @module
 */

/**
 * Ranks from 1 for the highest; equal scores share the mean of their ranks.
 *
 * @example
 * ```ts
 * import { ranksOf } from "./ranks.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(ranksOf([5, 9, 5, 1]), [2.5, 1, 2.5, 4]);
 * ```
 */
export function ranksOf(scores: readonly number[]): number[] {
  return scores.map((score) => {
    const above = scores.filter((other) => other > score).length;
    const equal = scores.filter((other) => other === score).length;
    return above + (equal + 1) / 2;
  });
}

/**
 * Spearman's rank correlation, Pearson's of {@linkcode ranksOf}; null if all scores of a side are equal.
 *
 * @param first As long as `second`.
 */
export function rankCorrelation(
  first: readonly number[],
  second: readonly number[],
): number | null {
  const centre = (first.length + 1) / 2;
  const a = ranksOf(first).map((rank) => rank - centre);
  const b = ranksOf(second).map((rank) => rank - centre);
  const product = (x: readonly number[], y: readonly number[]) =>
    x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  const scale = Math.sqrt(product(a, a) * product(b, b));
  return scale === 0 ? null : product(a, b) / scale;
}

/** True if no completion is among the best of both sides. */
export function bestChanges(first: readonly number[], second: readonly number[]): boolean {
  const best = Math.max(...first), otherBest = Math.max(...second);
  return !first.some((score, i) => score === best && second[i] === otherBest);
}
