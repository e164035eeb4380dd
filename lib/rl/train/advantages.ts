/**
 * The third stage of a step: advantages of mixed rewards.
 *
 * @module
 */
import type { MixedBatch } from "@terse/rewards";
import {
  type AdvantageOptions,
  type GroupFilter,
  keptInGroup,
  mixedAdvantages,
} from "../grpo/mod.ts";

/** Added to standard deviations of rewards, as the reference does. */
const EPSILON = 1e-6;

/** How a step's rewards become advantages. */
export interface StepAdvantageOptions extends Pick<AdvantageOptions, "scaleRewards"> {
  /** Completions that it leaves out count as never sampled; null keeps all. */
  readonly groupFilter: GroupFilter | null;
}

/**
 * Advantages of P groups as training uses them: {@link mixedAdvantages} with epsilon 1e-6, over the
 * completions that the group filter keeps. The others have advantage 0; as in GFPO, mean and deviation
 * are those of the kept ones, and the loss still counts the tokens of all.
 *
 * @param mixed B completions, groups one after the other.
 * @param groupSizes Completions of each of the P groups.
 * @param lengthsTokens_B Lengths of the completions, in tokens.
 */
export function stepAdvantages(
  { rewards_B, terms, whiten, advantageFactors_B }: Pick<
    MixedBatch,
    "rewards_B" | "terms" | "whiten" | "advantageFactors_B"
  >,
  groupSizes: readonly number[],
  lengthsTokens_B: readonly number[],
  { scaleRewards, groupFilter }: StepAdvantageOptions,
): number[][] {
  const kept_B = groupFilter === null ? null : groupSizes.flatMap((size, p) => {
    const start = groupSizes.slice(0, p).reduce((sum, count) => sum + count, 0);
    const group = <T>(values_B: readonly T[]) => values_B.slice(start, start + size);
    return keptInGroup(group(rewards_B), group(lengthsTokens_B), groupFilter);
  });
  const keptTerms = kept_B === null ? terms : terms.map((term) => ({
    ...term,
    scores_B: term.scores_B.map((score, b) => kept_B[b] ? score : null),
  }));
  return mixedAdvantages(keptTerms, groupSizes, {
    whiten,
    factors_B: advantageFactors_B,
    scaleRewards,
    epsilon: EPSILON,
  });
}
