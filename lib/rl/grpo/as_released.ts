/**
 * Med-U1's released arithmetic where the project departs from it, on plain arrays: float32 group
 * means, and masks that multiply. The golden cases compare it with the values of the release; nothing
 * trains with it.
 *
 * @module
 */
import type { KlEstimator } from "./kl.ts";

const float32 = Math.fround;

function float32Sum(values: readonly number[]): number {
  return values.reduce((sum, value) => float32(sum + value), 0);
}

/**
 * Advantages of completions in the released code (verl's compute_grpo_outcome_advantage): mean,
 * sample deviation around that rounded mean, and quotient are each rounded to float32.
 *
 * @param rewards_B Total reward of each completion.
 * @param groups_B Name of each completion's group.
 * @param epsilon Added to the standard deviation.
 * @returns Advantages, length B.
 */
export function asReleasedAdvantages(
  rewards_B: readonly number[],
  groups_B: readonly string[],
  epsilon: number,
): number[] {
  return rewards_B.map((reward, i) => {
    const group = rewards_B.filter((_, j) => groups_B[j] === groups_B[i]);
    if (group.length === 1) return float32(reward / float32(1 + epsilon));
    const mean = float32(float32Sum(group) / group.length);
    const squares = group.map((other) => float32(float32(other - mean) ** 2));
    const std = float32(Math.sqrt(float32Sum(squares) / (group.length - 1)));
    return float32(float32(reward - mean) / float32(std + float32(epsilon)));
  });
}

/**
 * Mean of masked values in the released code: sum of products over sum of the mask.
 *
 * @param values Values.
 * @param mask 1 or 0 for each value.
 * @returns The mean; NaN if a value outside the mask is not finite or the mask is all 0.
 */
export function asReleasedMaskedMean(values: readonly number[], mask: readonly number[]): number {
  return float32(sum(values.map((value, i) => value * mask[i]!)) / sum(mask));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/**
 * Unbiased variance of masked values in the released code (verl's masked_var).
 *
 * @param values Values.
 * @param mask 1 or 0 for each value.
 * @returns The variance.
 * @throws {RangeError} Fewer than two values are in the mask.
 */
export function asReleasedMaskedVariance(
  values: readonly number[],
  mask: readonly number[],
): number {
  const count = sum(mask);
  if (count < 2) {
    throw new RangeError(
      `Cannot compute a variance: the mask must hold at least two values: current value is ${count}`,
    );
  }
  const mean = asReleasedMaskedMean(values, mask);
  const squares = values.map((value) => (value - mean) ** 2);
  return asReleasedMaskedMean(squares, mask) * count / (count - 1);
}

/** One token of the released loss, with its micro-batch's row and column flattened away. */
export interface ReleasedToken {
  readonly policyLogprob: number;
  readonly oldLogprob: number;
  readonly refLogprob: number;
  readonly entropy: number;
  readonly advantage: number;
  readonly mask: number;
}

/** The release's names of the estimators. */
export const releasedKlEstimators = {
  kl: "k1",
  abs: "abs",
  mse: "k2",
  low_var_kl: "k3",
} as const satisfies Readonly<Record<string, KlEstimator>>;

/** An estimator by the release's name. */
export type ReleasedKlEstimator = keyof typeof releasedKlEstimators;

/** Constants of the released loss. */
export interface ReleasedLossOptions {
  readonly epsilon: number;
  readonly beta: number;
  readonly entropyCoefficient: number;
  readonly klEstimator: ReleasedKlEstimator;
}

/** Values and derivatives of the released loss of one micro-batch of N tokens. */
export interface ReleasedLoss {
  readonly policyLoss: number;
  readonly clipFraction: number;
  readonly oldKl: number;
  readonly entropy: number;
  readonly kl: number;
  readonly dPolicyLogprobs_N: number[];
  readonly dEntropies_N: number[];
}

/**
 * The released loss of one micro-batch (verl's compute_policy_loss, kl_penalty and their use in
 * dp_actor.py), differentiated as PyTorch's tape does: a slope of 0 times an infinite ratio is NaN.
 *
 * @param tokens The micro-batch's tokens, padding included.
 * @param options Constants.
 * @returns Masked means and derivatives of policyLoss - entropyCoefficient x entropy + beta x kl.
 */
export function asReleasedLoss(
  tokens: readonly ReleasedToken[],
  options: ReleasedLossOptions,
): ReleasedLoss {
  const { epsilon, beta, entropyCoefficient, klEstimator } = options;
  const mask = tokens.map((token) => token.mask);
  const count = sum(mask);
  const surrogates = tokens.map((token) => surrogateAsReleased(token, epsilon));
  const kls = tokens.map((t) => klAsReleased(t.policyLogprob, t.refLogprob, klEstimator));
  const mean = (values: number[]) => asReleasedMaskedMean(values, mask);
  return {
    policyLoss: mean(surrogates.map((s) => s.value)),
    clipFraction: mean(surrogates.map((s) => s.clipped)),
    oldKl: mean(tokens.map((token) => float32(token.oldLogprob - token.policyLogprob))),
    entropy: mean(tokens.map((token) => token.entropy)),
    kl: mean(kls.map((kl) => kl.value)),
    dPolicyLogprobs_N: tokens.map((token, i) => {
      const weight = token.mask / count;
      const dSurrogate = surrogates[i]!.slope(weight);
      return float32(beta === 0 ? dSurrogate : dSurrogate + kls[i]!.slope(weight * beta));
    }),
    dEntropies_N: tokens.map((token) => float32(-entropyCoefficient * token.mask / count)),
  };
}

function surrogateAsReleased(token: ReleasedToken, epsilon: number) {
  const ratio = float32(Math.exp(float32(token.policyLogprob - token.oldLogprob)));
  const limited = Math.min(Math.max(ratio, float32(1 - epsilon)), float32(1 + epsilon));
  const unclipped = float32(-token.advantage * ratio);
  const clipped = float32(-token.advantage * limited);
  const share = unclipped > clipped ? 1 : unclipped === clipped ? 0.5 : 0;
  const passed = share + (limited === ratio ? 1 - share : 0);
  return {
    value: Math.max(unclipped, clipped),
    clipped: clipped > unclipped ? 1 : 0,
    slope: (weight: number) => weight * passed * -token.advantage * ratio,
  };
}

/**
 * The released KL penalty of one token (verl's kl_penalty) and its slope in the policy's
 * log-probability for a given slope of the loss in the penalty.
 *
 * @param policyLogprob Log-probability under the policy.
 * @param refLogprob Log-probability under the reference policy.
 * @param estimator Which estimate.
 * @returns The penalty in nats and a function from the outer slope to the slope.
 */
export function klAsReleased(
  policyLogprob: number,
  refLogprob: number,
  estimator: ReleasedKlEstimator,
): { value: number; slope: (outer: number) => number } {
  const difference = float32(policyLogprob - refLogprob);
  if (estimator === "kl") return { value: difference, slope: (outer) => outer };
  if (estimator === "abs") {
    return { value: Math.abs(difference), slope: (outer) => outer * Math.sign(difference) };
  }
  if (estimator === "mse") {
    return { value: float32(0.5 * difference ** 2), slope: (outer) => outer * difference };
  }
  const ratio = float32(Math.exp(-difference));
  const estimate = float32(float32(ratio + difference) - 1);
  const within = Math.abs(estimate) <= 10 ? 1 : 0;
  return {
    value: Math.min(Math.max(estimate, -10), 10),
    slope: (outer) => outer * within - outer * within * ratio,
  };
}
