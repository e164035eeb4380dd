/**
 * Metrics of a training step's completions, under TRL's names.
 *
 * @module
 */

/** A step's completions, scored. B = P x G, groups one after the other. */
export interface ScoredCompletions {
  /** Total rewards by group; null for a failed rollout. */
  readonly rewards_P_G: readonly (readonly (number | null)[])[];
  /** Unweighted reward of each component, length B; null where it does not apply. */
  readonly components: Readonly<Record<string, readonly (number | null)[]>>;
  /** Completion lengths, in tokens. */
  readonly lengthsTokens_B: readonly number[];
  /** Lengths of the thinking part, in tokens. */
  readonly thinkingTokens_B: readonly number[];
  /** Whether the completion ended by itself or was cut off at the limit. */
  readonly finishReasons_B: readonly ("stop" | "length")[];
  /** Whether the answer is right. */
  readonly correct_B: readonly boolean[];
}

/**
 * Metrics named as in TRL's GRPOTrainer, computed as it does: `reward` is the mean total,
 * `reward_std` the mean of the groups' sample standard deviations, `frac_reward_zero_std` the
 * fraction of groups whose deviation is at most 1e-8 (they teach nothing),
 * `rewards/<component>/mean` and `/std` run over all completions that the component applies to,
 * `completions/*` are lengths in tokens, terminated ones alone under `*_terminated_length`, and
 * `completions/clipped_ratio` is the fraction cut off. The project's own are `accuracy`, the
 * fraction of right answers, and `completions/thinking_length`.
 *
 * Deviations from TRL: null and NaN rewards are left out; the deviation of a single value is 0,
 * not NaN; a metric without any value is left out.
 *
 * @param scored The completions. Arrays may be empty.
 * @returns Finite numbers by name.
 *
 * @example
 * ```ts
 * import { trainingMetrics } from "@terse/rl";
 * import { assertEquals } from "@std/assert";
 * const metrics = trainingMetrics({
 *   rewards_P_G: [[3, 1]],
 *   components: { format: [1, null] },
 *   lengthsTokens_B: [10, 20],
 *   thinkingTokens_B: [6, 20],
 *   finishReasons_B: ["stop", "length"],
 *   correct_B: [true, false],
 * });
 * assertEquals(metrics["reward"], 2);
 * assertEquals(metrics["rewards/format/mean"], 1);
 * assertEquals(metrics["completions/clipped_ratio"], 0.5);
 * ```
 */
export function trainingMetrics(scored: ScoredCompletions): Record<string, number> {
  const groups = scored.rewards_P_G.map(present).filter((group) => group.length > 0);
  const stds = groups.map(sampleStd);
  const terminated = scored.lengthsTokens_B.filter((_, i) => scored.finishReasons_B[i] === "stop");
  const metrics: Record<string, number | undefined> = {
    "reward": mean(groups.flat()),
    "reward_std": mean(stds),
    "frac_reward_zero_std": mean(stds.map((std) => std <= 1e-8 ? 1 : 0)),
    "accuracy": mean(scored.correct_B.map(Number)),
    "completions/mean_length": mean(scored.lengthsTokens_B),
    "completions/min_length": extreme(scored.lengthsTokens_B, Math.min),
    "completions/max_length": extreme(scored.lengthsTokens_B, Math.max),
    "completions/mean_terminated_length": mean(terminated),
    "completions/min_terminated_length": extreme(terminated, Math.min),
    "completions/max_terminated_length": extreme(terminated, Math.max),
    "completions/clipped_ratio": mean(scored.finishReasons_B.map((r) => r === "length" ? 1 : 0)),
    "completions/thinking_length": mean(scored.thinkingTokens_B),
  };
  for (const [name, values] of Object.entries(scored.components)) {
    const applicable = present(values);
    metrics[`rewards/${name}/mean`] = mean(applicable);
    metrics[`rewards/${name}/std`] = applicable.length === 0 ? undefined : sampleStd(applicable);
  }
  return Object.fromEntries(
    Object.entries(metrics).filter((entry): entry is [string, number] => entry[1] !== undefined),
  );
}

function present(values: readonly (number | null)[]): number[] {
  return values.filter((value): value is number => value !== null && !Number.isNaN(value));
}

function mean(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function extreme(
  values: readonly number[],
  better: (a: number, b: number) => number,
): number | undefined {
  return values.length === 0 ? undefined : values.reduce((a, b) => better(a, b));
}

/** Sample standard deviation (n - 1) of at least one value; exactly 0 for equal values. */
function sampleStd(values: readonly number[]): number {
  if (values.length === 1) return 0;
  const origin = values[0]!;
  const shifted = values.map((value) => value - origin);
  const center = shifted.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = shifted.reduce((sum, value) => sum + (value - center) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
