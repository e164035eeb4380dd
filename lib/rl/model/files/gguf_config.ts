/**
 * The metadata of a GGUF file as a {@linkcode ModelConfig}.
 *
 * @module
 */

import type { ModelConfig } from "../config.ts";
import { fieldError, type JsonObject, positiveInteger, positiveNumber } from "./json_fields.ts";

/**
 * Reads a model's configuration from the metadata `<architecture>.*`.
 *
 * @param metadata 64-bit integers are numbers.
 * @param vocabSize Rows of the embedding, which the metadata need not tell.
 * @param hasOutput Whether the file has an output layer of its own (`output.weight`).
 * @throws {Error} naming file, field and value if the architecture is neither `llama` nor `qwen2`, a
 * size is missing, or rotary positions are scaled or partial.
 */
export function parseGgufConfig(
  metadata: JsonObject,
  vocabSize: number,
  hasOutput: boolean,
): ModelConfig {
  const architecture = metadata.fields["general.architecture"];
  if (architecture !== "llama" && architecture !== "qwen2") {
    throw fieldError(metadata, "general.architecture", '"llama" or "qwen2"');
  }
  const key = (name: string) => `${architecture}.${name}`;
  const scaling = metadata.fields[key("rope.scaling.type")] ?? "none";
  if (scaling !== "none") {
    throw fieldError(metadata, key("rope.scaling.type"), '"none" (no scaled positions)');
  }
  if ((metadata.fields[key("expert_count")] ?? 0) !== 0) {
    throw fieldError(metadata, key("expert_count"), "0 (no mixture of experts)");
  }
  const hiddenSize = positiveInteger(metadata, key("embedding_length"));
  const numHeads = positiveInteger(metadata, key("attention.head_count"));
  const numKvHeads = positiveInteger(metadata, key("attention.head_count_kv"), numHeads);
  if (numHeads % numKvHeads !== 0) {
    throw fieldError(metadata, key("attention.head_count_kv"), `a divisor of ${numHeads} heads`);
  }
  const headDim = positiveInteger(metadata, key("attention.key_length"), hiddenSize / numHeads);
  if (headDim % 2 !== 0) throw fieldError(metadata, key("attention.key_length"), "even");
  for (const name of ["rope.dimension_count", "attention.value_length"]) {
    if (positiveInteger(metadata, key(name), headDim) !== headDim) {
      throw fieldError(metadata, key(name), `${headDim}, the size of a head`);
    }
  }
  return {
    architecture,
    vocabSize,
    hiddenSize,
    intermediateSize: positiveInteger(metadata, key("feed_forward_length")),
    numLayers: positiveInteger(metadata, key("block_count")),
    numHeads,
    numKvHeads,
    headDim,
    ropeTheta: positiveNumber(metadata, key("rope.freq_base"), 10_000),
    // Metadata has float32; the decimal that was meant is the shortest one that rounds to it.
    rmsNormEps: shortestDecimal(positiveNumber(metadata, key("attention.layer_norm_rms_epsilon"))),
    tieWordEmbeddings: !hasOutput,
    attentionBias: architecture === "qwen2",
    maxPositionEmbeddings: positiveInteger(metadata, key("context_length")),
  };
}

/** The decimal with the fewest digits that is the same float32. */
function shortestDecimal(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return value;
}
