/**
 * DAPO's soft punishment of overlong completions (Yu et al., arXiv 2503.14476, equation 13).
 *
 * @module
 */
import type { LengthRule } from "./length_reward.ts";

/** Settings of {@link dapoOverlong}, in tokens. */
export interface DapoOverlongOptions {
  readonly maxTokens: number;
  /** The last tokens below the maximum, over which the punishment grows. */
  readonly cacheTokens: number;
}

/**
 * 0 up to maxTokens - cacheTokens, then falling evenly to -1 at maxTokens, and -1 beyond; 20,480 and
 * 4,096. (TRL's get_soft_overlong_punishment computes the same.)
 */
export const dapoOverlong: LengthRule<DapoOverlongOptions> = {
  correctness: "unused",
  defaults: { maxTokens: 20_480, cacheTokens: 4_096 },
  score: ({ lengthsTokens_G }, { maxTokens, cacheTokens }) => {
    const free = maxTokens - cacheTokens;
    return lengthsTokens_G.map((length) => {
      if (length <= free) return 0;
      return length <= maxTokens ? (free - length) / cacheTokens : -1;
    });
  },
};
