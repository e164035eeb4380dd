/**
 * Limiting the length of a gradient.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** Gradients after clipping, and the norm they had before. */
export interface ClippedGradients {
  /** Euclidean norm over all tensors before clipping. */
  readonly norm: number;
  /** Gradients by parameter name; the caller disposes them. */
  readonly gradients: Record<string, tf.Tensor>;
}

/**
 * Euclidean norm of all tensors together, as a scalar still on the device.
 *
 * @param tensors Tensors by name; the caller keeps them.
 * @returns The norm; 0 without tensors.
 */
export function globalNorm(tensors: Readonly<Record<string, tf.Tensor>>): tf.Scalar {
  return tf.tidy(() => {
    // Row sums first: one float32 running sum over 10^7 squares stops growing.
    const squares = Object.values(tensors).map((x) =>
      // The squares of one tensor at a time.
      tf.tidy(() => tf.sum(x.rank > 1 ? tf.sum(tf.square(x), -1) : tf.square(x)))
    );
    return squares.length === 0 ? tf.scalar(0) : tf.sqrt(tf.sum(tf.stack(squares))) as tf.Scalar;
  });
}

/**
 * Scales gradients so that their global norm is at most `maxNorm`, as PyTorch's
 * torch.nn.utils.clip_grad_norm_: the factor is maxNorm / (norm + 1e-6), at most 1.
 *
 * Takes the gradients over: each is disposed when its scaled copy exists; with a factor of 1 the
 * same tensors come back. Reads one number back. As in PyTorch a norm that is not finite gives
 * gradients that are not finite: look at the norm before the optimizer's step.
 *
 * @param gradients Gradients by parameter name; not to be used afterwards.
 * @param maxNorm The largest norm.
 * @returns The gradients to use and the norm before clipping.
 * @throws {RangeError} maxNorm is not positive; the gradients are untouched.
 */
export async function clipGradNorm(
  gradients: Readonly<Record<string, tf.Tensor>>,
  maxNorm: number,
): Promise<ClippedGradients> {
  if (!(maxNorm > 0)) {
    throw new RangeError(
      `Cannot clip gradients: maxNorm must be positive: current value is ${maxNorm}`,
    );
  }
  const normTensor = globalNorm(gradients);
  const norm = (await normTensor.data())[0]!;
  normTensor.dispose();
  const factor = Math.min(1, maxNorm / (norm + 1e-6));
  // What is not finite cannot be scaled; the caller is left the gradients to look at.
  if (factor === 1 || !Number.isFinite(norm)) return { norm, gradients: { ...gradients } };
  const scaled: Record<string, tf.Tensor> = {};
  for (const [name, gradient] of Object.entries(gradients)) {
    scaled[name] = tf.mul(gradient, factor);
    gradient.dispose();
  }
  return { norm, gradients: scaled };
}
