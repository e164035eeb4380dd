/**
 * The adaptive length penalty (Xiang et al., "Just Enough Thinking", arXiv 2506.05256, equation 2).
 *
 * @module
 */
import type { LengthRule } from "./length_reward.ts";
import { meanOf } from "./statistics.ts";

/** Settings of {@link alp}. */
export interface AlpOptions {
  /** Beta over the paper's constant N: what a token costs where every completion is right. */
  readonly costPerToken: number;
}

/**
 * c - b L max(p, 1/K): c = 1 for a right answer, p the share of right answers among the group's K, and
 * b = 1e-7. Tokens cost most where the question is easy; wrong answers pay as well.
 */
export const alp: LengthRule<AlpOptions> = {
  correctness: "rewarded",
  defaults: { costPerToken: 1e-7 },
  score: ({ lengthsTokens_G, correct_G }, { costPerToken }) => {
    const solved = Math.max(meanOf(correct_G.map(Number)), 1 / correct_G.length);
    return lengthsTokens_G.map((length, g) =>
      Number(correct_G[g]) - costPerToken * length * solved
    );
  },
};
