/**
 * Bytes of the parts of a run, from shapes alone.
 *
 * Shapes: P prompts, G completions of each, B = P x G, N prompt rows, T completion rows, M = P x N + B x T
 * rows, D width, F intermediate width, H heads, K key/value heads, d head width, L layers, V vocabulary.
 *
 * @module
 */
import type { ModelConfig } from "../model/config.ts";
import { expectedShapes } from "../model/files/expected_shapes.ts";
import { CHUNK_LOGITS } from "../model/head.ts";
import type { LayerCopies } from "./calibration.ts";

/** Bytes of a number on every engine. */
export const NUMBER_BYTES = 4;

/** Groups that pass through the model together, at their full lengths. */
export interface BatchShape {
  readonly P: number;
  readonly G: number;
  /** Prompt rows. */
  readonly N: number;
  /** Completion rows. */
  readonly T: number;
}

/** All parameters, and the largest one of them. */
export function parameterBytes(config: ModelConfig): { all: number; largest: number } {
  const sizes = [...expectedShapes(config).values()].map((shape) =>
    NUMBER_BYTES * shape.reduce((a, b) => a * b, 1)
  );
  return { all: sizes.reduce((a, b) => a + b, 0), largest: Math.max(...sizes) };
}

/** The head's weight, or the embedding that stands for it. */
export function headBytes({ vocabSize, hiddenSize }: ModelConfig): number {
  return NUMBER_BYTES * vocabSize * hiddenSize;
}

/** Rows of hidden states, `[M, D]`. */
export function hiddenBytes({ hiddenSize }: ModelConfig, rows: number): number {
  return NUMBER_BYTES * rows * hiddenSize;
}

/** Rows of a batch: each prompt once, and every completion. */
export function rowsOf({ P, G, N, T }: BatchShape): number {
  return P * N + P * G * T;
}

/** Keys and values of all layers: `prompts` once a group, `completions` for each row. */
export function cacheBytes(
  { numKvHeads, headDim, numLayers }: ModelConfig,
  { P, G, N, T }: BatchShape,
): { prompts: number; completions: number } {
  const row = NUMBER_BYTES * 2 * numKvHeads * headDim * numLayers;
  return { prompts: row * P * N, completions: row * P * G * T };
}

/**
 * What one layer holds while it computes.
 *
 * @param rows Rows that pass through it.
 * @param scores Attention scores of completions and of prompts, as counts of numbers.
 */
export function layerBytes(
  { hiddenSize, intermediateSize, numHeads, numKvHeads, headDim }: ModelConfig,
  copies: LayerCopies,
  rows: number,
  scores: { readonly group: number; readonly prompt: number },
): number {
  return NUMBER_BYTES * (
    rows * (
        copies.width * hiddenSize + copies.intermediate * intermediateSize +
        copies.queries * numHeads * headDim + copies.keys * numKvHeads * headDim
      ) +
    copies.groupScores * scores.group + copies.promptScores * scores.prompt
  );
}

/** {@linkcode layerBytes} of a training batch. */
export function batchLayerBytes(
  config: ModelConfig,
  copies: LayerCopies,
  batch: BatchShape,
): number {
  const { P, G, N, T } = batch, H = config.numHeads;
  return layerBytes(config, copies, rowsOf(batch), {
    group: P * G * H * T * (N + T),
    prompt: P * H * N * N,
  });
}

/** One chunk of the head's logits for so many completion rows. */
export function chunkBytes({ vocabSize }: ModelConfig, rows: number): number {
  return NUMBER_BYTES * vocabSize *
    Math.min(rows, Math.max(1, Math.floor(CHUNK_LOGITS / vocabSize)));
}
