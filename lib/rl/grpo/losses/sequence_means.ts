/**
 * GSPO's level of importance sampling: the whole completion.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/**
 * Every token's value replaced by the mean of its completion. Of log-ratios they are the logarithms of
 * GSPO's sequence ratio s = (pi(y) / pi_old(y))^(1 / |y|) (arXiv 2507.18071, equation 7).
 *
 * The slope of a sum of a function of s over the completion's tokens, all of one weight, is at each
 * token the function's slope by log s: |y| equal terms of slope 1 / |y| each. So a surrogate need not
 * know whether its ratio is a token's or a sequence's.
 *
 * @param values_B_T Zeros in padding.
 * @param mask_B_T 1 at the completions' tokens, else 0.
 * @returns `[B, T]`, in padding too; zeros for a completion without tokens.
 */
export function sequenceMeans(values_B_T: tf.Tensor, mask_B_T: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const lengths = tf.maximum(tf.sum(mask_B_T, 1, true), 1);
    return tf.add(tf.div(tf.sum(values_B_T, 1, true), lengths), tf.zerosLike(values_B_T));
  });
}
