/**
 * Golden cases of entropies, log-probabilities and masked means.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { asReleasedMaskedMean, asReleasedMaskedVariance } from "./as_released.ts";
import { entropyFromLogits } from "./entropy.ts";
import {
  differencesBetween,
  type GoldenFields,
  type Nested,
  nested,
  projectTolerance,
  releasedTolerance,
  throwsRangeError,
} from "./golden_compare.ts";
import { logprobsFromLogits } from "./logprobs.ts";
import { maskedMean } from "./masked_mean.ts";

type Rows = number[][];

/**
 * Kind entropy_loss: entropies, their masked mean and its gradient.
 *
 * @param inputs logits, eos_mask.
 * @param outputs entropy, entropy_loss, grad_logits.
 * @returns Differences.
 */
export async function goldenEntropy(
  inputs: GoldenFields,
  outputs: GoldenFields,
): Promise<string[]> {
  const logits = tf.tensor3d(inputs.logits as number[][][]);
  const mask = tf.tensor2d(inputs.eos_mask as Rows);
  const meanEntropy = (x: tf.Tensor) => maskedMean(entropyFromLogits(x, 1), mask) as tf.Scalar;
  const actual = {
    entropy: await nested(entropyFromLogits(logits, 1)),
    entropy_loss: await nested(meanEntropy(logits)),
    grad_logits: await nested(tf.grad(meanEntropy)(logits)),
  };
  return differencesBetween("project", actual, outputs as Nested, projectTolerance);
}

/**
 * Kind masked_mean. Sum, variance and whitening of the reference have no part in GRPO; they are
 * computed from the released mean and variance.
 *
 * @param inputs values, mask.
 * @param outputs masked_sum, masked_mean, masked_mean_axis_-1, masked_var, masked_whiten.
 * @returns Differences.
 */
export async function goldenMaskedMean(
  inputs: GoldenFields,
  outputs: GoldenFields,
): Promise<string[]> {
  const { values, mask } = inputs as unknown as Record<"values" | "mask", Rows>;
  const values_B_T = tf.tensor2d(values);
  const mask_B_T = tf.tensor2d(mask);
  const project = {
    masked_mean: await nested(maskedMean(values_B_T, mask_B_T)),
    "masked_mean_axis_-1": await nested(maskedMean(values_B_T, mask_B_T, -1)),
  };
  const mean = asReleasedMaskedMean(values.flat(), mask.flat());
  const asReleased = {
    masked_mean: mean,
    "masked_mean_axis_-1": values.map((row, i) => asReleasedMaskedMean(row, mask[i]!)),
    masked_sum: values.flat().reduce((total, value, i) => total + value * mask.flat()[i]!, 0),
  };
  const spreads = { masked_var: outputs.masked_var, masked_whiten: outputs.masked_whiten };
  return [
    ...differencesBetween("project", project, pick(outputs, project), projectTolerance),
    ...differencesBetween("as released", asReleased, pick(outputs, asReleased), releasedTolerance),
    ...differencesOfSpreads(values, mask, mean, spreads),
  ];
}

function pick(outputs: GoldenFields, like: Record<string, Nested>): Nested {
  return Object.fromEntries(Object.keys(like).map((name) => [name, outputs[name] as Nested]));
}

function differencesOfSpreads(
  values: Rows,
  mask: Rows,
  mean: number,
  expected: { masked_var: unknown; masked_whiten: unknown },
): string[] {
  const variance = () => asReleasedMaskedVariance(values.flat(), mask.flat());
  if ((expected.masked_var as { error?: unknown }).error !== undefined) {
    return throwsRangeError(variance) ? [] : ["masked_var must throw"];
  }
  const scale = 1 / Math.sqrt(variance() + 1e-8);
  const actual = {
    masked_var: variance(),
    masked_whiten: values.map((row) => row.map((value) => (value - mean) * scale)),
  };
  return differencesBetween("as released", actual, expected as Nested, releasedTolerance);
}

/**
 * Kind logprobs_from_logits: log-probabilities of labels and the gradient of their sum.
 *
 * @param inputs logits, labels.
 * @param outputs log_probs, grad_logits_of_sum.
 * @returns Differences.
 */
export async function goldenLogprobs(
  inputs: GoldenFields,
  outputs: GoldenFields,
): Promise<string[]> {
  const logits = tf.tensor3d(inputs.logits as number[][][]);
  const labels = tf.tensor2d(inputs.labels as Rows, undefined, "int32");
  const actual = {
    log_probs: await nested(logprobsFromLogits(logits, labels, 1)),
    grad_logits_of_sum: await nested(
      tf.grad((x) => tf.sum(logprobsFromLogits(x, labels, 1)))(logits),
    ),
  };
  return differencesBetween("project", actual, outputs as Nested, projectTolerance);
}
