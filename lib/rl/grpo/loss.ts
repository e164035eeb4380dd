/**
 * The loss of GRPO and of its relatives, and its gradient.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type KlEstimator, klPenalty, klPenaltyGradient } from "./kl.ts";
import type { StepSizes } from "./losses/averages.ts";
import { LOSS_PARTS, type LossType } from "./losses/loss_types.ts";
import { sequenceMeans } from "./losses/sequence_means.ts";

/** What the loss of B completions, padded to T tokens, depends on. The caller keeps the tensors. */
export interface GrpoLossInputs {
  /** Log-probabilities of the completions' tokens under the policy being trained. */
  readonly policyLogprobs_B_T: tf.Tensor2D;
  /** The same under the policy that sampled the completions. */
  readonly oldLogprobs_B_T: tf.Tensor2D;
  /** The same under the reference policy; null leaves the KL term out. */
  readonly refLogprobs_B_T: tf.Tensor2D | null;
  /** Entropy of the policy's distribution at each token, in nats. */
  readonly entropies_B_T: tf.Tensor2D;
  /** Finite advantages, one a completion. */
  readonly advantages_B: tf.Tensor1D;
  /** Not 0 (or true) at the tokens that count, 0 at padding and at completions that are masked. */
  readonly completionMask_B_T: tf.Tensor2D;
  /** Factors of the tokens' surrogates, see {@link importanceRatios}; null for none. */
  readonly corrections_B_T: tf.Tensor2D | null;
}

/** Constants of the loss. The sizes are those of the whole step, not of this micro-batch. */
export interface GrpoLossOptions extends StepSizes {
  readonly lossType: LossType;
  /** The ratio is clipped at 1 - epsilon below. */
  readonly epsilon: number;
  /** The ratio is clipped at 1 + epsilonHigh above. */
  readonly epsilonHigh: number;
  /** Weight of the KL penalty. */
  readonly beta: number;
  /** Estimator of the KL divergence. */
  readonly klEstimator: KlEstimator;
  /** Weight of the entropy, which is rewarded. */
  readonly entropyCoefficient: number;
}

/**
 * Means over tokens, as scalars still on the device: sums divided by `tokenCount` (`policyLoss` as the loss
 * is), so those of the micro-batches of a batch add up to those of the batch.
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
  /** The surrogate alone, without the KL and entropy terms. */
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
  for (const key of ["tokenCount", "sequenceCount", "maxCompletionLength"] as const) {
    if (options[key] > 0 && Number.isFinite(options[key])) continue;
    throw new RangeError(
      `Cannot compute the loss: ${key} must be a positive number: current value is ${options[key]}`,
    );
  }
  if (inputs.refLogprobs_B_T === null && options.beta !== 0) {
    throw new RangeError(
      `Cannot compute the loss: beta must be 0 without reference log-probabilities: ` +
        `current value is ${options.beta}`,
    );
  }
}

/** The surrogate, multiplied by the corrections. Call inside tf.tidy. */
function surrogateTerms(
  inputs: GrpoLossInputs,
  options: GrpoLossOptions,
  keep: (x: tf.Tensor) => tf.Tensor2D,
  mask: tf.Tensor,
) {
  const { level, surrogate } = LOSS_PARTS[options.lossType];
  const atLevel = (x: tf.Tensor) => level === "sequence" ? sequenceMeans(x, mask) : x;
  const zeros = tf.zerosLike(mask);
  const policy = keep(inputs.policyLogprobs_B_T);
  const oldMinusPolicy = tf.sub(keep(inputs.oldLogprobs_B_T), policy);
  const advantages = tf.add(tf.expandDims(inputs.advantages_B, 1), zeros);
  // A ratio that overflows must not turn an advantage of 0 into NaN.
  const matters = tf.logicalAnd(tf.cast(mask, "bool"), tf.notEqual(advantages, 0));
  const ratio = tf.exp(tf.where(matters, atLevel(tf.neg(oldMinusPolicy)), zeros));
  const lowest = 1 - options.epsilon, highest = 1 + options.epsilonHigh;
  const terms = surrogate({ advantages, ratio, policy, lowest, highest });
  if (inputs.corrections_B_T === null) return { ...terms, oldMinusPolicy };
  const corrections = atLevel(keep(inputs.corrections_B_T));
  return {
    ...terms,
    value: tf.mul(corrections, terms.value),
    slope: tf.mul(corrections, terms.slope),
    oldMinusPolicy,
  };
}

