/**
 * The operations of a decoder and their gradients, written out: a tape would keep more than a backward
 * pass needs, and tfjs has no gradient for some of them, or one whose kernels are slow or missing on an
 * engine.
 *
 * Shapes: M rows, D width, I inner width, V vocabulary.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { nativeBackend } from "../engine/native_backend.ts";
import { nativeProduct } from "../engine/native_products.ts";
import { hasOwnKernels, runOwnKernel } from "../engine/own_kernel.ts";
import { compiles } from "../graph/compile.ts";

/**
 * Rank-2 product, of either factor's transpose if asked for.
 *
 * @example
 * ```ts
 * import { loadEngine, matMul } from "@terse/rl";
 * import * as tf from "@tensorflow/tfjs";
 * import { assertEquals } from "@std/assert";
 * await loadEngine("wasm");
 * const y = matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3, 4]]), false, true);
 * assertEquals(await y.array(), [[11]]);
 * ```
 */
export function matMul(
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  transposeA = false,
  transposeB = false,
): tf.Tensor2D {
  const backend = nativeBackend();
  if (backend !== null) {
    const [rows] = a.shape, [inner, columns] = b.shape;
    const product = (a: tf.Tensor2D, b: tf.Tensor2D) =>
      nativeProduct(backend, a, b, transposeA, transposeB);
    // Of a row and a matrix TensorFlow's kernel uses one core; a graph computes both halves of the sum at once.
    const isRow = rows === 1 && !transposeA && !transposeB;
    if (isRow && inner >= columns && inner % 2 === 0 && compiles()) {
      const half = (begin: number) =>
        product(
          tf.slice(a, [0, begin], [1, inner / 2]),
          tf.slice(b, [begin, 0], [inner / 2, columns]),
        );
      return tf.add(half(0), half(inner / 2)) as tf.Tensor2D;
    }
    // The batched kernel is the faster one for few rows and a transpose, else up to 1.8 times slower.
    if (transposeB && rows > 1 && rows <= 64) return tf.matMul(a, b, transposeA, true);
    return product(a, b);
  }
  return tf.matMul(a, b, transposeA, transposeB);
}

/**
 * RMSNorm (Zhang & Sennrich, arXiv 1910.07467): `x / sqrt(mean(x^2) + epsilon) * weight`, row by row.
 */
export function rmsNorm(x_M_D: tf.Tensor2D, weight_D: tf.Tensor1D, epsilon: number): tf.Tensor2D {
  if (hasOwnKernels()) {
    return runOwnKernel("RmsNorm", { x: x_M_D, weight: weight_D }, { epsilon })[0] as tf.Tensor2D;
  }
  return tf.mul(tf.mul(x_M_D, inverseRms(x_M_D, epsilon)), weight_D);
}

function inverseRms(x_M_D: tf.Tensor2D, epsilon: number): tf.Tensor2D {
  return tf.rsqrt(tf.add(tf.mean(tf.square(x_M_D), -1, true), epsilon));
}

/**
 * The gradients of {@link rmsNorm}: with r = 1/rms and g = dy * weight, dx = r * (g - x * r^2 * mean(g * x))
 * and dweight = sum(dy * x * r).
 */
export function rmsNormGradient(
  x_M_D: tf.Tensor2D,
  weight_D: tf.Tensor1D,
  epsilon: number,
  dy_M_D: tf.Tensor2D,
): { dx_M_D: tf.Tensor2D; dWeight_D: tf.Tensor1D } {
  if (hasOwnKernels()) {
    const inputs = { x: x_M_D, weight: weight_D, dy: dy_M_D };
    const [dx_M_D, dWeight_D] = runOwnKernel("RmsNormGradient", inputs, { epsilon });
    return { dx_M_D: dx_M_D as tf.Tensor2D, dWeight_D: dWeight_D as tf.Tensor1D };
  }
  const inverse = inverseRms(x_M_D, epsilon);
  const normed = tf.mul(x_M_D, inverse);
  const g = tf.mul(dy_M_D, weight_D);
  const projection = tf.mean(tf.mul(g, normed), -1, true);
  return {
    dx_M_D: tf.mul(inverse, tf.sub(g, tf.mul(normed, projection))),
    dWeight_D: tf.sum(tf.mul(dy_M_D, normed), 0),
  };
}

/** SwiGLU's gate (Shazeer, arXiv 2002.05202): `silu(gate) * up`. */
export function swiglu(gate_M_I: tf.Tensor2D, up_M_I: tf.Tensor2D): tf.Tensor2D {
  if (hasOwnKernels()) {
    return runOwnKernel("Swiglu", { gate: gate_M_I, up: up_M_I })[0] as tf.Tensor2D;
  }
  return tf.mul(tf.mul(gate_M_I, tf.sigmoid(gate_M_I)), up_M_I);
}

/** The gradients of {@link swiglu}: with s = sigmoid(gate), d silu / d gate = s + silu * (1 - s). */
export function swigluGradient(
  gate_M_I: tf.Tensor2D,
  up_M_I: tf.Tensor2D,
  dy_M_I: tf.Tensor2D,
): { dGate_M_I: tf.Tensor2D; dUp_M_I: tf.Tensor2D } {
  if (hasOwnKernels()) {
    const inputs = { gate: gate_M_I, up: up_M_I, dy: dy_M_I };
    const [dGate_M_I, dUp_M_I] = runOwnKernel("SwigluGradient", inputs);
    return { dGate_M_I: dGate_M_I as tf.Tensor2D, dUp_M_I: dUp_M_I as tf.Tensor2D };
  }
  const s = tf.sigmoid(gate_M_I);
  const silu = tf.mul(gate_M_I, s);
  const slope = tf.add(s, tf.sub(silu, tf.mul(silu, s)));
  return {
    dGate_M_I: tf.mul(tf.mul(dy_M_I, up_M_I), slope),
    dUp_M_I: tf.mul(dy_M_I, silu),
  };
}

/**
 * `softmax(scale * scores + mask)` along the last axis.
 *
 * @param scores rows `[A, X, T, W]`, in any shape that ends with W.
 */
export function maskedSoftmax<T extends tf.Tensor>(
  scores: T,
  scale: number,
  mask_A_1_T_W: tf.Tensor4D,
): T {
  if (hasOwnKernels()) {
    return runOwnKernel("MaskedSoftmax", { scores, mask: mask_A_1_T_W }, { scale })[0] as T;
  }
  const [A, , T, W] = mask_A_1_T_W.shape;
  const masked = tf.add(tf.mul(tf.reshape(scores, [A, -1, T, W]), scale), mask_A_1_T_W);
  return tf.reshape(tf.softmax(masked), scores.shape) as T;
}

/** The gradient of {@link maskedSoftmax} in the scores, from its output. */
export function maskedSoftmaxGradient<T extends tf.Tensor>(
  weights: T,
  dWeights: T,
  scale: number,
): T {
  if (hasOwnKernels()) {
    return runOwnKernel("SoftmaxGradient", { weights, dWeights }, { scale })[0] as T;
  }
  const product = tf.mul(weights, dWeights);
  return tf.mul(tf.sub(product, tf.mul(weights, tf.sum(product, -1, true))), scale) as T;
}

/** The gradient of an embedding table from those of the looked-up rows. */
export function embeddingGradient(
  dRows_M_D: tf.Tensor2D,
  ids_M: tf.Tensor1D,
  vocabSize: number,
): tf.Tensor2D {
  return tf.unsortedSegmentSum(dRows_M_D, ids_M, vocabSize) as tf.Tensor2D;
}
