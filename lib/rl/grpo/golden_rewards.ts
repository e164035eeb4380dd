/**
 * Golden cases of rewards: advantages, the unused KL penalty in rewards, and metrics.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { groupAdvantages } from "./advantages.ts";
import {
  asReleasedAdvantages,
  type ReleasedKlEstimator,
  releasedKlEstimators,
} from "./as_released.ts";
import {
  differencesBetween,
  type GoldenFields,
  type Nested,
  nested,
  projectTolerance,
  releasedTolerance,
  type Tolerance,
} from "./golden_compare.ts";
import { klPenalty } from "./kl.ts";
import { maskedMean } from "./masked_mean.ts";
import { trainingMetrics } from "./metrics.ts";

type Rows = number[][];

/**
 * Advantages by completion, in the order of the completions, for groups given by name.
 *
 * @param rewards_B Total rewards.
 * @param groups_B Group of each completion.
 * @param epsilon Added to the standard deviation.
 * @returns The project's advantages, length B.
 */
export function advantagesByName(
  rewards_B: readonly number[],
  groups_B: readonly string[],
  epsilon: number,
): number[] {
  const members = Map.groupBy(rewards_B.keys(), (i) => groups_B[i]!);
  const rewards_P_G = [...members.values()].map((group) => group.map((i) => rewards_B[i]!));
  const advantages = groupAdvantages(rewards_P_G, { scaleRewards: "group", epsilon }).flat();
  const advantages_B = rewards_B.map(() => 0);
  [...members.values()].flat().forEach((i, position) => advantages_B[i] = advantages[position]!);
  return advantages_B;
}

/**
 * Kind grpo_advantage: the sum of a row's token rewards is the reward, the mask hides padding.
 *
 * @param inputs token_level_rewards, eos_mask, index, epsilon.
 * @param outputs advantages.
 * @returns Differences.
 */
export function goldenAdvantage(inputs: GoldenFields, outputs: GoldenFields): string[] {
  const { token_level_rewards, eos_mask, index, epsilon } = inputs as unknown as {
    token_level_rewards: Rows;
    eos_mask: Rows;
    index: string[];
    epsilon: number;
  };
  const rewards_B = token_level_rewards.map((row) =>
    row.reduce((total, reward) => Math.fround(total + Math.fround(reward)), 0)
  );
  const project = advantagesByName(rewards_B, index, epsilon);
  const released = asReleasedAdvantages(rewards_B, index, epsilon);
  return eos_mask.flatMap((mask, i) => {
    const group = rewards_B.filter((_, j) => index[j] === index[i]);
    const spread = Math.max(...group) - Math.min(...group);
    const isNoise = group.length > 1 && spread <= 1e-6 * Math.max(...group.map(Math.abs));
    const tolerance: Tolerance = { ...projectTolerance, absolute: isNoise ? 0.5 : 1e-6 };
    const expected = (outputs.advantages as Rows)[i]!;
    const row = (value: number) => mask.map((kept) => kept === 0 ? 0 : value);
    return [
      ...differencesBetween(`advantages.${i}`, row(project[i]!), expected, tolerance),
      ...differencesBetween(`as released.${i}`, row(released[i]!), expected, releasedTolerance),
    ];
  });
}

/**
 * Kind apply_kl_penalty: KL taken off the token rewards. The release never calls it, and neither
 * does the project; the case exercises the estimators and the mean by row.
 *
 * @param inputs token_level_scores, old_log_prob, ref_log_prob, response_mask, beta, kl_penalty.
 * @param outputs token_level_rewards, metrics.
 * @returns Differences.
 */
export async function goldenApplyKlPenalty(
  inputs: GoldenFields,
  outputs: GoldenFields,
): Promise<string[]> {
  const rows = inputs as Record<string, Rows>;
  const beta = inputs.beta as number;
  const mask = tf.tensor2d(rows.response_mask!);
  const old = tf.tensor2d(rows.old_log_prob!);
  const ref = tf.tensor2d(rows.ref_log_prob!);
  const estimator = releasedKlEstimators[inputs.kl_penalty as ReleasedKlEstimator];
  const kl = tf.mul(mask, klPenalty(old, ref, estimator));
  const rewards = tf.sub(tf.tensor2d(rows.token_level_scores!), tf.mul(beta, kl));
  const meanKl = tf.mean(maskedMean(kl, mask, -1));
  const actual = {
    token_level_rewards: await nested(rewards),
    metrics: { "critic/kl": await nested(meanKl), "critic/kl_coeff": beta },
  };
  return differencesBetween("project", actual, outputs as Nested, projectTolerance);
}

/**
 * Kind data_metrics. Mean score and completion lengths come from {@link trainingMetrics}; the
 * reference's other names have no counterpart there and are summarised here.
 *
 * @param inputs token_level_scores, advantages, prompt_mask, response_mask.
 * @param outputs metrics.
 * @returns Differences.
 */
export function goldenDataMetrics(inputs: GoldenFields, outputs: GoldenFields): string[] {
  const { token_level_scores, advantages, prompt_mask, response_mask } =
    inputs as unknown as Record<
      "token_level_scores" | "advantages" | "prompt_mask" | "response_mask",
      Rows
    >;
  const sums = (rows: Rows) => rows.map((row) => row.reduce((total, x) => total + x, 0));
  const scores = sums(token_level_scores);
  const lengths = sums(response_mask);
  const promptLengths = sums(prompt_mask);
  const limit = response_mask[0]!.length;
  const promptLimit = prompt_mask[0]!.length;
  const project = trainingMetrics({
    rewards_P_G: [scores],
    components: {},
    lengthsTokens_B: lengths,
    thinkingTokens_B: [],
    finishReasons_B: lengths.map((length) => length === limit ? "length" : "stop"),
    correct_B: [],
  });
  const kept = advantages.flat().filter((_, i) => response_mask.flat()[i] === 1);
  const actual: Record<string, number> = {
    ...summary("critic/score", scores),
    ...summary("critic/rewards", scores),
    ...summary("critic/advantages", kept),
    ...summary("critic/returns", kept),
    ...summary("prompt_length", promptLengths),
    "prompt_length/clip_ratio": promptLengths.filter((length) => length === promptLimit).length /
      promptLengths.length,
    "critic/score/mean": project["reward"]!,
    "response_length/mean": project["completions/mean_length"]!,
    "response_length/max": project["completions/max_length"]!,
    "response_length/min": project["completions/min_length"]!,
    "response_length/clip_ratio": project["completions/clipped_ratio"]!,
  };
  return differencesBetween("project", { metrics: actual }, outputs as Nested, projectTolerance);
}

function summary(name: string, values: readonly number[]): Record<string, number> {
  return {
    [`${name}/mean`]: values.reduce((total, value) => total + value, 0) / values.length,
    [`${name}/max`]: Math.max(...values),
    [`${name}/min`]: Math.min(...values),
  };
}
