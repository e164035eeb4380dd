/**
 * DLER's truncation reward (Liu et al., arXiv 2510.15110).
 *
 * @module
 */
import type { LengthRule } from "./length_reward.ts";

/**
 * c for a completion that ended by itself, 0 for one cut off at the limit, with c = 1 for a right answer.
 * The limit is the arm's maxCompletionLength.
 *
 * The rest of DLER is training: rewards normalised over the batch (`scaleRewards: "batch"`), a higher
 * upper clip (`epsilonHigh: 0.28`), and groups of equal rewards replaced (`dynamicSamplingRounds`).
 */
export const dler: LengthRule<Record<never, never>> = {
  correctness: "rewarded",
  defaults: {},
  score: ({ correct_G, truncated_G }) =>
    correct_G.map((isRight, g) => isRight && !truncated_G[g] ? 1 : 0),
};
