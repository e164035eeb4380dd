/**
 * The seventh stage of a step: what it tells about its rollouts and its updates.
 *
 * @module
 */
import type { RewardScheme } from "@terse/rewards";
import { trainingMetrics } from "../grpo/mod.ts";
import type { Rollout } from "../rollout/rollout.ts";
import type { JudgedGroups, ReplacedGroups } from "./dynamic_sampling.ts";

/** Lengths of all completions, group after group, in tokens. */
export function lengthsOf(rollouts: readonly Rollout[]): number[] {
  return rollouts.flatMap(({ completions }) => completions.map(({ tokenIds }) => tokenIds.length));
}

/**
 * Metrics of a step's groups, see {@link trainingMetrics}; weights that are not the same in every step;
 * `num_tokens`, all tokens sampled and those of their prompts, replaced groups included; and, with
 * dynamic sampling, `dynamic_sampling/rounds` taken and `dynamic_sampling/replaced_groups`. Rewards,
 * accuracy and lengths are those of the groups that the step learns from, so that dynamic sampling
 * moves them.
 *
 * @param dynamicSamplingRounds Extra rounds that the step could take.
 */
export function rolloutMetrics(
  groups: JudgedGroups,
  replaced: readonly ReplacedGroups[],
  scheme: RewardScheme,
  dynamicSamplingRounds: number,
): Record<string, number> {
  const { rollouts, scored } = groups;
  const sampled = [
    ...rollouts,
    ...replaced.flatMap(({ groups, replaced }) => replaced.map((p) => groups.rollouts[p]!)),
  ];
  const promptTokens = sampled.reduce((sum, { prompt }) => sum + prompt.tokenIds.length, 0);
  return {
    ...trainingMetrics({
      ...scored,
      lengthsTokens_B: lengthsOf(rollouts),
      finishReasons_B: rollouts.flatMap(({ completions }) =>
        completions.map(({ finishReason }) => finishReason)
      ),
    }),
    ...Object.fromEntries(
      Object.keys(scheme.mixture.factors ?? {}).map((name) => [
        `reward_weights/${name}`,
        scored.weights[name]!,
      ]),
    ),
    num_tokens: lengthsOf(sampled).reduce((sum, length) => sum + length, 0) + promptTokens,
    ...(dynamicSamplingRounds === 0 ? {} : {
      "dynamic_sampling/rounds": replaced.length,
      "dynamic_sampling/replaced_groups": sampled.length - rollouts.length,
    }),
  };
}

/** Means of metrics over the updates of a step that have them. */
export function meanMetrics(updates: readonly Record<string, number>[]): Record<string, number> {
  const names = new Set(updates.flatMap(Object.keys));
  return Object.fromEntries(
    [...names].map((name) => {
      const values = updates.flatMap((metrics) => metrics[name] ?? []);
      return [name, values.reduce((sum, value) => sum + value, 0) / values.length];
    }),
  );
}
