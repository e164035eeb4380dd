/**
 * Entropy of the policy's next-token distributions.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/**
 * Entropy in nats of softmax(logits / temperature) over the last axis: -sum p log p. As in the
 * reference it is that of the distribution sampled from, temperature included.
 *
 * Differentiable by tf.grads.
 *
 * @param logits Finite logits [..., V], V >= 2.
 * @param temperature The rollout's temperature, positive.
 * @returns Entropies [...], between 0 and log V.
 */
export function entropyFromLogits(logits: tf.Tensor, temperature: number): tf.Tensor {
  return tf.tidy(() => {
    const logprobs = tf.logSoftmax(tf.div(logits, temperature));
    return tf.neg(tf.sum(tf.mul(tf.exp(logprobs), logprobs), -1));
  });
}
