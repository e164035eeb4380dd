/**
 * What the loss's sum over tokens is divided by.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** Sizes of a whole step, whatever the micro-batch. */
export interface StepSizes {
  /** Completion tokens that the loss counts. */
  readonly tokenCount: number;
  /** B, completions, those that the loss masks included. */
  readonly sequenceCount: number;
  /** Tokens of the longest completion allowed. */
  readonly maxCompletionLength: number;
}

/** An average over tokens: the sum of weight times value, divided by the divisor. */
export interface TokenWeights {
  /** One weight for all tokens of a completion, 0 in padding: `[B, T]`. */
  readonly weights_B_T: tf.Tensor;
  readonly divisor: number;
}

/**
 * An average of which a micro-batch gives its part, so that the parts of a step add up to the step's.
 * Called inside tf.tidy.
 *
 * @param mask_B_T 1 at the tokens that count, else 0.
 */
export type Average = (mask_B_T: tf.Tensor, sizes: StepSizes) => TokenWeights;

/** Every token counts alike (DAPO, arXiv 2503.14476, equation 8; verl's and Med-U1's masked mean). */
export function tokenMean(weights_B_T: tf.Tensor, { tokenCount }: StepSizes): TokenWeights {
  return { weights_B_T, divisor: tokenCount };
}

/** Every completion counts alike, the mean of its tokens (GRPO, arXiv 2402.03300, equation 3). */
export function sequenceMean(mask_B_T: tf.Tensor, { sequenceCount }: StepSizes): TokenWeights {
  return {
    weights_B_T: tf.div(mask_B_T, tf.maximum(tf.sum(mask_B_T, 1, true), 1)),
    divisor: sequenceCount,
  };
}

/**
 * The sum over the tokens that all completions could have, so that a token's weight depends on no
 * completion's length (Dr. GRPO, arXiv 2503.20783, with TRL's constant).
 */
export function constantMean(
  weights_B_T: tf.Tensor,
  { sequenceCount, maxCompletionLength }: StepSizes,
): TokenWeights {
  return { weights_B_T, divisor: sequenceCount * maxCompletionLength };
}
