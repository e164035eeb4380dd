/**
 * The loss of GRPO and its gradient.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type KlEstimator, klPenalty, klPenaltyGradient } from "./kl.ts";

/** What the loss of B completions, padded to T tokens, depends on. The caller keeps the tensors. */
export interface GrpoLossInputs {
  /** Log-probabilities of the completions' tokens under the policy being trained. */
  readonly policyLogprobs_B_T: tf.Tensor2D;
  /** The same under the policy that sampled the completions. */
  readonly oldLogprobs_B_T: tf.Tensor2D;
  /** The same under the frozen reference policy; null leaves the KL term out. */
  readonly refLogprobs_B_T: tf.Tensor2D | null;
  /** Entropy of the policy's distribution at each token, in nats. */
  readonly entropies_B_T: tf.Tensor2D;
  /** Finite advantages, one a completion. */
  readonly advantages_B: tf.Tensor1D;
  /** Not 0 (or true) at a completion's tokens, 0 at padding. */
  readonly completionMask_B_T: tf.Tensor2D;
}

/** Constants of the loss. */
export interface GrpoLossOptions {
  /** The ratio is clipped at 1 - epsilon below. */
  readonly epsilon: number;
  /** The ratio is clipped at 1 + epsilonHigh above. */
  readonly epsilonHigh: number;
  /** Weight of the KL penalty. */
  readonly beta: number;
  /** Weight of the entropy, which is rewarded. */
  readonly entropyCoefficient: number;
  /** Completion tokens of the whole batch, not of this micro-batch: what sums are divided by. */
  readonly tokenCount: number;
  /** Estimator of the KL divergence; `low_var_kl` if left out. */
  readonly klEstimator?: KlEstimator;
}

/**
 * Means over tokens, as scalars still on the device. Like the loss they are sums divided by
 * `tokenCount`, so those of the micro-batches of a batch add up to those of the batch.
 */
export type GrpoLossMetrics = {
  /** Fraction of tokens whose ratio is clipped (TRL's clip_ratio/region_mean). */
  readonly clipRatioRegionMean: tf.Scalar;
  /** Fraction clipped below, with a negative advantage (TRL's clip_ratio/low_mean). */
  readonly clipRatioLowMean: tf.Scalar;
  /** Fraction clipped above, with a positive advantage (TRL's clip_ratio/high_mean). */
  readonly clipRatioHighMean: tf.Scalar;
  /** Mean estimate of KL(policy || refPolicy), nats; undefined without reference. */
  readonly kl: tf.Scalar | undefined;
  /** Mean of old - policy log-probability, nats: how far the policy left the sampling policy. */
  readonly oldKl: tf.Scalar;
  /** Mean entropy, nats. */
  readonly entropy: tf.Scalar;
  /** Mean clipped surrogate alone, without the KL and entropy terms. */
  readonly policyLoss: tf.Scalar;
};

/**
 * The loss, its derivatives and its metrics. The caller disposes all of them, e.g. by tf.dispose,
 * which takes types but not interfaces.
 */
export type GrpoLossGradients = {
  readonly loss: tf.Scalar;
  readonly dPolicyLogprobs_B_T: tf.Tensor2D;
  readonly dEntropies_B_T: tf.Tensor2D;
  readonly metrics: GrpoLossMetrics;
};

function checkOptions(inputs: GrpoLossInputs, options: GrpoLossOptions): void {
  if (!(options.tokenCount > 0 && Number.isFinite(options.tokenCount))) {
    throw new RangeError(
      `Cannot compute the GRPO loss: tokenCount must be a positive number of completion tokens: ` +
        `current value is ${options.tokenCount}`,
    );
  }
  if (inputs.refLogprobs_B_T === null && options.beta !== 0) {
    throw new RangeError(
      `Cannot compute the GRPO loss: beta must be 0 without reference log-probabilities: ` +
        `current value is ${options.beta}`,
    );
  }
}

/** The parts that the loss and its gradient share. Call inside tf.tidy. */
function lossTerms(inputs: GrpoLossInputs, options: GrpoLossOptions) {
  const { policyLogprobs_B_T, oldLogprobs_B_T, refLogprobs_B_T, entropies_B_T } = inputs;
  const kept = tf.cast(inputs.completionMask_B_T, "bool");
  const zeros = tf.zeros(policyLogprobs_B_T.shape);
  // Padding is replaced before any exp: multiplying by the mask afterwards turns inf into NaN.
  const keep = (x: tf.Tensor) => tf.where(kept, x, zeros) as tf.Tensor2D;
  const policy = keep(policyLogprobs_B_T);
  const ref = refLogprobs_B_T === null ? null : keep(refLogprobs_B_T);
  const entropies = keep(entropies_B_T);
  const advantages = tf.add(tf.expandDims(inputs.advantages_B, 1), zeros);
  // A ratio that overflows must not turn an advantage of 0 into NaN.
  const matters = tf.logicalAnd(kept, tf.notEqual(advantages, 0));
  const oldMinusPolicy = tf.sub(keep(oldLogprobs_B_T), policy);
  const ratio = tf.exp(tf.where(matters, tf.neg(oldMinusPolicy), zeros));
  const lowest = 1 - options.epsilon;
  const highest = 1 + options.epsilonHigh;
  const unclipped = tf.neg(tf.mul(advantages, ratio));
  const clipped = tf.neg(tf.mul(advantages, tf.clipByValue(ratio, lowest, highest)));
  const kl = ref === null ? null : klPenalty(policy, ref, options.klEstimator ?? "low_var_kl");
  const mask = tf.cast(kept, "float32");
  const mean = (x: tf.Tensor) => tf.div(tf.sum(tf.mul(mask, x)), options.tokenCount) as tf.Scalar;
  return {
    policy,
    ref,
    entropies,
    advantages,
    oldMinusPolicy,
    ratio,
    lowest,
    highest,
    unclipped,
    clipped,
    surrogate: tf.maximum(unclipped, clipped),
    kl,
    mask,
    mean,
  };
}

