/**
 * CISPO: the ratio is a clipped weight of the policy gradient, so that no token loses its gradient.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Surrogate } from "./surrogate.ts";

/**
 * -clip(r, 1 - epsilon, 1 + epsilonHigh) A log pi, where the clipped ratio counts as a constant (MiniMax-M1,
 * arXiv 2506.13585, equations 4 and 5). The paper leaves the lower end open: epsilon 1 or more does so.
 *
 * Deviations from TRL: epsilonHigh is a distance from 1 as in every other loss, where TRL's is the largest
 * weight itself (TRL's 5 is 4 here), and the lower end can be limited, as in the paper's equation. `low` and
 * `high` count tokens with an advantage of either sign, because the limit acts on both.
 */
export const clippedWeight: Surrogate = ({ advantages, ratio, lowest, highest, policy }) => {
  const slope = tf.neg(tf.mul(advantages, tf.clipByValue(ratio, lowest, highest)));
  const matters = tf.notEqual(advantages, 0);
  const share = (outside: tf.Tensor) => tf.cast(tf.logicalAnd(matters, outside), "float32");
  return {
    value: tf.mul(slope, policy),
    slope,
    low: share(tf.less(ratio, lowest)),
    high: share(tf.greater(ratio, highest)),
  };
};
