/**
 * The length reward of Kimi k1.5 (arXiv 2501.12599, section 2.3.3).
 *
 * @module
 */
import type { LengthRule } from "./length_reward.ts";

/** Settings of {@link kimi}. */
export interface KimiOptions {
  /** The reward does not apply up to this step: the paper trains without it at first. */
  readonly warmUpSteps: number;
}

/**
 * l = 0.5 - (L - min) / (max - min) over the group's lengths; a right answer earns l, a wrong one
 * min(0, l), all 0 where the lengths are equal. It is added to a reward for the answer.
 *
 * Deviation: the paper does not say how long its warm-up is; here it is a number of steps, 0 by default.
 */
export const kimi: LengthRule<KimiOptions> = {
  correctness: "used",
  defaults: { warmUpSteps: 0 },
  score: ({ lengthsTokens_G, correct_G, step }, { warmUpSteps }) => {
    if (step <= warmUpSteps) return lengthsTokens_G.map(() => null);
    const shortest = Math.min(...lengthsTokens_G);
    const range = Math.max(...lengthsTokens_G) - shortest;
    return lengthsTokens_G.map((length, g) => {
      if (range === 0) return 0;
      const relative = 0.5 - (length - shortest) / range;
      return correct_G[g] ? relative : Math.min(0, relative);
    });
  },
};
