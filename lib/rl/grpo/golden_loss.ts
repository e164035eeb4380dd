/**
 * Golden cases of the clipped surrogate and of the KL estimators.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import {
  asReleasedLoss,
  asReleasedMaskedMean,
  klAsReleased,
  type ReleasedKlEstimator,
  releasedKlEstimators,
} from "./as_released.ts";
import {
  differencesBetween,
  type GoldenFields,
  likeRows,
  type Nested,
  nested,
  projectTolerance,
  releasedTolerance,
  throwsRangeError,
} from "./golden_compare.ts";
import { klPenalty, klPenaltyGradient } from "./kl.ts";
import { grpoLossGradients } from "./loss.ts";
import { maskedMean } from "./masked_mean.ts";

type Rows = number[][];

/**
 * Kind policy_loss: the clipped surrogate alone. Its advantages differ by token, so each token is
 * treated as a completion of length 1.
 *
 * @param inputs old_log_prob, log_prob, advantages, eos_mask, cliprange.
 * @param outputs pg_loss, pg_clipfrac, ppo_kl, grad_log_prob.
 * @returns Differences.
 */
export async function goldenPolicyLoss(
  inputs: GoldenFields,
  outputs: GoldenFields,
): Promise<string[]> {
  const { old_log_prob, log_prob, advantages, eos_mask, cliprange } = inputs as unknown as
    & Record<"old_log_prob" | "log_prob" | "advantages" | "eos_mask", Rows>
    & { cliprange: number };
  const column = (rows: Rows) => tf.reshape(tf.tensor2d(rows), [-1, 1]) as tf.Tensor2D;
  const tokenCount = eos_mask.flat().reduce((total, kept) => total + kept, 0);
  const { metrics, dPolicyLogprobs_B_T } = grpoLossGradients({
    policyLogprobs_B_T: column(log_prob),
    oldLogprobs_B_T: column(old_log_prob),
    refLogprobs_B_T: null,
    entropies_B_T: tf.zerosLike(column(log_prob)),
    advantages_B: tf.tensor1d(advantages.flat()),
    completionMask_B_T: column(eos_mask),
    corrections_B_T: null,
  }, {
    lossType: "bnpo",
    klEstimator: "k3",
    epsilon: cliprange,
    epsilonHigh: cliprange,
    beta: 0,
    entropyCoefficient: 0,
    tokenCount: Math.max(1, tokenCount),
    sequenceCount: eos_mask.flat().length,
    maxCompletionLength: 1,
  });
  const project = {
    pg_loss: await nested(metrics.policyLoss),
    pg_clipfrac: await nested(metrics.clipRatioRegionMean),
    ppo_kl: await nested(metrics.oldKl),
    grad_log_prob: likeRows([...await dPolicyLogprobs_B_T.data()], log_prob),
  };
  const released = asReleasedLoss(
    log_prob.flatMap((row, i) =>
      row.map((_, j) => ({
        policyLogprob: Math.fround(log_prob[i]![j]!),
        oldLogprob: Math.fround(old_log_prob[i]![j]!),
        refLogprob: 0,
        entropy: 0,
        advantage: Math.fround(advantages[i]![j]!),
        mask: eos_mask[i]![j]!,
      }))
    ),
    { epsilon: cliprange, beta: 0, entropyCoefficient: 0, klEstimator: "low_var_kl" },
  );
  const asReleased = {
    pg_loss: released.policyLoss,
    pg_clipfrac: released.clipFraction,
    ppo_kl: released.oldKl,
    grad_log_prob: likeRows(released.dPolicyLogprobs_N, log_prob),
  };
  return [
    ...differencesBetween("project", project, outputs as Nested, projectTolerance),
    ...differencesBetween("as released", asReleased, outputs as Nested, releasedTolerance),
  ];
}

/**
 * Kind kl_penalty: all four estimators, their masked means and gradients, and names that are none.
 *
 * @param inputs log_prob, ref_log_prob, mask.
 * @param outputs per_token, masked_mean, grad_log_prob of each estimator; not_implemented names.
 * @returns Differences.
 */
export async function goldenKlPenalty(
  inputs: GoldenFields,
  outputs: GoldenFields,
): Promise<string[]> {
  const { log_prob, ref_log_prob, mask } = inputs as unknown as Record<
    "log_prob" | "ref_log_prob" | "mask",
    Rows
  >;
  const policy = tf.tensor2d(log_prob);
  const ref = tf.tensor2d(ref_log_prob);
  const mask_B_T = tf.tensor2d(mask);
  const total = mask.flat().reduce((sum, kept) => sum + kept, 0);
  const count = Math.max(1, total);
  const differences: string[] = [];
  for (const [name, estimator] of Object.entries(releasedKlEstimators)) {
    const expected = outputs[name] as Nested;
    const perToken = klPenalty(policy, ref, estimator);
    const slope = klPenaltyGradient(policy, ref, estimator);
    const project = {
      per_token: await nested(perToken),
      masked_mean: await nested(maskedMean(perToken, mask_B_T)),
      grad_log_prob: await nested(tf.div(tf.mul(mask_B_T, slope), count)),
    };
    const float32 = (rows: Rows, i: number, j: number) => Math.fround(rows[i]![j]!);
    const released = log_prob.map((row, i) =>
      row.map((_, j) =>
        klAsReleased(
          float32(log_prob, i, j),
          float32(ref_log_prob, i, j),
          name as ReleasedKlEstimator,
        )
      )
    );
    const values = released.map((row) => row.map((kl) => kl.value));
    const asReleased = {
      per_token: values,
      masked_mean: asReleasedMaskedMean(values.flat(), mask.flat()),
      grad_log_prob: released.map((row, i) => row.map((kl, j) => kl.slope(mask[i]![j]! / total))),
    };
    differences.push(
      ...differencesBetween(name, project, expected, projectTolerance),
      ...differencesBetween(`${name} as released`, asReleased, expected, releasedTolerance),
    );
  }
  for (const [name] of outputs.not_implemented as [string, string][]) {
    if (
      !throwsRangeError(() =>
        klPenalty(policy, ref, releasedKlEstimators[name as ReleasedKlEstimator])
      )
    ) {
      differences.push(`klPenalty must throw for the estimator ${JSON.stringify(name)}`);
    }
  }
  return differences;
}
