/**
 * One decoder layer of the Llama and Qwen2 families, in the two forms that training and decoding need.
 *
 * Shapes: M rows, D width, H heads, K key/value heads, d head width; see attention.ts for the others.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { attendGroup, attendPrompt, headsFirst, type KeysValues } from "./attention.ts";
import type { ModelConfig } from "./config.ts";
import { matMul, moveRows, reverseMove, rmsNorm, type RowMove, swiglu } from "./ops.ts";
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

/** Picks layer `index`'s parameters out of a policy's. */
export function layerWeights(weights: Weights, config: ModelConfig, index: number): LayerWeights {
  return Object.fromEntries(
    layerWeightNames(config).map((
      name,
    ) => [name, weightNamed(weights, `model.layers.${index}.${name}`)]),
  );
}

/** Queries `[M, H, d]`, keys and values `[M, K, d]` of rows; queries and keys are rotated. */
export interface Projections {
  readonly q: tf.Tensor3D;
  readonly k: tf.Tensor3D;
  readonly v: tf.Tensor3D;
}

/** What comes before attention: norm, projections, rotation. */
export function project(
  x_M_D: tf.Tensor2D,
  weights: LayerWeights,
  config: ModelConfig,
  rotation: Rotation,
): Projections {
  const normed = rmsNorm(
    x_M_D,
    weightNamed(weights, "input_layernorm.weight"),
    config.rmsNormEps,
  );
  const linear = (name: string): tf.Tensor2D => {
    const y = matMul(normed, weightNamed(weights, `self_attn.${name}.weight`));
    if (!config.attentionBias) return y;
    return tf.add(y, weightNamed(weights, `self_attn.${name}.bias`));
  };
  const rows = x_M_D.shape[0];
  return {
    q: rotate(linear("q_proj"), config.numHeads, rotation),
    k: rotate(linear("k_proj"), config.numKvHeads, rotation),
    v: tf.reshape(linear("v_proj"), [rows, config.numKvHeads, config.headDim]),
  };
}

/** What comes after attention: its output, and the feed-forward block. */
export function finish(
  x_M_D: tf.Tensor2D,
  attended_M_HD: tf.Tensor2D,
  weights: LayerWeights,
  config: ModelConfig,
): tf.Tensor2D {
  const afterAttention = tf.add(
    x_M_D,
    matMul(attended_M_HD, weightNamed(weights, "self_attn.o_proj.weight")),
  ) as tf.Tensor2D;
  const normed = rmsNorm(
    afterAttention,
    weightNamed(weights, "post_attention_layernorm.weight"),
    config.rmsNormEps,
  );
  const gated = swiglu(
    matMul(normed, weightNamed(weights, "mlp.gate_proj.weight")),
    matMul(normed, weightNamed(weights, "mlp.up_proj.weight")),
  );
  return tf.add(afterAttention, matMul(gated, weightNamed(weights, "mlp.down_proj.weight")));
}

/** What a layer needs to know of a batch of groups, the same in every layer. */
export interface GroupContext {
  readonly P: number;
  readonly B: number;
  /** From the batch's rows to P x N rows of prompts. */
  readonly padPrompts: RowMove;
  /** From the batch's rows to B x T rows of completions. */
  readonly padCompletions: RowMove;
  readonly rotation: Rotation;
  readonly causal_N_N: tf.Tensor2D;
  readonly mask_P_1_1_T_NT: tf.Tensor;
}

/** Training form: prompt rows and completion rows of groups through one layer, `[M, D]` to `[M, D]`. */
export function groupLayer(
  x_M_D: tf.Tensor2D,
  weights: LayerWeights,
  config: ModelConfig,
  context: GroupContext,
): tf.Tensor2D {
  const { P, B, padPrompts, padCompletions } = context;
  const { q, k, v } = project(x_M_D, weights, config, context.rotation);
  const pad = (x: tf.Tensor3D, move: RowMove): tf.Tensor3D => {
    const [rows, heads, d] = x.shape;
    const padded = moveRows(tf.reshape(x, [rows, heads * d]), move);
    return tf.reshape(padded, [padded.shape[0], heads, d]);
  };
  const first = (x: tf.Tensor3D) => headsFirst(pad(x, padPrompts), P);
  const own = (x: tf.Tensor3D) => headsFirst(pad(x, padCompletions), B);
  const prompt = { keys: first(k), values: first(v) };
  const fromPrompts = attendPrompt(first(q), prompt, context.causal_N_N);
  const fromGroups = attendGroup(
    pad(q, padCompletions),
    prompt,
    { keys: own(k), values: own(v) },
    context.mask_P_1_1_T_NT,
  );
  const attended = tf.add(
    moveRows(fromPrompts, reverseMove(padPrompts)),
    moveRows(fromGroups, reverseMove(padCompletions)),
  ) as tf.Tensor2D;
  return finish(x_M_D, attended, weights, config);
}

/** Prompt rows alone through one layer, with the keys and values that decoding keeps. */
export function prefillLayer(
  x_M_D: tf.Tensor2D,
  weights: LayerWeights,
  config: ModelConfig,
  P: number,
  rotation: Rotation,
  causal_N_N: tf.Tensor2D,
): { x_M_D: tf.Tensor2D; prompt: KeysValues } {
  const { q, k, v } = project(x_M_D, weights, config, rotation);
  const prompt = { keys: headsFirst(k, P), values: headsFirst(v, P) };
  const attended = attendPrompt(headsFirst(q, P), prompt, causal_N_N);
  return { x_M_D: finish(x_M_D, attended, weights, config), prompt };
}
