/**
 * Per-token estimates of the divergence of the policy from the reference policy.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** Names of the estimators. verl calls k1 `kl`, k2 `mse` and k3 `low_var_kl`. */
export const klEstimators = ["k1", "k2", "k3", "abs"] as const;

/** An estimator of the divergence; GRPO's is k3. */
export type KlEstimator = typeof klEstimators[number];

/** k3 is limited to [-10, 10] nats, as in the reference. */
const limitNats = 10;
/** exp of it is finite in float32, and its estimate lies far beyond the limit. */
const largestExponent = 20;

function checkEstimator(estimator: KlEstimator): void {
  if (!klEstimators.includes(estimator)) {
    throw new RangeError(
      `Cannot estimate the KL divergence: the estimator must be one of ` +
        `${klEstimators.join(", ")}: current value is ${JSON.stringify(estimator)}`,
    );
  }
}

/** ratio - log ratio - 1 before the limit, and the ratio; log ratio = ref - policy. */
function lowVarianceTerms(policyLogprobs: tf.Tensor, refLogprobs: tf.Tensor) {
  const logRatio = tf.minimum(tf.sub(refLogprobs, policyLogprobs), largestExponent);
  const ratio = tf.exp(logRatio);
  return { estimate: tf.sub(tf.sub(ratio, logRatio), 1), ratio };
}

/**
 * Estimate of KL(policy || refPolicy) at each token, in nats: `k1` is policy - ref log-probability,
 * `abs` its absolute value, `k2` half its square, and `k3` exp(ref - policy) - (ref - policy) - 1
 * limited to [-10, 10] (GRPO, arXiv 2402.03300, equation 4; Schulman, "Approximating KL divergence",
 * 2020, which numbers them).
 *
 * As a term of the loss `k1` only adds noise: the mean of its gradient over the policy's own samples is
 * 0. That of `k2` is the gradient of the divergence.
 *
 * Differentiable in the policy only; its gradient is {@link klPenaltyGradient}.
 *
 * @param policyLogprobs Log-probabilities under the policy, any shape.
 * @param refLogprobs Log-probabilities under the reference policy, the same shape.
 * @param estimator Which estimate.
 * @returns Estimates in the same shape.
 * @throws {RangeError} The estimator is unknown.
 */
export function klPenalty<R extends tf.Rank>(
  policyLogprobs: tf.Tensor<R>,
  refLogprobs: tf.Tensor<R>,
  estimator: KlEstimator,
): tf.Tensor<R> {
  checkEstimator(estimator);
  const estimate = tf.customGrad((policy, save) => {
    // Both, since the gradient runs after the caller's tidy has disposed what it made.
    (save as tf.GradSaveFunc)([policy as tf.Tensor, refLogprobs]);
    const value = tf.tidy(() => estimateOf(policy as tf.Tensor, refLogprobs, estimator));
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      tf.tidy(() => tf.mul(dy, klPenaltyGradient(saved[0]!, saved[1]!, estimator)));
    return { value, gradFunc };
  });
  return estimate(policyLogprobs) as tf.Tensor<R>;
}

function estimateOf(
  policyLogprobs: tf.Tensor,
  refLogprobs: tf.Tensor,
  estimator: KlEstimator,
): tf.Tensor {
  const difference = tf.sub(policyLogprobs, refLogprobs);
  if (estimator === "k1") return difference;
  if (estimator === "abs") return tf.abs(difference);
  if (estimator === "k2") return tf.mul(0.5, tf.square(difference));
  const { estimate } = lowVarianceTerms(policyLogprobs, refLogprobs);
  return tf.clipByValue(estimate, -limitNats, limitNats);
}

/**
 * Derivative of {@link klPenalty} at each token by the policy's log-probability, with PyTorch's
 * choices where there is none: `abs` has 0 at equality, `k3` has 0 beyond the limit.
 *
 * Deviation from the reference: where ref - policy exceeds 88.7, exp overflows float32 and the
 * reference's gradient is NaN; here it is 0, the derivative of the limited value.
 *
 * @param policyLogprobs Log-probabilities under the policy, any shape.
 * @param refLogprobs Log-probabilities under the reference policy, the same shape.
 * @param estimator Which estimate.
 * @returns Derivatives in the same shape.
 * @throws {RangeError} The estimator is unknown.
 */
export function klPenaltyGradient<R extends tf.Rank>(
  policyLogprobs: tf.Tensor<R>,
  refLogprobs: tf.Tensor<R>,
  estimator: KlEstimator,
): tf.Tensor<R> {
  checkEstimator(estimator);
  return tf.tidy(() => {
    const difference = tf.sub(policyLogprobs, refLogprobs);
    if (estimator === "k1") return tf.onesLike(policyLogprobs);
    if (estimator === "k2") return difference as tf.Tensor<R>;
    if (estimator === "abs") {
      const above = tf.cast(tf.greater(difference, 0), "float32");
      return tf.sub(above, tf.cast(tf.less(difference, 0), "float32")) as tf.Tensor<R>;
    }
    const { estimate, ratio } = lowVarianceTerms(policyLogprobs, refLogprobs);
    const within = tf.cast(tf.lessEqual(tf.abs(estimate), limitNats), "float32");
    return tf.mul(within, tf.sub(1, ratio)) as tf.Tensor<R>;
  });
}
