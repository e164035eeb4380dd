/**
 * The fifth stage of a step: the GRPO loss and its gradient, summed over micro-batches.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { giveMemoryBack } from "../engine/free_memory.ts";
import { grpoLossGradients, type GrpoLossOptions, importanceRatios } from "../grpo/mod.ts";
import { joinGradients, startGradientSum } from "../model/gradient_sum.ts";
import { addWeightGradients, tokenLogprobs } from "../model/passes.ts";
import type { Policy } from "../policy.ts";
import type { Rollout } from "../rollout/rollout.ts";
import type { MicroBatch } from "./micro_batches.ts";

/**
 * The fourth stage: log-probabilities `[B', T']` of each micro-batch under a policy that the update holds
 * constant, the reference or the policy of before. The caller disposes them.
 */
export function constantLogprobs(
  policy: Pick<Policy, "weights" | "config">,
  microBatches: readonly MicroBatch[],
  temperature: number,
): tf.Tensor2D[] {
  return microBatches.map(({ batch }) => {
    const tokens = tokenLogprobs(policy.weights, policy.config, batch, temperature);
    tokens.entropies_B_T.dispose();
    return tokens.logprobs_B_T;
  });
}

/** A step's gradient by weight, and means over all completion tokens. The caller owns the tensors. */
export interface StepGradients {
  readonly gradients: Record<string, tf.Tensor>;
  readonly metrics: Record<string, number>;
}

function samplerLogprobs(rollouts: readonly Rollout[], { batch, rows }: MicroBatch): tf.Tensor2D {
  const all = rollouts.flatMap(({ completions }) => completions);
  const values = new Float32Array(rows.length * batch.T);
  rows.forEach((row, i) => values.set(all[row]!.samplerLogprobs, i * batch.T));
  return tf.tensor2d(values, [rows.length, batch.T]);
}

/** What a step holds constant while it updates, by micro-batch. */
export interface HeldLogprobs {
  /** Of the policy of before; null in a step of one update, where they are the policy's own. */
  readonly old: readonly tf.Tensor2D[] | null;
  /** Of the reference; null without one. */
  readonly ref: readonly tf.Tensor2D[] | null;
}

/** Constants of a step's loss. */
export interface StepLossOptions extends Omit<GrpoLossOptions, "tokenCount" | "sequenceCount"> {
  /** Takes completions that were cut off out of the loss, but not out of their groups (DAPO's filter). */
  readonly maskTruncatedCompletions: boolean;
  /** Limit of the {@link importanceRatios} that correct the surrogate; null does not correct it. */
  readonly importanceSamplingCap: number | null;
  /** Whether layers are computed again in the backward pass instead of being kept. */
  readonly gradientCheckpointing: boolean;
}

/** 1 at the tokens that the loss counts: B' x T'. */
function lossMask(
  rollouts: readonly Rollout[],
  { batch, rows }: MicroBatch,
  maskTruncated: boolean,
): Float32Array {
  if (!maskTruncated) return batch.completionMask_B_T;
  const all = rollouts.flatMap(({ completions }) => completions);
  const mask = batch.completionMask_B_T.slice();
  rows.forEach((row, i) => {
    if (all[row]!.finishReason === "length") mask.fill(0, i * batch.T, (i + 1) * batch.T);
  });
  return mask;
}

/**
 * Gradient of the loss over a step. Where the step makes one update of what it sampled, the old
 * log-probabilities are the policy's own, held constant: every ratio is 1 and only its gradient counts,
 * without another pass of the model. Med-U1's shipped settings (4 prompts x 8, mini-batch 16 x 8) make just
 * this step.
 *
 * The sampler's own log-probabilities are compared with the old ones, in nats, under TRL's names:
 * `sampling/sampling_logp_difference/mean` and `/max`, and `sampling/importance_sampling_ratio/mean`, of the
 * plain ratio, or of the limited one where it corrects the loss.
 */
export async function lossGradients(
  policy: Policy,
  rollouts: readonly Rollout[],
  advantages_P_G: readonly (readonly number[])[],
  microBatches: readonly MicroBatch[],
  held: HeldLogprobs,
  temperature: number,
  options: StepLossOptions,
): Promise<StepGradients> {
  const { importanceSamplingCap: cap, maskTruncatedCompletions } = options;
  const advantages_B = advantages_P_G.flat();
  const masks = microBatches.map((micro) => lossMask(rollouts, micro, maskTruncatedCompletions));
  const kept = masks.reduce((sum, mask) => sum + mask.reduce((a, b) => a + b, 0), 0);
  // As in TRL, a step whose every completion is masked has loss 0.
  const sizes = { tokenCount: Math.max(1, kept), sequenceCount: advantages_B.length };
  let sum = startGradientSum();
  const metrics: Record<string, number> = {};
  for (const [i, micro] of microBatches.entries()) {
    const { batch, rows } = micro;
    const { weights, config } = policy;
    giveMemoryBack();
    const again = options.gradientCheckpointing;
    const part = addWeightGradients(weights, config, batch, temperature, again, (tokens) => {
      const mask = tf.tensor2d(masks[i]!, [rows.length, batch.T]);
      const old = held.old?.[i] ?? tokens.logprobs_B_T;
      const sampler = samplerLogprobs(rollouts, micro);
      const ratios = importanceRatios(old, sampler, cap ?? Infinity);
      const { loss, dPolicyLogprobs_B_T, dEntropies_B_T, metrics } = grpoLossGradients({
        policyLogprobs_B_T: tokens.logprobs_B_T,
        oldLogprobs_B_T: old,
        refLogprobs_B_T: held.ref?.[i] ?? null,
        entropies_B_T: tokens.entropies_B_T,
        advantages_B: tf.tensor1d(rows.map((row) => advantages_B[row]!)),
        completionMask_B_T: mask,
        corrections_B_T: cap === null ? null : ratios,
      }, { ...options, ...sizes });
      const distance = tf.mul(tf.abs(tf.sub(old, sampler)), mask);
      const values = [
        loss,
        metrics.kl ?? tf.scalar(0),
        metrics.entropy,
        metrics.clipRatioRegionMean,
        metrics.clipRatioLowMean,
        metrics.clipRatioHighMean,
        tf.div(tf.sum(distance), sizes.tokenCount),
        tf.div(tf.sum(tf.mul(ratios, mask)), sizes.tokenCount),
        tf.max(distance),
      ];
      return {
        dLogprobs_B_T: dPolicyLogprobs_B_T,
        dEntropies_B_T,
        extra: { values: tf.stack(values) },
      };
    }, sum);
    sum = part.sum;
    const values = await part.extra.values.data();
    part.extra.values.dispose();
    MEANS.forEach((name, k) => metrics[name] = (metrics[name] ?? 0) + values[k]!);
    metrics[LARGEST] = Math.max(metrics[LARGEST] ?? 0, values[MEANS.length]!);
  }
  if (held.ref === null) delete metrics["kl"];
  const gradients = joinGradients(sum, policy.config.vocabSize);
  giveMemoryBack();
  return { gradients, metrics };
}

/** Parts of means, which add up over micro-batches. */
const MEANS = [
  "loss",
  "kl",
  "entropy",
  "clip_ratio/region_mean",
  "clip_ratio/low_mean",
  "clip_ratio/high_mean",
  "sampling/sampling_logp_difference/mean",
  "sampling/importance_sampling_ratio/mean",
];
const LARGEST = "sampling/sampling_logp_difference/max";
