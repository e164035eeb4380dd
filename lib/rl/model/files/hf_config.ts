/**
 * Hugging Face's config.json as a {@linkcode ModelConfig}, and back.
 *
 * @module
 */

import type { ModelConfig } from "../config.ts";
import {
  fieldError,
  type JsonObject,
  positiveInteger,
  positiveNumber,
  truthValue,
} from "./json_fields.ts";

/** Fields that change the computation, with the one value under which this model family is plain. */
const PLAIN_VALUES: readonly (readonly [field: string, plain: unknown])[] = [
  ["hidden_act", "silu"],
  ["mlp_bias", false],
  ["use_sliding_window", false],
  ["pretraining_tp", 1],
  ["partial_rotary_factor", 1],
  ["quantization_config", null],
];

function checkPlainRope(object: JsonObject, name: string): void {
  const value = object.fields[name];
  if (value === undefined || value === null) return;
  const { rope_type: ropeType, type } = value as Record<string, unknown>;
  if (typeof value !== "object" || (ropeType ?? type ?? "default") !== "default") {
    throw fieldError(object, name, 'absent, null or of rope_type "default" (no scaled positions)');
  }
}

function ropeTheta(object: JsonObject): number {
  checkPlainRope(object, "rope_scaling");
  checkPlainRope(object, "rope_parameters");
  const parameters = object.fields.rope_parameters;
  if (parameters === undefined || parameters === null) {
    return positiveNumber(object, "rope_theta", 10_000);
  }
  const source = `${object.source}, rope_parameters`;
  return positiveNumber(
    { source, fields: parameters as Record<string, unknown> },
    "rope_theta",
    positiveNumber(object, "rope_theta", 10_000),
  );
}

/**
 * Reads a model's configuration, taking Hugging Face's defaults for fields that are missing.
 *
 * @throws {Error} naming file, field and value if the model is neither `llama` nor `qwen2`, or does
 * something that this project's models do not: scaled rotary positions, sliding windows,
 * other activations, biases elsewhere than at query, key and value, quantised weights.
 */
export function parseHfConfig(object: JsonObject): ModelConfig {
  const architecture = object.fields.model_type;
  if (architecture !== "llama" && architecture !== "qwen2") {
    throw fieldError(object, "model_type", '"llama" or "qwen2"');
  }
  for (const [field, plain] of PLAIN_VALUES) {
    if ((object.fields[field] ?? plain) !== plain) {
      throw fieldError(object, field, `${JSON.stringify(plain)} (nothing else is supported)`);
    }
  }
  if (architecture === "llama" && truthValue(object, "attention_bias", false)) {
    throw fieldError(object, "attention_bias", "false for llama (nothing else is supported)");
  }
  const hiddenSize = positiveInteger(object, "hidden_size");
  const numHeads = positiveInteger(object, "num_attention_heads");
  const numKvHeads = positiveInteger(object, "num_key_value_heads", numHeads);
  if (numHeads % numKvHeads !== 0) {
    throw fieldError(object, "num_key_value_heads", `a divisor of the ${numHeads} heads`);
  }
  const headDim = positiveInteger(object, "head_dim", hiddenSize / numHeads);
  if (headDim % 2 !== 0) throw fieldError(object, "head_dim", "even, for rotary positions");
  return {
    architecture,
    vocabSize: positiveInteger(object, "vocab_size"),
    hiddenSize,
    intermediateSize: positiveInteger(object, "intermediate_size"),
    numLayers: positiveInteger(object, "num_hidden_layers"),
    numHeads,
    numKvHeads,
    headDim,
    ropeTheta: ropeTheta(object),
    rmsNormEps: positiveNumber(object, "rms_norm_eps", 1e-6),
    tieWordEmbeddings: truthValue(object, "tie_word_embeddings", false),
    attentionBias: architecture === "qwen2",
    maxPositionEmbeddings: positiveInteger(object, "max_position_embeddings", 2048),
  };
}

/**
 * The fields of a config.json that transformers and {@linkcode parseHfConfig} read as this model.
 *
 * @param special Ids that transformers wants in the file.
 *
 * @example
 * ```ts
 * import { hfConfigFields, type ModelConfig, parseHfConfig } from "@terse/rl";
 * import { assertEquals } from "@std/assert";
 * const config: ModelConfig = {
 *   architecture: "llama", vocabSize: 50, hiddenSize: 16, intermediateSize: 40, numLayers: 1,
 *   numHeads: 4, numKvHeads: 2, headDim: 4, ropeTheta: 10_000, rmsNormEps: 1e-5,
 *   tieWordEmbeddings: true, attentionBias: false, maxPositionEmbeddings: 128,
 * };
 * const fields = hfConfigFields(config, { endTokenIds: [0], padTokenId: 0 });
 * assertEquals(parseHfConfig({ source: "config.json", fields }), config);
 * ```
 */
export function hfConfigFields(
  config: ModelConfig,
  special: { readonly endTokenIds: readonly number[]; readonly padTokenId: number },
): Record<string, unknown> {
  const isLlama = config.architecture === "llama";
  return {
    architectures: [isLlama ? "LlamaForCausalLM" : "Qwen2ForCausalLM"],
    model_type: config.architecture,
    vocab_size: config.vocabSize,
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    num_hidden_layers: config.numLayers,
    num_attention_heads: config.numHeads,
    num_key_value_heads: config.numKvHeads,
    head_dim: config.headDim,
    hidden_act: "silu",
    rms_norm_eps: config.rmsNormEps,
    rope_theta: config.ropeTheta,
    max_position_embeddings: config.maxPositionEmbeddings,
    tie_word_embeddings: config.tieWordEmbeddings,
    ...(isLlama ? { attention_bias: config.attentionBias, mlp_bias: false } : {}),
    eos_token_id: special.endTokenIds.length === 1 ? special.endTokenIds[0] : special.endTokenIds,
    pad_token_id: special.padTokenId,
    dtype: "float32",
  };
}
