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
import { attendedRows, attentionGradient, attentionWeights, type Projected } from "./attention.ts";
import type { ModelConfig } from "./config.ts";
import {
  attentionNorm,
  type FeedForward,
  feedForwardNorm,
  type GroupContext,
  type LayerWeights,
} from "./layer.ts";
import { rmsNormGradient, swiglu, swigluGradient } from "./ops.ts";
import { rotateGradient } from "./rotary.ts";
import { weightNamed } from "./weights.ts";

/** The gradients of half a layer. */
export interface HalfGradient {
  /** Of what it started from. */
  readonly dInput_M_D: tf.Tensor2D;
  /** Of every weight that is trained, by its name within the layer. */
  readonly gradients: Record<string, tf.Tensor>;
}

/** Collects the gradients of what is trained, on the way back through modules and norms. */
function wayBack(weights: LayerWeights, config: ModelConfig) {
  const gradients: Record<string, tf.Tensor> = {};
  return {
    gradients,
    through(x: tf.Tensor2D, module: string, dy: tf.Tensor2D): tf.Tensor2D {
      const linear = linearGradient(x, weights, module, dy);
      Object.assign(gradients, linear.gradients);
      return linear.dx_M_I;
    },
    throughNorm(x: tf.Tensor2D, name: string, dy: tf.Tensor2D): tf.Tensor2D {
      const norm = rmsNormGradient(x, weightNamed(weights, name), config.rmsNormEps, dy);
      if (!hasAdapter(weights)) gradients[name] = norm.dWeight_D;
      return norm.dx_M_D;
    },
  };
}

/**
 * The gradients of the feed-forward block from that of the layer's output. The norm and the gate are computed
 * again.
 *
 * @param dOutput_M_D 0 in spare rows.
 */
export function feedForwardGradient(
  { afterAttention_M_D, gate_M_I, up_M_I }: FeedForward,
  dOutput_M_D: tf.Tensor2D,
  weights: LayerWeights,
  config: ModelConfig,
): HalfGradient {
  const back = wayBack(weights, config);
  const dGated = back.through(swiglu(gate_M_I, up_M_I), "mlp.down_proj", dOutput_M_D);
  const { dGate_M_I, dUp_M_I } = swigluGradient(gate_M_I, up_M_I, dGated);
  const normed = feedForwardNorm(afterAttention_M_D, weights, config);
  const dNormed: tf.Tensor2D = tf.add(
    back.through(normed, "mlp.gate_proj", dGate_M_I),
    back.through(normed, "mlp.up_proj", dUp_M_I),
  );
  const dx = back.throughNorm(afterAttention_M_D, "post_attention_layernorm.weight", dNormed);
  return { dInput_M_D: tf.add(dOutput_M_D, dx), gradients: back.gradients };
}

/**
 * The gradients of attention and what comes before it, from that of the feed-forward block's input. The norm
 * and attention's weights and output are computed again.
 */
export function selfAttentionGradient(
  x_M_D: tf.Tensor2D,
  projected: Projected,
  dAfterAttention_M_D: tf.Tensor2D,
  weights: LayerWeights,
  config: ModelConfig,
  context: GroupContext,
): HalfGradient {
  const back = wayBack(weights, config);
  const attention = attentionWeights(projected, context, config);
  const attended = attendedRows(attention, context, config);
  const dAttended = back.through(attended, "self_attn.o_proj", dAfterAttention_M_D);
  const d = attentionGradient(attention, dAttended, context, config);
  const attentionInput = attentionNorm(x_M_D, weights, config);
  const dProjected: [name: string, dy: tf.Tensor2D][] = [
    ["q_proj", rotateGradient(d.q, config.numHeads, context.rotation)],
    ["k_proj", rotateGradient(d.k, config.numKvHeads, context.rotation)],
    ["v_proj", d.v],
  ];
  const dInputs = dProjected.map(([name, dy]) => {
    if (config.attentionBias && !hasAdapter(weights)) {
      back.gradients[`self_attn.${name}.bias`] = tf.sum(dy, 0);
    }
    return back.through(attentionInput, `self_attn.${name}`, dy);
  });
  const dx = back.throughNorm(x_M_D, "input_layernorm.weight", tf.addN(dInputs));
  return { dInput_M_D: tf.add(dAfterAttention_M_D, dx), gradients: back.gradients };
}
