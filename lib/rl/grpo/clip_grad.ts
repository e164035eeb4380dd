/**
 * Limiting the length of a gradient.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** How much too long gradients are. */
export interface GradClipping {
  /** Euclidean norm over all tensors before clipping. */
  readonly norm: number;
  /** What the gradients are to be multiplied by. */
  readonly factor: number;
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
 * The factor that takes gradients to a global norm of at most `maxNorm`, as PyTorch's
 * torch.nn.utils.clip_grad_norm_: maxNorm / (norm + 1e-6), at most 1. Reads one number back.
 *
 * Deviations: the gradients stay as they are, since a scaled copy beside them would be a second model in memory:
 * adamwStep takes the factor. With a norm that is not finite the factor is 1: look at the norm before
 * the optimizer's step.
 *
 * @param gradients Gradients by parameter name; the caller keeps them.
 * @param maxNorm The largest norm.
 * @throws {RangeError} maxNorm is not positive.
 */
export async function clipGradNorm(
  gradients: Readonly<Record<string, tf.Tensor>>,
  maxNorm: number,
): Promise<GradClipping> {
  if (!(maxNorm > 0)) {
    throw new RangeError(
      `Cannot clip gradients: maxNorm must be positive: current value is ${maxNorm}`,
    );
  }
  const normTensor = globalNorm(gradients);
  const norm = (await normTensor.data())[0]!;
  normTensor.dispose();
  return { norm, factor: Number.isFinite(norm) ? Math.min(1, maxNorm / (norm + 1e-6)) : 1 };
}
