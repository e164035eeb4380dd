/**
 * Means that leave padding out.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/**
 * Mean of the values where the mask is not 0, over all axes or one.
 *
 * Deviations from the reference (verl's masked_mean): values outside the mask are never computed
 * with, where the reference multiplies them by 0 and inf gives NaN; a mean over nothing is 0, where
 * the reference gives NaN.
 *
 * @param values Values of any shape.
 * @param mask Not 0 (or true) where a value counts; the same shape.
 * @param axis The axis to average over; all of them if left out.
 * @returns A scalar, or the values' shape without the axis.
 */
export function maskedMean(values: tf.Tensor, mask: tf.Tensor, axis?: number): tf.Tensor {
  return tf.tidy(() => {
    const kept = tf.cast(mask, "bool");
    const sum = tf.sum(tf.where(kept, values, tf.zerosLike(values)), axis);
    return tf.div(sum, tf.maximum(tf.sum(tf.cast(kept, "float32"), axis), 1));
  });
}
