/**
 * One decoder layer of the Llama and Qwen2 families, forwards.
 *
 * Shapes: M rows, D width, I inner width, H heads, K key/value heads, d head width; see attention.ts for the
 * others.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { linear } from "../lora/linear.ts";
import { layerAdapter } from "../lora/names.ts";
import { attendedRows, attentionWeights, type GroupRows, type Projected } from "./attention.ts";
import type { ModelConfig } from "./config.ts";
import { rmsNorm, swiglu } from "./ops.ts";
import { rotate, type Rotation } from "./rotary.ts";
import { weightNamed, type Weights } from "./weights.ts";

/** A layer's parameters by their names within the layer, e.g. `self_attn.q_proj.weight`. */
export type LayerWeights = Weights;

/** Names of a layer's parameters, in a fixed order. */
export function layerWeightNames(config: ModelConfig): string[] {
  const attention = ["q_proj", "k_proj", "v_proj"];
  return [
    "input_layernorm.weight",
    ...attention.map((name) => `self_attn.${name}.weight`),
    ...(config.attentionBias ? attention.map((name) => `self_attn.${name}.bias`) : []),
    "self_attn.o_proj.weight",
    "post_attention_layernorm.weight",
    "mlp.gate_proj.weight",
    "mlp.up_proj.weight",
    "mlp.down_proj.weight",
  ];
}

/** Picks layer `index`'s parameters out of a policy's, with those of its adapter if it has one. */
export function layerWeights(weights: Weights, config: ModelConfig, index: number): LayerWeights {
  const own = layerWeightNames(config).map((name) =>
    [name, weightNamed(weights, `model.layers.${index}.${name}`)] as const
  );
  return { ...Object.fromEntries(own), ...layerAdapter(weights, index) };
}

/** The norm before attention. */
export function attentionNorm(
  x_M_D: tf.Tensor2D,
  weights: LayerWeights,
  { rmsNormEps }: ModelConfig,
): tf.Tensor2D {
  return rmsNorm(x_M_D, weightNamed(weights, "input_layernorm.weight"), rmsNormEps);
}

/** What comes before attention: norm, projections, rotation of queries and keys. */
export function project(
  x_M_D: tf.Tensor2D,
  weights: LayerWeights,
  config: ModelConfig,
  rotation: Rotation,
): Projected {
  const normed = attentionNorm(x_M_D, weights, config);
  const biased = (name: string): tf.Tensor2D => {
    const y = linear(normed, weights, `self_attn.${name}`);
    if (!config.attentionBias) return y;
    return tf.add(y, weightNamed(weights, `self_attn.${name}.bias`));
  };
  return {
    q: rotate(biased("q_proj"), config.numHeads, rotation),
    k: rotate(biased("k_proj"), config.numKvHeads, rotation),
    v: biased("v_proj"),
  };
}

/** What the feed-forward block starts from and comes to before its last product. */
export interface FeedForward {
  /** The layer's input with attention's output added. */
  readonly afterAttention_M_D: tf.Tensor2D;
  readonly gate_M_I: tf.Tensor2D;
  readonly up_M_I: tf.Tensor2D;
}

/** The norm before the feed-forward block. */
export function feedForwardNorm(
  x_M_D: tf.Tensor2D,
  weights: LayerWeights,
  { rmsNormEps }: ModelConfig,
): tf.Tensor2D {
  return rmsNorm(x_M_D, weightNamed(weights, "post_attention_layernorm.weight"), rmsNormEps);
}

/** Attention's output projection and the feed-forward block's first products. */
export function feedForward(
  x_M_D: tf.Tensor2D,
  attended_M_HD: tf.Tensor2D,
  weights: LayerWeights,
  config: ModelConfig,
): FeedForward {
  const projected = linear(attended_M_HD, weights, "self_attn.o_proj");
  const afterAttention_M_D: tf.Tensor2D = tf.add(x_M_D, projected);
  const normed = feedForwardNorm(afterAttention_M_D, weights, config);
  return {
    afterAttention_M_D,
    gate_M_I: linear(normed, weights, "mlp.gate_proj"),
    up_M_I: linear(normed, weights, "mlp.up_proj"),
  };
}

/** What comes after attention: its output projection and the feed-forward block, `[M, D]`. */
export function finish(
  x_M_D: tf.Tensor2D,
  attended_M_HD: tf.Tensor2D,
  weights: LayerWeights,
  config: ModelConfig,
): tf.Tensor2D {
  return layerOutput(feedForward(x_M_D, attended_M_HD, weights, config), weights);
}

/** The feed-forward block's last product, `[M, D]`. */
function layerOutput(
  { afterAttention_M_D, gate_M_I, up_M_I }: FeedForward,
  weights: LayerWeights,
): tf.Tensor2D {
  return tf.add(afterAttention_M_D, linear(swiglu(gate_M_I, up_M_I), weights, "mlp.down_proj"));
}

/** What a layer needs to know of a batch of groups, the same in every layer. */
export interface GroupContext extends GroupRows {
  readonly rotation: Rotation;
}

/** What a layer's backward pass starts from; computed again where it was not kept. */
export interface LayerValues extends Projected, FeedForward {}

/** All products of a layer but the last. */
export function layerValues(
  x_M_D: tf.Tensor2D,
  weights: LayerWeights,
  config: ModelConfig,
  context: GroupContext,
): LayerValues {
  const projected = project(x_M_D, weights, config, context.rotation);
  const attended = attendedRows(attentionWeights(projected, context, config), context, config);
  return { ...projected, ...feedForward(x_M_D, attended, weights, config) };
}

/** Prompt rows and completion rows of groups through one layer, `[M, D]`, from {@link layerValues}. */
export function groupLayer(values: LayerValues, weights: LayerWeights): tf.Tensor2D {
  return layerOutput(values, weights);
}
