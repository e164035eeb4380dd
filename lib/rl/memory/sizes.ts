/**
 * Bytes of the parts of a run, from shapes alone.
 *
 * Shapes: P prompts, G completions of each, B = P x G, N prompt rows, T completion rows, M = P x N + B x T
 * rows, D width, F intermediate width, H heads, K key/value heads, d head width, L layers, V vocabulary.
 *
 * @module
 */
import { adapterShapes, type LoraSettings } from "../lora/adapter.ts";
import type { ModelConfig } from "../model/config.ts";
import { expectedShapes } from "../model/files/expected_shapes.ts";
import { BLOCK_LOGITS } from "../model/head.ts";
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

/** All of some parameters, and the largest one of them. */
export interface ParameterBytes {
  readonly all: number;
  readonly largest: number;
}

function sizeShapes(shapes: Iterable<readonly number[]>): ParameterBytes {
  const sizes = [...shapes].map((shape) => NUMBER_BYTES * shape.reduce((a, b) => a * b, 1));
  return { all: sizes.reduce((a, b) => a + b, 0), largest: Math.max(...sizes) };
}

/** A model's parameters. */
export function modelBytes(config: ModelConfig): ParameterBytes {
  return sizeShapes(expectedShapes(config).values());
}

/** The parameters that are trained: an adapter's, or all. */
export function trainedBytes(config: ModelConfig, lora: LoraSettings | null): ParameterBytes {
  return lora === null ? modelBytes(config) : sizeShapes(adapterShapes(config, lora).values());
}

/** The head's weight, or the embedding that stands for it. */
export function headBytes({ vocabSize, hiddenSize }: ModelConfig): number {
  return NUMBER_BYTES * vocabSize * hiddenSize;
}

/** Rows of hidden states, `[M, D]`. */
export function hiddenBytes({ hiddenSize }: ModelConfig, rows: number): number {
  return NUMBER_BYTES * rows * hiddenSize;
}

/** What a layer keeps for its backward pass beside its input, if it is not computed again. */
export function keptBytes(
  { hiddenSize, intermediateSize, numHeads, numKvHeads, headDim }: ModelConfig,
  rows: number,
): number {
  const attention = 2 * numHeads * headDim + 2 * numKvHeads * headDim;
  return NUMBER_BYTES * rows * (attention + hiddenSize + 2 * intermediateSize);
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
  const perRow = copies.width * hiddenSize + copies.intermediate * intermediateSize +
    copies.queries * numHeads * headDim + copies.keys * numKvHeads * headDim;
  return NUMBER_BYTES *
    (rows * perRow + copies.groupScores * scores.group + copies.promptScores * scores.prompt);
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

/** A block of the vocabulary for so many completion rows: its logits, and its rows of the head. */
export function blockBytes(
  { vocabSize, hiddenSize }: ModelConfig,
  rows: number,
): { logits: number; rows: number } {
  const width = Math.ceil(vocabSize / Math.ceil(rows * vocabSize / BLOCK_LOGITS));
  return { logits: NUMBER_BYTES * rows * width, rows: NUMBER_BYTES * width * hiddenSize };
}
