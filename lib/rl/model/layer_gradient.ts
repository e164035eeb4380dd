/**
 * One decoder layer backwards.
 *
 * Shapes as in layer.ts.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { linearGradient } from "../lora/linear.ts";
import { hasAdapter } from "../lora/names.ts";
import { attendGradient, type Projected } from "./attention.ts";
import type { ModelConfig } from "./config.ts";
import {
  attentionNorm,
  attentionShape,
  feedForwardNorm,
  type GroupContext,
  type LayerValues,
  type LayerWeights,
  padProjected,
} from "./layer.ts";
import { rmsNormGradient, swiglu, swigluGradient } from "./ops.ts";
import { rotateGradient } from "./rotary.ts";
import { weightNamed } from "./weights.ts";

/** A layer's gradients. */
export interface LayerGradient {
  readonly dInput_M_D: tf.Tensor2D;
  /** Of every weight that is trained, by its name within the layer. */
  readonly gradients: Record<string, tf.Tensor>;
}

/**
 * The gradients of a layer from that of its output. Of what the forward pass computed it takes every
 * product but the last; norms, the gate and attention's weights are computed again.
 *
 * @param dOutput_M_D 0 in spare rows.
 */
export function layerGradient(
  x_M_D: tf.Tensor2D,
  values: LayerValues,
  dOutput_M_D: tf.Tensor2D,
  weights: LayerWeights,
  config: ModelConfig,
  context: GroupContext,
): LayerGradient {
  const { afterAttention_M_D, gate_M_I, up_M_I, attended_M_HD } = values;
  const gradients: Record<string, tf.Tensor> = {};
  const back = (x: tf.Tensor2D, module: string, dy: tf.Tensor2D): tf.Tensor2D => {
    const linear = linearGradient(x, weights, module, dy);
    Object.assign(gradients, linear.gradients);
    return linear.dx_M_I;
  };
  const backThroughNorm = (x: tf.Tensor2D, name: string, dy: tf.Tensor2D): tf.Tensor2D => {
    const norm = rmsNormGradient(x, weightNamed(weights, name), config.rmsNormEps, dy);
    if (!hasAdapter(weights)) gradients[name] = norm.dWeight_D;
    return norm.dx_M_D;
  };

  const dGated = back(swiglu(gate_M_I, up_M_I), "mlp.down_proj", dOutput_M_D);
  const { dGate_M_I, dUp_M_I } = swigluGradient(gate_M_I, up_M_I, dGated);
  const normed = feedForwardNorm(afterAttention_M_D, weights, config);
  const dNormed: tf.Tensor2D = tf.add(
    back(normed, "mlp.gate_proj", dGate_M_I),
    back(normed, "mlp.up_proj", dUp_M_I),
  );
  const dAfterAttention: tf.Tensor2D = tf.add(
    dOutput_M_D,
    backThroughNorm(afterAttention_M_D, "post_attention_layernorm.weight", dNormed),
  );

  const dAttended = back(attended_M_HD, "self_attn.o_proj", dAfterAttention);
  const d = projectedGradient(values, dAttended, config, context);
  const attentionInput = attentionNorm(x_M_D, weights, config);
  const dProjected: [name: string, dy: tf.Tensor2D][] = [
    ["q_proj", rotateGradient(d.q, config.numHeads, context.rotation)],
    ["k_proj", rotateGradient(d.k, config.numKvHeads, context.rotation)],
    ["v_proj", d.v],
  ];
  const dInputs = dProjected.map(([name, dy]) => {
    if (config.attentionBias && !hasAdapter(weights)) {
      gradients[`self_attn.${name}.bias`] = tf.sum(dy, 0);
    }
    return back(attentionInput, `self_attn.${name}`, dy);
  });
  const dInput = backThroughNorm(x_M_D, "input_layernorm.weight", tf.addN(dInputs));
  return { dInput_M_D: tf.add(dAfterAttention, dInput), gradients };
}

/** Attention's gradients in the rotated queries and keys and the values of all rows. */
function projectedGradient(
  projected: Projected,
  dAttended_M_HD: tf.Tensor2D,
  config: ModelConfig,
  context: GroupContext,
): Projected {
  const { prompts, completions } = padProjected(projected, context);
  // What padding took of other rows' gradients must not count, nor what spare rows take of padding's.
  const dAttended = {
    prompts: tf.mul(
      tf.gather(dAttended_M_HD, context.promptRow_PN),
      context.isPromptRow_PN_1,
    ) as tf.Tensor2D,
    completions: tf.mul(
      tf.gather(dAttended_M_HD, context.completionRow_BT),
      context.isCompletionRow_BT_1,
    ) as tf.Tensor2D,
  };
  const shape = attentionShape(context, config);
  const { dPrompts, dCompletions } = attendGradient(prompts, completions, dAttended, shape);
  const rows = (ofPrompts: tf.Tensor2D, ofCompletions: tf.Tensor2D): tf.Tensor2D =>
    tf.mul(
      tf.gather(tf.concat([ofPrompts, ofCompletions], 0), context.paddedRow_M),
      context.isRow_M_1,
    );
  return {
    q: rows(dPrompts.q, dCompletions.q),
    k: rows(dPrompts.k, dCompletions.k),
    v: rows(dPrompts.v, dCompletions.v),
  };
}
