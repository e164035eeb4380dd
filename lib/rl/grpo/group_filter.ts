/**
 * GFPO: only the most concise completions of a group are learnt from.
 *
 * @module
 */

/** Which completions of a group stay. */
export interface GroupFilter {
  /** k, completions of each group that stay (TRL's `num_remains_in_group`). */
  readonly numRemainsInGroup: number;
  /** The shortest ones stay, or those with the highest reward per token. */
  readonly by: "length" | "reward_per_token";
}

/**
 * Which completions of a group stay (Group Filtered Policy Optimization, Shrivastava et al., arXiv
 * 2508.09726, section 3, both of its metrics). Of equal ones the first stays. A completion without a reward never
 * stays, so that fewer than k may be left.
 *
 * Rewards per token compare efficiency where rewards are 0 or more; of negative rewards the longest is
 * the nearest to 0.
 *
 * @param rewards_G Rewards of one group; null for a failed rollout.
 * @param lengthsTokens_G Lengths of its completions, in tokens, 1 or more.
 * @returns True for those that stay.
 *
 * @example
 * ```ts
 * import { keptInGroup } from "@terse/rl";
 * import { assertEquals } from "@std/assert";
 * const shortest = { numRemainsInGroup: 2, by: "length" } as const;
 * assertEquals(keptInGroup([1, 0, 1], [30, 10, 20], shortest), [false, true, true]);
 * ```
 */
export function keptInGroup(
  rewards_G: readonly (number | null)[],
  lengthsTokens_G: readonly number[],
  { numRemainsInGroup, by }: GroupFilter,
): boolean[] {
  const scores = rewards_G.map((reward, g) =>
    by === "length" ? -lengthsTokens_G[g]! : (reward ?? 0) / lengthsTokens_G[g]!
  );
  const kept = new Set(
    rewards_G.map((_, g) => g)
      .filter((g) => rewards_G[g] !== null && !Number.isNaN(rewards_G[g]))
      .sort((a, b) => scores[b]! - scores[a]! || a - b)
      .slice(0, numRemainsInGroup),
  );
  return rewards_G.map((_, g) => kept.has(g));
}
