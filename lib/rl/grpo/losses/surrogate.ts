/**
 * What the surrogates of the policy gradient have in common.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs";

/** What a surrogate is computed from: tensors `[B, T]` that are 0 in padding, and the clip's ends. */
export interface SurrogateInputs {
  /** A completion's advantage at each of its tokens. */
  readonly advantages: tf.Tensor;
  /** Ratio of the policy to the old policy; 1 where the advantage is 0. */
  readonly ratio: tf.Tensor;
  /** Log-probabilities under the policy. */
  readonly policy: tf.Tensor;
  /** 1 - epsilon. */
  readonly lowest: number;
  /** 1 + epsilonHigh. */
  readonly highest: number;
}

/** A surrogate at each token, `[B, T]`. */
export interface SurrogateTerms {
  readonly value: tf.Tensor;
  /**
   * Derivative of the weighted sum of the values by the policy's log-probability, without the token's
   * weight.
   */
  readonly slope: tf.Tensor;
  /** 1 where the ratio is limited at its lower end, else 0. */
  readonly low: tf.Tensor;
  /** 1 where the ratio is limited at its upper end, else 0. */
  readonly high: tf.Tensor;
}

/** A surrogate of the policy gradient. Called inside tf.tidy. */
export type Surrogate = (inputs: SurrogateInputs) => SurrogateTerms;
