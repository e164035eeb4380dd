/**
 * Med-U1's rewards as one list.
 *
 * @module
 */
import { lengthExact, lengthMaximum } from "./length/med_u1.ts";
import { corrected, type RewardProfile } from "./profile.ts";
import { answerReward, formatReward } from "./profile_rewards.ts";
import type { RewardComponent } from "./reward.ts";

/** Settings of {@link medU1Rewards}. */
export interface MedU1RewardsOptions {
  /** Tokens that are worth 1; as released 1500 and 500. */
  readonly tolerance?: { readonly exact: number; readonly maximum: number };
  /** Whose rules grade; default corrected. */
  readonly profile?: RewardProfile;
}

/**
 * Format, answer and the length terms of both modes, weight 1 each, the length terms for every completion
 * with an answer (Med-U1, arXiv 2506.12307, section 3).
 *
 * @example
 * ```ts
 * import { asReleased, medU1Rewards } from "@terse/rewards";
 * import { assertEquals } from "@std/assert";
 * const names = medU1Rewards({ profile: asReleased }).map(({ name }) => name);
 * assertEquals(names, ["format", "answer", "length_exact", "length_maximum"]);
 * ```
 */
export function medU1Rewards(
  { tolerance = { exact: 1500, maximum: 500 }, profile = corrected }: MedU1RewardsOptions = {},
): RewardComponent[] {
  const counting = { gate: "answered", profile } as const;
  return [
    { name: "format", weight: 1, reward: formatReward(profile) },
    { name: "answer", weight: 1, reward: answerReward(profile) },
    {
      name: "length_exact",
      weight: 1,
      reward: lengthExact({ tolerance: tolerance.exact, ...counting }),
    },
    {
      name: "length_maximum",
      weight: 1,
      reward: lengthMaximum({ tolerance: tolerance.maximum, ...counting }),
    },
  ];
}