function totalLoss(terms: ReturnType<typeof lossTerms>, options: GrpoLossOptions): tf.Scalar {
  const { surrogate, entropies, kl, mean } = terms;
  const rewarded = tf.sub(surrogate, tf.mul(options.entropyCoefficient, entropies));
  return mean(kl === null ? rewarded : tf.add(rewarded, tf.mul(options.beta, kl)));
}

/**
 * Loss of GRPO (arXiv 2402.03300, equation 3) as Med-U1's reference computes it: the sum over
 * completion tokens of max(-A r, -A clip(r, 1 - epsilon, 1 + epsilonHigh)) - entropyCoefficient x
 * entropy + beta x KL, divided by `tokenCount`; r = exp(policy - old log-probability).
 *
 * Differentiable by tf.grads in the policy's log-probabilities and the entropies.
 *
 * Deviations from the reference: (1) divided by the tokens of the whole batch, so micro-batches add
 * up exactly, where the reference averages the micro-batches' token means (the same if `tokenCount`
 * is the micro-batch's tokens times the number of micro-batches); (2) what stands in padding is
 * never computed with, where the reference multiplies by the mask and inf there gives NaN; (3) an
 * advantage of 0 contributes 0 whatever the ratio, where the reference gives NaN if r overflows.
 * As in the reference, r has no limit for a negative advantage: the loss can be infinite.
 *
 * @param inputs Log-probabilities, entropies and mask [B, T], advantages [B].
 * @param options Constants of the loss.
 * @returns The loss, a scalar.
 * @throws {RangeError} tokenCount is not positive, or beta is not 0 without reference.
 */
export function grpoLoss(inputs: GrpoLossInputs, options: GrpoLossOptions): tf.Scalar {
  checkOptions(inputs, options);
  return tf.tidy(() => totalLoss(lossTerms(inputs, options), options));
}

/**
 * {@link grpoLoss} with its derivatives in closed form, without a tape, and its metrics.
 *
 * Where the surrogate has a kink the subgradients are PyTorch's: clip passes the gradient on its
 * closed interval, max halves it between equal arguments.
 *
 * @param inputs Log-probabilities, entropies and mask [B, T], advantages [B].
 * @param options Constants of the loss.
 * @returns Scalars, and derivatives [B, T] that are 0 in padding.
 * @throws {RangeError} tokenCount is not positive, or beta is not 0 without reference.
 */
export function grpoLossGradients(
  inputs: GrpoLossInputs,
  options: GrpoLossOptions,
): GrpoLossGradients {
  checkOptions(inputs, options);
  return tf.tidy(() => {
    const terms = lossTerms(inputs, options);
    const { ratio, lowest, highest, unclipped, clipped, advantages, mask, mean } = terms;
    const float = (x: tf.Tensor) => tf.cast(x, "float32");
    const inside = float(
      tf.logicalAnd(tf.greaterEqual(ratio, lowest), tf.lessEqual(ratio, highest)),
    );
    const unclippedShare = tf.mul(
      0.5,
      tf.add(float(tf.greater(unclipped, clipped)), float(tf.greaterEqual(unclipped, clipped))),
    );
    const passed = tf.add(unclippedShare, tf.mul(tf.sub(1, unclippedShare), inside));
    // Not a product: the slope of a clipped token is 0 even if its ratio is infinite.
    const dSurrogate = tf.where(tf.greater(passed, 0), tf.mul(passed, unclipped), 0);
    const dKl = terms.ref === null ? 0 : tf.mul(
      options.beta,
      klPenaltyGradient(terms.policy, terms.ref, options.klEstimator ?? "low_var_kl"),
    );
    const low = float(tf.logicalAnd(tf.less(ratio, lowest), tf.less(advantages, 0)));
    const high = float(tf.logicalAnd(tf.greater(ratio, highest), tf.greater(advantages, 0)));
    const tokenWeight = tf.div(mask, options.tokenCount);
    return {
      loss: totalLoss(terms, options),
      dPolicyLogprobs_B_T: tf.mul(tokenWeight, tf.add(dSurrogate, dKl)) as tf.Tensor2D,
      dEntropies_B_T: tf.mul(tokenWeight, -options.entropyCoefficient) as tf.Tensor2D,
      metrics: {
        clipRatioRegionMean: mean(tf.add(low, high)),
        clipRatioLowMean: mean(low),
        clipRatioHighMean: mean(high),
        kl: terms.kl === null ? undefined : mean(terms.kl),
        oldKl: mean(terms.oldMinusPolicy),
        entropy: mean(terms.entropies),
        policyLoss: mean(terms.surrogate),
      },
    };
  });
}
