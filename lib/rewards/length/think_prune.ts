/**
 * ThinkPrune's hard limit (Hou et al., arXiv 2504.01296).
 *
 * @module
 */
import type { LengthRule } from "./length_reward.ts";

/** Settings of {@link thinkPrune}. */
export interface ThinkPruneOptions {
  /** The limit of each stage, in tokens. */
  readonly limitsTokens: readonly number[];
  /** Steps after which the next stage begins; the last stage stays. */
  readonly stepsPerStage: number;
}

/**
 * c within the stage's limit, 0 beyond, with c = 1 for a right answer; limits 4,000, 3,000, 2,000.
 *
 * Deviations: the paper cuts the completion at the limit and grades what is left, here the whole
 * completion is graded and then counts for nothing; the paper goes on to the next stage when accuracy
 * has settled, here after 100 steps.
 */
export const thinkPrune: LengthRule<ThinkPruneOptions> = {
  correctness: "rewarded",
  defaults: { limitsTokens: [4_000, 3_000, 2_000], stepsPerStage: 100 },
  score: ({ lengthsTokens_G, correct_G, step }, { limitsTokens, stepsPerStage }) => {
    const stage = Math.min(limitsTokens.length - 1, Math.floor((step - 1) / stepsPerStage));
    return lengthsTokens_G.map((length, g) =>
      correct_G[g] && length <= limitsTokens[stage]! ? 1 : 0
    );
  },
};
