/**
 * Rotary position embedding (Su et al., arXiv 2104.09864) in the half-split form of Llama and Qwen2.
 *
 * Shapes: M rows, H heads, d head width.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { hasOwnKernels, runOwnKernel } from "../engine/own_kernel.ts";
import { matMul } from "./ops.ts";

/** What rotates a set of rows: cosines and sines by row, and the matrix that swaps the halves. */
export interface Rotation {
  readonly cos_M_1_d: tf.Tensor3D;
  readonly sin_M_1_d: tf.Tensor3D;
  /** x . halves = concat(-x[d/2:], x[:d/2]): a product costs less than slices and a concatenation. */
  readonly halves_d_d: tf.Tensor2D;
}

/** Makes the rotation of rows at the given positions. */
export function rotationAt(
  positions_M: ArrayLike<number>,
  headDim: number,
  theta: number,
): Rotation {
  const M = positions_M.length, half = headDim / 2;
  const cos = new Float32Array(M * headDim), sin = new Float32Array(M * headDim);
  // Rounded to float32 where the reference implementations round: the frequency, then the angle.
  const frequencies = Float32Array.from(
    { length: half },
    (_, i) => 1 / Math.pow(theta, 2 * i / headDim),
  );
  // Rows at the same position are many.
  const rows = new Map<number, number>();
  for (let m = 0; m < M; m++) {
    const position = positions_M[m]!, known = rows.get(position), begin = m * headDim;
    if (known !== undefined) {
      for (const x of [cos, sin]) x.copyWithin(begin, known, known + headDim);
      continue;
    }
    rows.set(position, begin);
    for (let i = 0; i < half; i++) {
      const angle = Math.fround(position * frequencies[i]!), at = begin + i;
      cos[at] = cos[at + half] = Math.cos(angle);
      sin[at] = sin[at + half] = Math.sin(angle);
    }
  }
  const halves = new Float32Array(headDim * headDim);
  for (let i = 0; i < half; i++) {
    halves[(i + half) * headDim + i] = -1;
    halves[i * headDim + i + half] = 1;
  }
  return {
    cos_M_1_d: tf.tensor3d(cos, [M, 1, headDim]),
    sin_M_1_d: tf.tensor3d(sin, [M, 1, headDim]),
    halves_d_d: tf.tensor2d(halves, [headDim, headDim]),
  };
}

/** Rotation as one kernel of the wasm engine, to which it is no more than a pass over memory. */
function rotateAtOnce(
  x: tf.Tensor2D,
  { cos_M_1_d: cos, sin_M_1_d: sin }: Rotation,
  sign: 1 | -1,
): tf.Tensor2D {
  return runOwnKernel("Rotate", { x, cos, sin }, { sign })[0] as tf.Tensor2D;
}

/** Rotates `[M, H*d]` rows of heads. */
export function rotate(x: tf.Tensor2D, numHeads: number, rotation: Rotation): tf.Tensor2D {
  if (hasOwnKernels()) return rotateAtOnce(x, rotation, 1);
  const { cos_M_1_d, sin_M_1_d, halves_d_d } = rotation;
  const [M, width] = x.shape;
  const byHead = (rows: tf.Tensor) => tf.reshape(rows, [M, numHeads, width / numHeads]);
  const swapped = matMul(tf.reshape(x, [M * numHeads, width / numHeads]), halves_d_d);
  const rotated = tf.add(tf.mul(byHead(x), cos_M_1_d), tf.mul(byHead(swapped), sin_M_1_d));
  return tf.reshape(rotated, x.shape);
}

/** The gradient of {@link rotate} in its input. */
export function rotateGradient(
  dy: tf.Tensor2D,
  numHeads: number,
  rotation: Rotation,
): tf.Tensor2D {
  if (hasOwnKernels()) return rotateAtOnce(dy, rotation, -1);
  const { cos_M_1_d, sin_M_1_d, halves_d_d } = rotation;
  const [M, width] = dy.shape;
  const byHead = tf.reshape(dy, [M, numHeads, width / numHeads]);
  const bySine = tf.reshape(tf.mul(byHead, sin_M_1_d), [M * numHeads, width / numHeads]);
  const swapped = matMul(bySine as tf.Tensor2D, halves_d_d, false, true);
  return tf.reshape(tf.add(tf.mul(byHead, cos_M_1_d), tf.reshape(swapped, byHead.shape)), dy.shape);
}
