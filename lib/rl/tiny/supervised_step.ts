/**
 * One step of supervised training: next-token loss on the completions of given prompts.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { adamwStep, clipGradNorm } from "../grpo/mod.ts";
import { layOutGroups, type TokenGroup } from "../model/group_batch.ts";
import { weightGradients } from "../model/passes.ts";
import type { TrainState } from "../train/train_step.ts";

/** Constants of AdamW for supervised training; the second moment forgets sooner than in PyTorch's default. */
const ADAMW = { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0.01 };

/**
 * Lowers the mean negative log-likelihood (nats a token) of every group's completions. Consumes `state`.
 *
 * @returns the new state and the loss before the step.
 */
export async function supervisedStep(
  state: TrainState,
  groups: readonly TokenGroup[],
  learningRate: number,
): Promise<{ state: TrainState; lossNats: number }> {
  const { policy, optimizer, step } = state;
  const batch = layOutGroups(groups);
  const tokens = batch.completionMask_B_T.reduce((a, b) => a + b, 0);
  const shape: [number, number] = [batch.P * batch.G, batch.T];
  const { gradients, extra } = weightGradients(
    policy.weights,
    policy.config,
    batch,
    1,
    false,
    ({ logprobs_B_T }) => {
      const share = tf.div(tf.tensor2d(batch.completionMask_B_T, shape), -tokens) as tf.Tensor2D;
      return {
        dLogprobs_B_T: share,
        dEntropies_B_T: tf.zeros(shape),
        extra: { loss: tf.sum(tf.mul(share, logprobs_B_T)) },
      };
    },
  );
  const lossNats = (await extra.loss.data())[0]!;
  extra.loss.dispose();
  const { factor } = await clipGradNorm(gradients, 1);
  const options = { ...ADAMW, learningRate, gradientFactor: factor };
  const next = adamwStep(policy.weights, gradients, optimizer, options);
  tf.dispose(gradients);
  return {
    state: { step: step + 1, policy: { ...policy, weights: next.weights }, optimizer: next.state },
    lossNats,
  };
}
