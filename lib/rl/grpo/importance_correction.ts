/**
 * Correction of the difference between the policy that sampled and the policy that is trained.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/**
 * Truncated importance sampling by token: min(exp(old - sampler log-probability), cap), a constant factor
 * of each token's surrogate (Yao et al., "Your efficient RL framework secretly brings you off-policy RL
 * training", 2025; TRL's `vllm_importance_sampling_cap`, mode `token_truncate`). Sampler and trainer have the same
 * weights, but their kernels round differently, or the sampler computes in another precision.
 *
 * @param oldLogprobs_B_T Under the policy before its update, by the trainer's code.
 * @param samplerLogprobs_B_T What the sampler said of the same tokens.
 * @param cap The largest ratio; Infinity for the plain ratio.
 * @returns Ratios `[B, T]`; 1 where both are equal, as in padding of zeros.
 */
export function importanceRatios(
  oldLogprobs_B_T: tf.Tensor2D,
  samplerLogprobs_B_T: tf.Tensor2D,
  cap: number,
): tf.Tensor2D {
  return tf.tidy(() => {
    const ratios = tf.exp(tf.sub(oldLogprobs_B_T, samplerLogprobs_B_T));
    return (cap === Infinity ? ratios : tf.minimum(ratios, cap)) as tf.Tensor2D;
  });
}
