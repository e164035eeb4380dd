/**
 * ShorterBetter's reward (Yi, Wang & Li, arXiv 2504.21370, section 3; released code).
 *
 * @module
 */
import type { LengthRule } from "./length_reward.ts";
import { meanOf, rightLengths } from "./statistics.ts";

/** Settings of {@link shorterBetter}. */
export interface ShorterBetterOptions {
  /** Alpha, what a right answer earns. */
  readonly right: number;
  /** Beta, what a token off the sample's optimal length costs. */
  readonly costPerToken: number;
}

/**
 * a c - b |L - L_sol|: c = 1 for a right answer, and the sample optimal length L_sol is the shortest right
 * completion's of the group, or the mean of all where none is right; a = 2, b = 0.001. Wrong answers pay
 * for their distance as well.
 */
export const shorterBetter: LengthRule<ShorterBetterOptions> = {
  correctness: "rewarded",
  defaults: { right: 2, costPerToken: 0.001 },
  score: (group, { right, costPerToken }) => {
    const lengths = rightLengths(group);
    const optimal = lengths.length > 0 ? Math.min(...lengths) : meanOf(group.lengthsTokens_G);
    return group.lengthsTokens_G.map((length, g) =>
      (group.correct_G[g] ? right : 0) - costPerToken * Math.abs(length - optimal)
    );
  },
};
