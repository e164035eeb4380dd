/**
 * LASER's step reward (Liu et al., arXiv 2505.15612, section 3; released code).
 *
 * @module
 */
import type { LengthRule } from "./length_reward.ts";

/** Settings of {@link laser}. */
export interface LaserOptions {
  /** Alpha, what a right answer within the target earns on top. */
  readonly bonus: number;
  /** T, in tokens; the paper trains with 2,048, 4,096 and 8,192. */
  readonly targetTokens: number;
}

/**
 * c + a c 1[L <= T] with c = 1 for a right answer and 0 for a wrong one, a = 0.5, T = 4,096.
 *
 * Deviation: the release gives a wrong answer -0.5; that is the answer reward's to say.
 */
export const laser: LengthRule<LaserOptions> = {
  correctness: "rewarded",
  defaults: { bonus: 0.5, targetTokens: 4_096 },
  score: ({ lengthsTokens_G, correct_G }, { bonus, targetTokens }) =>
    lengthsTokens_G.map((length, g) => {
      if (!correct_G[g]) return 0;
      return length <= targetTokens ? 1 + bonus : 1;
    }),
};
