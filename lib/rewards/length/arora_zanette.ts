/**
 * The reward of "Training Language Models to Reason Efficiently" (Arora & Zanette, arXiv 2502.04463,
 * equation 2).
 *
 * @module
 */
import type { LengthRule } from "./length_reward.ts";
import { meanOf, rightLengths, sampleStd } from "./statistics.ts";

/** Settings of {@link aroraZanette}. */
export interface AroraZanetteOptions {
  /** Alpha, in [0, 1): the largest share of the reward that length can take. The paper: 0.05 to 0.4. */
  readonly share: number;
}

/**
 * c (1 - a sigmoid((L - mean_c) / std_c)): c = 1 for a right answer, mean and sample standard deviation
 * over the right completions of the group; a = 0.1. Lengths that are all equal lie at sigmoid(0).
 *
 * Deviation: the paper's baseline is RLOO's; here it is the arm's.
 */
export const aroraZanette: LengthRule<AroraZanetteOptions> = {
  correctness: "rewarded",
  defaults: { share: 0.1 },
  score: (group, { share }) => {
    const right = rightLengths(group);
    const std = sampleStd(right, 0);
    return group.lengthsTokens_G.map((length, g) => {
      if (!group.correct_G[g]) return 0;
      const z = std === 0 ? 0 : (length - meanOf(right)) / std;
      return 1 - share / (1 + Math.exp(-z));
    });
  },
};
