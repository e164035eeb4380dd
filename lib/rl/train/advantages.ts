/**
 * The third stage of a step: advantages of mixed rewards.
 *
 * @module
 */
import type { MixedBatch } from "@terse/rewards";
import { type AdvantageOptions, mixedAdvantages } from "../grpo/mod.ts";

/** Added to standard deviations of rewards, as the reference does. */
const EPSILON = 1e-6;

/**
 * Advantages of P groups as training uses them, {@link mixedAdvantages} with epsilon 1e-6.
 *
 * @param mixed B completions, groups one after the other.
 * @param groupSizes Completions of each of the P groups.
 */
export function stepAdvantages(
  { terms, whiten, advantageFactors_B }: Pick<
    MixedBatch,
    "terms" | "whiten" | "advantageFactors_B"
  >,
  groupSizes: readonly number[],
  scaleRewards: AdvantageOptions["scaleRewards"],
): number[][] {
  return mixedAdvantages(terms, groupSizes, {
    whiten,
    factors_B: advantageFactors_B,
    scaleRewards,
    epsilon: EPSILON,
  });
}
