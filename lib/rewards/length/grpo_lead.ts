/**
 * GRPO-LEAD's reward (Zhang & Zuo, arXiv 2504.09696, section 3; released code).
 *
 * @module
 */
import type { LengthRule } from "./length_reward.ts";
import { meanOf, rightLengths, sampleStd } from "./statistics.ts";

/** Settings of {@link grpoLead}. */
export interface GrpoLeadOptions {
  /** Alpha. */
  readonly decay: number;
  /** What a wrong answer earns. */
  readonly wrong: number;
}

const EPSILON = 1e-6;

/**
 * Right: exp(-a z) with z = (L - mean_c) / (std_c + 1e-6) over the right completions of the group
 * (sample standard deviation, 1 for a single one) and a = 0.05. Wrong: -1.
 *
 * Its other part, advantages weighted by difficulty, is a mixture's `difficulty`.
 *
 * Deviation: the release leaves groups alone whose three shortest completions average 4,000 tokens or
 * less.
 */
export const grpoLead: LengthRule<GrpoLeadOptions> = {
  correctness: "rewarded",
  defaults: { decay: 0.05, wrong: -1 },
  score: (group, { decay, wrong }) => {
    const right = rightLengths(group);
    return group.lengthsTokens_G.map((length, g) => {
      if (!group.correct_G[g]) return wrong;
      const z = (length - meanOf(right)) / (sampleStd(right, 1) + EPSILON);
      return Math.exp(-decay * z);
    });
  },
};
