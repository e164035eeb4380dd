/**
 * The weighted sum of components.
 *
 * @module
 */
import type { Scores } from "./gates.ts";

/**
 * Sum over components of weight times score, for each of B completions (Med-U1, arXiv 2506.12307, section
 * 3: all weights 1). Null adds 0. A component of weight 0 changes nothing.
 *
 * @param weights By component, in the order of the sum.
 * @param scores Unweighted scores by component, each of length `size`.
 * @param size B.
 *
 * @example
 * ```ts
 * import { weightedSum } from "@terse/rewards";
 * import { assertEquals } from "@std/assert";
 * assertEquals(weightedSum({ a: 2, b: 1 }, { a: [1, -1], b: [0.5, null] }, 2), [2.5, -2]);
 * ```
 */
export function weightedSum(
  weights: Readonly<Record<string, number>>,
  scores: Scores,
  size: number,
): number[] {
  const sums = Array<number>(size).fill(0);
  for (const [name, weight] of Object.entries(weights)) {
    // Skipped rather than multiplied by 0, so that observing can never add -0 or overflow.
    if (weight === 0) continue;
    scores[name]!.forEach((score, b) => sums[b]! += weight * (score ?? 0));
  }
  return sums;
}
