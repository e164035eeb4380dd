/**
 * The fifth stage of a step: the GRPO loss and its gradient, summed over micro-batches.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { grpoLossGradients, type GrpoLossOptions } from "../grpo/mod.ts";
import { tokenLogprobs, weightGradients } from "../model/passes.ts";
import type { Policy } from "../policy.ts";
import type { Rollout } from "../rollout/rollout.ts";
import type { MicroBatch } from "./micro_batches.ts";

/** The fourth stage: reference log-probabilities `[B', T']` of each micro-batch. The caller disposes them. */
export function referenceLogprobs(
  refPolicy: Policy,
  microBatches: readonly MicroBatch[],
  temperature: number,
): tf.Tensor2D[] {
  return microBatches.map(({ batch }) => {
    const tokens = tokenLogprobs(refPolicy.weights, refPolicy.config, batch, temperature);
    tokens.entropies_B_T.dispose();
    return tokens.logprobs_B_T;
  });
}

/** A step's gradient by weight, and means over all completion tokens. The caller owns the tensors. */
export interface StepGradients {
  readonly gradients: Record<string, tf.Tensor>;
  readonly metrics: Record<string, number>;
}

function addInto(sum: Record<string, tf.Tensor>, more: Record<string, tf.Tensor>): void {
  for (const [name, tensor] of Object.entries(more)) {
    const before = sum[name];
    if (before === undefined) {
      sum[name] = tensor;
    } else {
      sum[name] = tf.add(before, tensor);
      tf.dispose([before, tensor]);
    }
  }
}

function samplerLogprobs(rollouts: readonly Rollout[], { batch, rows }: MicroBatch): tf.Tensor2D {
  const all = rollouts.flatMap(({ completions }) => completions);
  const values = new Float32Array(rows.length * batch.T);
  rows.forEach((row, i) => values.set(all[row]!.samplerLogprobs, i * batch.T));
  return tf.tensor2d(values, [rows.length, batch.T]);
}

/**
 * Gradient of the loss over a step that makes one update of what it sampled: the old log-probabilities
 * are the policy's own, held constant, so every ratio is 1 and only its gradient counts. Med-U1's
 * shipped settings (4 prompts x 8, mini-batch 16 x 8) make just this step.
 *
 * The sampler's own log-probabilities serve as a check: their mean distance from the trainer's is
 * reported as `sampling/sampling_logp_difference/mean` (nats).
 */
export async function lossGradients(
  policy: Policy,
  rollouts: readonly Rollout[],
  advantages_P_G: readonly (readonly number[])[],
  microBatches: readonly MicroBatch[],
  refLogprobs: readonly tf.Tensor2D[] | null,
  temperature: number,
  options: Omit<GrpoLossOptions, "tokenCount">,
): Promise<StepGradients> {
  const advantages_B = advantages_P_G.flat();
  const tokenCount = microBatches.reduce(
    (sum, { batch }) => sum + batch.completionMask_B_T.reduce((a, b) => a + b, 0),
    0,
  );
  const gradients: Record<string, tf.Tensor> = {};
  const metrics: Record<string, number> = {};
  for (const [i, micro] of microBatches.entries()) {
    const { batch, rows } = micro;
    const part = weightGradients(policy.weights, policy.config, batch, temperature, (tokens) => {
      const mask = tf.tensor2d(batch.completionMask_B_T, [rows.length, batch.T]);
      const { loss, dPolicyLogprobs_B_T, dEntropies_B_T, metrics } = grpoLossGradients({
        policyLogprobs_B_T: tokens.logprobs_B_T,
        oldLogprobs_B_T: tokens.logprobs_B_T,
        refLogprobs_B_T: refLogprobs?.[i] ?? null,
        entropies_B_T: tokens.entropies_B_T,
        advantages_B: tf.tensor1d(rows.map((row) => advantages_B[row]!)),
        completionMask_B_T: mask,
      }, { ...options, tokenCount });
      const distance = tf.abs(tf.sub(tokens.logprobs_B_T, samplerLogprobs(rollouts, micro)));
      const values = [
        loss,
        metrics.kl ?? tf.scalar(0),
        metrics.entropy,
        metrics.clipRatioRegionMean,
        metrics.clipRatioLowMean,
        metrics.clipRatioHighMean,
        tf.div(tf.sum(tf.mul(distance, mask)), tokenCount),
      ];
      return {
        dLogprobs_B_T: dPolicyLogprobs_B_T,
        dEntropies_B_T,
        extra: { values: tf.stack(values) },
      };
    });
    addInto(gradients, part.gradients);
    const values = await part.extra.values.data();
    part.extra.values.dispose();
    METRIC_NAMES.forEach((name, k) => metrics[name] = (metrics[name] ?? 0) + values[k]!);
  }
  if (refLogprobs === null) delete metrics["kl"];
  return { gradients, metrics };
}

const METRIC_NAMES = [
  "loss",
  "kl",
  "entropy",
  "clip_ratio/region_mean",
  "clip_ratio/low_mean",
  "clip_ratio/high_mean",
  "sampling/sampling_logp_difference/mean",
];
