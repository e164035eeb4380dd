/**
 * Stored completions scored, mixed and turned into advantages again, under another scheme.
 *
 * @module
 */

import { mixRewards, type RewardScheme, startRewardState } from "@terse/rewards";
import { type StepAdvantageOptions, stepAdvantages } from "@terse/rl";
import type { StoredStep } from "./stored_steps.ts";

/** What a stored step's completions earn under another scheme. */
export interface ReplayedStep {
  readonly stored: StoredStep;
  readonly rewards_B: readonly (number | null)[];
  readonly advantages_B: readonly number[];
  readonly components: Readonly<Record<string, readonly (number | null)[]>>;
  /** Weights of the step by component. */
  readonly weights: Readonly<Record<string, number>>;
  /** Scores that could not be had. */
  readonly failures: number;
}

/**
 * Replays the steps of an arm in their order. What rewards and controllers carry starts anew and goes on
 * from step to step. Replaying the steps 1, 2, ... under the scheme that they were trained with gives the
 * stored rewards and advantages to the bit.
 *
 * @param steps Read one at a time, so that a long run need not fit into memory.
 * @throws {RewardFailedError} under the policy `stop`.
 */
export async function* replaySteps(
  steps: AsyncIterable<StoredStep> | Iterable<StoredStep>,
  scheme: RewardScheme,
  options: StepAdvantageOptions,
): AsyncGenerator<ReplayedStep> {
  let state = startRewardState(scheme);
  for await (const stored of steps) {
    const mixed = await mixRewards(scheme, stored.batch, state);
    state = mixed.next;
    const lengths = stored.batch.completionIds.map((ids) => ids.length);
    yield {
      stored,
      rewards_B: mixed.rewards_B,
      advantages_B: stepAdvantages(mixed, stored.groupSizes, lengths, options).flat(),
      components: mixed.components,
      weights: mixed.weights,
      failures: mixed.failures.length,
    };
  }
}
