/**
 * The tensors that a configuration calls for, under Hugging Face's names and layout.
 *
 * @module
 */

import type { ModelConfig } from "../config.ts";
import { type NamedTensors, type TensorData } from "./tensor_data.ts";

/**
 * Name and shape of every tensor of a model, in the order of the computation. Linear weights are
 * [out, in]. With tied embeddings there is no `lm_head.weight`.
 *
 * @example
 * ```ts
 * import { expectedShapes } from "@terse/rl";
 * import { assertEquals } from "@std/assert";
 * const shapes = expectedShapes({
 *   architecture: "llama", vocabSize: 50, hiddenSize: 16, intermediateSize: 40, numLayers: 1,
 *   numHeads: 4, numKvHeads: 2, headDim: 4, ropeTheta: 10_000, rmsNormEps: 1e-5,
 *   tieWordEmbeddings: true, attentionBias: false, maxPositionEmbeddings: 128,
 * });
 * assertEquals(shapes.get("model.layers.0.self_attn.k_proj.weight"), [8, 16]);
 * ```
 */
export function expectedShapes(config: ModelConfig): Map<string, readonly number[]> {
  const { vocabSize: V, hiddenSize: D, intermediateSize: F } = config;
  const queries = config.numHeads * config.headDim;
  const keys = config.numKvHeads * config.headDim;
  const shapes = new Map<string, readonly number[]>([["model.embed_tokens.weight", [V, D]]]);
  for (let layer = 0; layer < config.numLayers; layer++) {
    const prefix = `model.layers.${layer}.`;
    shapes.set(prefix + "input_layernorm.weight", [D]);
    for (const [part, out] of [["q", queries], ["k", keys], ["v", keys]] as const) {
      shapes.set(`${prefix}self_attn.${part}_proj.weight`, [out, D]);
      if (config.attentionBias) shapes.set(`${prefix}self_attn.${part}_proj.bias`, [out]);
    }
    shapes.set(prefix + "self_attn.o_proj.weight", [D, queries]);
    shapes.set(prefix + "post_attention_layernorm.weight", [D]);
    shapes.set(prefix + "mlp.gate_proj.weight", [F, D]);
    shapes.set(prefix + "mlp.up_proj.weight", [F, D]);
    shapes.set(prefix + "mlp.down_proj.weight", [D, F]);
  }
  shapes.set("model.norm.weight", [D]);
  if (!config.tieWordEmbeddings) shapes.set("lm_head.weight", [V, D]);
  return shapes;
}

/**
 * The tensors that the configuration calls for, in the order of {@linkcode expectedShapes}, out of
 * those that a file holds. Tensors that carry no information of their own are left out: rotary
 * frequencies, and the output layer where it is the embedding.
 *
 * @param path The file or folder, for errors.
 * @throws {Error} naming path and tensor if one is missing, has another shape, or is not known.
 */
export function selectExpectedTensors(
  path: string,
  tensors: NamedTensors,
  config: ModelConfig,
): Map<string, TensorData> {
  const selected = new Map<string, TensorData>();
  for (const [name, shape] of expectedShapes(config)) {
    const tensor = tensors.get(name);
    if (!tensor) {
      throw new Error(
        `Cannot load ${path}: tensor ${name} must be present with shape [${shape}], as the ` +
          `configuration says: current value is none`,
      );
    }
    if (tensor.shape.join() !== shape.join()) {
      throw new Error(
        `Cannot load ${path}: the shape of tensor ${name} must be [${shape}], as the ` +
          `configuration says: current value is [${tensor.shape}]`,
      );
    }
    selected.set(name, tensor);
  }
  for (const name of tensors.keys()) {
    const redundant = name.endsWith("rotary_emb.inv_freq") || name === "lm_head.weight";
    if (!selected.has(name) && !redundant) {
      throw new Error(
        `Cannot load ${path}: every tensor must belong to a ${config.architecture} model with ` +
          `${config.numLayers} layers: current value is ${name}`,
      );
    }
  }
  return selected;
}
