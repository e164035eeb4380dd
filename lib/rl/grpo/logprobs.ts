/**
 * Log-probabilities of tokens.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/**
 * Log-probability of each label under softmax(logits / temperature), stable for large logits.
 *
 * Differentiable in the logits by tf.grads: the label is picked by a one-hot product, since tfjs
 * has no gradient for gatherND.
 *
 * @param logits Finite logits [..., V], V >= 2.
 * @param labels Token ids [...], int32, each from 0 to V - 1.
 * @param temperature The rollout's temperature, positive.
 * @returns Log-probabilities [...], in nats.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { loadEngine, logprobsFromLogits } from "@terse/rl";
 * import { assertAlmostEquals } from "@std/assert";
 * await loadEngine("wasm");
 * const logprobs = logprobsFromLogits(tf.tensor2d([[0, Math.log(3)]]), tf.tensor1d([1], "int32"), 1);
 * assertAlmostEquals(logprobs.dataSync()[0]!, Math.log(3 / 4), 1e-6);
 * ```
 */
export function logprobsFromLogits(
  logits: tf.Tensor,
  labels: tf.Tensor,
  temperature: number,
): tf.Tensor {
  return tf.tidy(() => {
    const vocabulary = logits.shape[logits.rank - 1]!;
    // Cast afterwards: the wasm kernel writes integer bits whatever the dtype asked for.
    const chosen = tf.cast(tf.oneHot(labels, vocabulary), "float32");
    return tf.sum(tf.mul(chosen, tf.logSoftmax(tf.div(logits, temperature))), -1);
  });
}
