/**
 * O1-Pruner's length-harmonising reward (Luo et al., arXiv 2501.12570, equation 5; released code).
 *
 * @module
 */
import type { LengthGroup, StatefulLengthRule } from "./length_reward.ts";
import { meanOf } from "./statistics.ts";

/** What the reference policy does: its mean length in tokens and its accuracy (0 .. 1). */
export interface ReferenceLengths {
  readonly meanLengthTokens: number;
  readonly accuracy: number;
}

/** Settings of {@link o1Pruner}. */
export interface O1PrunerOptions {
  /** Lambda, the weight of accuracy against length. */
  readonly accuracyWeight: number;
  /** Rewards are clipped to [low, high]. */
  readonly low: number;
  readonly high: number;
}

/**
 * O1-Pruner's reward of one group against a reference: L_ref / L - 1 + lambda (A - A_ref), clipped, with
 * A = 1 for a right answer and 0 for a wrong one.
 *
 * @param reference Of the policy before training.
 */
export function o1PrunerScores(
  { lengthsTokens_G, correct_G }: Pick<LengthGroup, "lengthsTokens_G" | "correct_G">,
  { accuracyWeight, low, high }: O1PrunerOptions,
  { meanLengthTokens, accuracy }: ReferenceLengths,
): number[] {
  return lengthsTokens_G.map((length, g) => {
    // A completion without a token is as short as one with a single token.
    const shorter = meanLengthTokens / Math.max(1, length) - 1;
    const reward = shorter + accuracyWeight * (Number(correct_G[g]) - accuracy);
    return Math.min(high, Math.max(low, reward));
  });
}

function referenceOf(groups: readonly Pick<LengthGroup, "lengthsTokens_G" | "correct_G">[]) {
  return {
    meanLengthTokens: meanOf(groups.flatMap(({ lengthsTokens_G }) => lengthsTokens_G)),
    accuracy: meanOf(groups.flatMap(({ correct_G }) => correct_G.map(Number))),
  };
}

/**
 * {@link o1PrunerScores} with the reference carried from step to step: clipped to [-2, 4] as released;
 * the release takes lambda from its command line, here it is 2.
 *
 * Deviations: the release samples 16 completions of every question from the reference policy and trains
 * off policy on them. Here the reference is the mean over step 1's completions, which the policy
 * sampled before its first update; in step 1 a group is compared with its own means, as released.
 */
export const o1Pruner: StatefulLengthRule<
  O1PrunerOptions,
  { readonly meanLengthTokens: number; readonly accuracy: number } | null
> = {
  correctness: "rewarded",
  defaults: { accuracyWeight: 2, low: -2, high: 4 },
  start: () => null,
  score: (group, options, reference) =>
    o1PrunerScores(group, options, reference ?? referenceOf([group])),
  next: (groups, _, reference) => reference ?? referenceOf(groups),
};