/**
 * Loss of GRPO (arXiv 2402.03300, equation 3) or one of its relatives (see {@link LOSS_PARTS}), its
 * derivatives in closed form, and its metrics: the average over completion tokens of correction x
 * surrogate - entropyCoefficient x entropy + beta x KL. The ratio is exp(policy - old log-probability).
 * With `bnpo` it is what Med-U1's reference computes.
 *
 * A correction belongs to a token; where the ratio is a sequence's, it is the mean of the completion's,
 * which leaves the loss as it is (TRL multiplies the same surrogate by each token's).
 *
 * Deviations from the reference: (1) divided by the sizes of the whole batch, so micro-batches add up
 * exactly, where the reference averages the micro-batches' token means (the same if `tokenCount` is the
 * micro-batch's tokens times the number of micro-batches); (2) what stands in padding is never computed
 * with, where the reference multiplies by the mask and inf there gives NaN; (3) an advantage of 0
 * contributes 0 whatever the ratio, where the reference gives NaN if r overflows. As in the reference, r
 * has no limit for a negative advantage: the loss can be infinite.
 *
 * Deviation from TRL: with `gspo` the clipped fractions count tokens of clipped completions, where TRL's
 * count the completions.
 *
 * @param inputs Log-probabilities, entropies, mask and corrections [B, T], advantages [B].
 * @param options Constants of the loss.
 * @returns Scalars, and derivatives [B, T] that are 0 in padding.
 * @throws {RangeError} A size is not positive, or beta is not 0 without reference.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { grpoLossGradients, loadEngine } from "@terse/rl";
 * import { assertAlmostEquals } from "@std/assert";
 * await loadEngine("wasm");
 * const logprobs = tf.tensor2d([[-1, -2]]);
 * const { dPolicyLogprobs_B_T } = grpoLossGradients({
 *   policyLogprobs_B_T: logprobs,
 *   oldLogprobs_B_T: logprobs,
 *   refLogprobs_B_T: null,
 *   entropies_B_T: tf.zerosLike(logprobs),
 *   advantages_B: tf.tensor1d([3]),
 *   completionMask_B_T: tf.onesLike(logprobs),
 *   corrections_B_T: null,
 * }, {
 *   lossType: "dr_grpo",
 *   epsilon: 0.2,
 *   epsilonHigh: 0.2,
 *   beta: 0,
 *   klEstimator: "k3",
 *   entropyCoefficient: 0,
 *   tokenCount: 2,
 *   sequenceCount: 1,
 *   maxCompletionLength: 10,
 * });
 * assertAlmostEquals(dPolicyLogprobs_B_T.dataSync()[0]!, -3 / 10, 1e-6);
 * ```
 */
export function grpoLossGradients(
  inputs: GrpoLossInputs,
  options: GrpoLossOptions,
): GrpoLossGradients {
  checkOptions(inputs, options);
  return tf.tidy(() => {
    const kept = tf.cast(inputs.completionMask_B_T, "bool");
    const mask = tf.cast(kept, "float32");
    // Padding is replaced before any exp: multiplying by the mask afterwards turns inf into NaN.
    const keep = (x: tf.Tensor) => tf.where(kept, x, tf.zerosLike(x)) as tf.Tensor2D;
    const surrogate = surrogateTerms(inputs, options, keep, mask);
    const entropies = keep(inputs.entropies_B_T);
    const policy = keep(inputs.policyLogprobs_B_T);
    const ref = inputs.refLogprobs_B_T === null ? null : keep(inputs.refLogprobs_B_T);
    const kl = ref === null ? null : klPenalty(policy, ref, options.klEstimator);

    const { weights_B_T, divisor } = LOSS_PARTS[options.lossType].average(mask, options);
    const average = (x: tf.Tensor) => tf.div(tf.sum(tf.mul(weights_B_T, x)), divisor) as tf.Scalar;
    const mean = (x: tf.Tensor) => tf.div(tf.sum(tf.mul(mask, x)), options.tokenCount) as tf.Scalar;
    const rewarded = tf.sub(surrogate.value, tf.mul(options.entropyCoefficient, entropies));
    const total = kl === null ? rewarded : tf.add(rewarded, tf.mul(options.beta, kl));
    const dKl = ref === null
      ? 0
      : tf.mul(options.beta, klPenaltyGradient(policy, ref, options.klEstimator));
    const tokenWeight = tf.div(weights_B_T, divisor);
    return {
      loss: average(total),
      dPolicyLogprobs_B_T: tf.mul(tokenWeight, tf.add(surrogate.slope, dKl)) as tf.Tensor2D,
      dEntropies_B_T: tf.mul(tokenWeight, -options.entropyCoefficient) as tf.Tensor2D,
      metrics: {
        clipRatioRegionMean: mean(tf.add(surrogate.low, surrogate.high)),
        clipRatioLowMean: mean(surrogate.low),
        clipRatioHighMean: mean(surrogate.high),
        kl: kl === null ? undefined : mean(kl),
        oldKl: mean(surrogate.oldMinusPolicy),
        entropy: mean(entropies),
        policyLoss: average(surrogate.value),
      },
    };
  });
}
