/**
 * PPO's clipped surrogate: a ratio that has gone far enough earns no more.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Surrogate } from "./surrogate.ts";

/**
 * max(-A r, -A clip(r, 1 - epsilon, 1 + epsilonHigh)) (Schulman et al., arXiv 1707.06347, equation 7;
 * two limits are DAPO's clip-higher, arXiv 2503.14476).
 *
 * Where it has a kink the slopes are PyTorch's: clip passes the gradient on its closed interval, max
 * halves it between equal arguments. A ratio has no limit for a negative advantage: the value can be
 * infinite.
 */
export const clippedSurrogate: Surrogate = ({ advantages, ratio, lowest, highest }) => {
  const unclipped = tf.neg(tf.mul(advantages, ratio));
  const clipped = tf.neg(tf.mul(advantages, tf.clipByValue(ratio, lowest, highest)));
  const float = (x: tf.Tensor) => tf.cast(x, "float32");
  const inside = float(
    tf.logicalAnd(tf.greaterEqual(ratio, lowest), tf.lessEqual(ratio, highest)),
  );
  const unclippedShare = tf.mul(
    0.5,
    tf.add(float(tf.greater(unclipped, clipped)), float(tf.greaterEqual(unclipped, clipped))),
  );
  const passed = tf.add(unclippedShare, tf.mul(tf.sub(1, unclippedShare), inside));
  return {
    value: tf.maximum(unclipped, clipped),
    // Not a product: the slope of a clipped token is 0 even if its ratio is infinite.
    slope: tf.where(tf.greater(passed, 0), tf.mul(passed, unclipped), 0),
    low: float(tf.logicalAnd(tf.less(ratio, lowest), tf.less(advantages, 0))),
    high: float(tf.logicalAnd(tf.greater(ratio, highest), tf.greater(advantages, 0))),
  };
};
