/**
 * GR3's multiplicative reward, "Group Relative Reward Rescaling"; after a secondary source, the paper
 * itself was not at hand.
 *
 * @module
 */
import type { LengthRule } from "./length_reward.ts";
import { meanOf } from "./statistics.ts";

/** Settings of {@link gr3}. */
export interface Gr3Options {
  /** Alpha: how strongly length relative to the group divides the reward. */
  readonly strength: number;
}

/**
 * R / (1 + a L / mean), with R = 1 for a right answer and 0 for a wrong one, the mean over the group's
 * lengths, and a = 0.33. Length can take part of a reward and never turns it.
 */
export const gr3: LengthRule<Gr3Options> = {
  correctness: "rewarded",
  defaults: { strength: 0.33 },
  score: ({ lengthsTokens_G, correct_G }, { strength }) => {
    const mean = meanOf(lengthsTokens_G);
    return lengthsTokens_G.map((length, g) => {
      if (!correct_G[g]) return 0;
      return 1 / (1 + (mean === 0 ? 0 : strength * length / mean));
    });
  },
};
