/**
 * A linear module, with an adapter or without.
 *
 * Shapes: M rows, I inputs, O outputs, R rank.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { frozenMatMul, matMul } from "../model/ops.ts";
import { weightNamed, type Weights } from "../model/weights.ts";
import { hasAdapter, LORA_SCALING, matrixNames } from "./names.ts";

/**
 * `x W`, and with an adapter `x W + (alpha / rank) (x A) B` (Hu et al., arXiv 2106.09685, equation 3), `[M, O]`.
 *
 * Where the layer has an adapter W is frozen, in modules without one too: the backward pass computes no
 * gradient of it. The scaling is applied to `x A`, the smallest of the products; PEFT applies it to the last.
 *
 * @param module E.g. `self_attn.q_proj`.
 * @throws {RangeError} if the layer lacks the module's weight, or one of an adapter's two matrices.
 */
export function linear(x_M_I: tf.Tensor2D, weights: Weights, module: string): tf.Tensor2D {
  const weight_I_O = weightNamed<tf.Tensor2D>(weights, `${module}.weight`);
  if (!hasAdapter(weights)) return matMul(x_M_I, weight_I_O);
  const frozen_M_O = frozenMatMul(x_M_I, weight_I_O);
  const { a, b } = matrixNames(module);
  if (weights[a] === undefined && weights[b] === undefined) return frozen_M_O;
  const down_M_R = tf.mul(
    matMul(x_M_I, weightNamed<tf.Tensor2D>(weights, a)),
    weightNamed(weights, LORA_SCALING),
  ) as tf.Tensor2D;
  return tf.add(frozen_M_O, matMul(down_M_R, weightNamed<tf.Tensor2D>(weights, b)));
}
