/**
 * Telling whether a step may update the weights.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/**
 * Begins the name of the metric of a step without an update; what was not finite follows, e.g.
 * `skipped_update/model.norm.weight`.
 */
export const SKIPPED_UPDATE = "skipped_update/";

/**
 * What of a step is not finite: `loss`, the first gradient in the record's order (that of the backward
 * pass: what it met first), or `grad_norm` where every number is finite and only their squares are not.
 * Tensors are looked at only if the norm says that there is something to find.
 *
 * @param loss The step's loss.
 * @param gradients By name; the caller keeps them.
 * @param norm Theirs.
 * @returns Null if all is finite.
 */
export async function nonFinitePart(
  loss: number,
  gradients: Readonly<Record<string, tf.Tensor>>,
  norm: number,
): Promise<string | null> {
  if (!Number.isFinite(loss)) return "loss";
  if (Number.isFinite(norm)) return null;
  // 0 times a finite number is 0, 0 times anything else is NaN.
  const zeros = tf.tidy(() => tf.stack(Object.values(gradients).map((x) => tf.sum(tf.mul(x, 0)))));
  const found = await zeros.data();
  zeros.dispose();
  return Object.keys(gradients).find((_, i) => !Number.isFinite(found[i])) ?? "grad_norm";
}
