/**
 * A linear module, with an adapter or without, and its gradients.
 *
 * Shapes: M rows, I inputs, O outputs, R rank.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { matMul } from "../model/ops.ts";
import { weightNamed, type Weights } from "../model/weights.ts";
import { hasAdapter, LORA_SCALING, matrixNames } from "./names.ts";

/** A module's two matrices and the scaling, null if it has no adapter. */
function adapterOf(weights: Weights, module: string) {
  const { a, b } = matrixNames(module);
  if (!hasAdapter(weights) || (weights[a] === undefined && weights[b] === undefined)) return null;
  return {
    a_I_R: weightNamed<tf.Tensor2D>(weights, a),
    b_R_O: weightNamed<tf.Tensor2D>(weights, b),
    scaling: weightNamed(weights, LORA_SCALING),
  };
}

/**
 * `x W`, and with an adapter `x W + (alpha / rank) (x A) B` (Hu et al., arXiv 2106.09685, equation 3), `[M, O]`.
 *
 * The scaling is applied to `x A`, the smallest of the products; PEFT applies it to the last.
 *
 * @param module E.g. `self_attn.q_proj`.
 * @throws {RangeError} if the layer lacks the module's weight, or one of an adapter's two matrices.
 */
export function linear(x_M_I: tf.Tensor2D, weights: Weights, module: string): tf.Tensor2D {
  const y_M_O = matMul(x_M_I, weightNamed<tf.Tensor2D>(weights, `${module}.weight`));
  const adapter = adapterOf(weights, module);
  if (adapter === null) return y_M_O;
  const down_M_R = tf.mul(matMul(x_M_I, adapter.a_I_R), adapter.scaling) as tf.Tensor2D;
  return tf.add(y_M_O, matMul(down_M_R, adapter.b_R_O));
}

/**
 * The gradients of {@link linear}: in its input, and in what is trained of it, by name. Where the layer has an
 * adapter W is frozen, in modules without one too, and has none.
 */
export function linearGradient(
  x_M_I: tf.Tensor2D,
  weights: Weights,
  module: string,
  dy_M_O: tf.Tensor2D,
): { dx_M_I: tf.Tensor2D; gradients: Record<string, tf.Tensor> } {
  const dx_M_I = matMul(dy_M_O, weightNamed<tf.Tensor2D>(weights, `${module}.weight`), false, true);
  if (!hasAdapter(weights)) {
    return { dx_M_I, gradients: { [`${module}.weight`]: matMul(x_M_I, dy_M_O, true) } };
  }
  const adapter = adapterOf(weights, module);
  if (adapter === null) return { dx_M_I, gradients: {} };
  const { a_I_R, b_R_O, scaling } = adapter;
  const { a, b } = matrixNames(module);
  const down_M_R = tf.mul(matMul(x_M_I, a_I_R), scaling) as tf.Tensor2D;
  const dDown_M_R = tf.mul(matMul(dy_M_O, b_R_O, false, true), scaling) as tf.Tensor2D;
  return {
    dx_M_I: tf.add(dx_M_I, matMul(dDown_M_R, a_I_R, false, true)),
    gradients: { [a]: matMul(x_M_I, dDown_M_R, true), [b]: matMul(down_M_R, dy_M_O, true) },
  };
}
