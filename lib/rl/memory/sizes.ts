/**
 * Bytes of the parts of a run, from shapes alone.
 *
 * Shapes: P prompts, G completions of each, B = P x G, N prompt rows, T completion rows, M = P x N + B x T
 * rows, D width, F intermediate width, H heads, K key/value heads, d head width, L layers, V vocabulary;
 * a stretch of completion rows is S long and ends at E.
 *
 * @module
 */
import { adapterShapes, type LoraSettings } from "../lora/adapter.ts";
import type { ModelConfig } from "../model/config.ts";
import { equalParts } from "../model/equal_parts.ts";
import { expectedShapes } from "../model/files/expected_shapes.ts";
import { vocabularyPieces } from "../model/gradient_sum.ts";
import { headBlocks } from "../model/head.ts";
import type { EngineCopies, LayerCopies } from "./calibration.ts";

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

/** What a layer's backward pass starts from beside its input: for attention, and for the feed-forward block. */
export function keptBytes(
  { hiddenSize, intermediateSize, numHeads, numKvHeads, headDim }: ModelConfig,
  rows: number,
): { attention: number; feedForward: number } {
  return {
    attention: NUMBER_BYTES * rows * (numHeads + 2 * numKvHeads) * headDim,
    feedForward: NUMBER_BYTES * rows * (hiddenSize + 2 * intermediateSize),
  };
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

/** What {@linkcode stretchSums} adds up. */
export interface StretchSums {
  readonly count: number;
  /** E of all. */
  readonly ends: number;
  /** S x (N + E) of all. */
  readonly scores: number;
}

/**
 * The stretches of completions that all have their full length.
 *
 * @param most Rows of a stretch, at most.
 */
export function stretchSums({ N, T }: BatchShape, most: number): StretchSums {
  if (T === 0) return { count: 0, ends: 0, scores: 0 };
  const stretches = equalParts(T, most);
  return {
    count: stretches.length,
    ends: stretches.reduce((sum, { begin, size }) => sum + begin + size, 0),
    scores: stretches.reduce((sum, { begin, size }) => sum + size * (N + begin + size), 0),
  };
}

/** What all layers share of a batch: rotations, masks, and which row stands where. */
export function contextBytes(
  { headDim }: ModelConfig,
  batch: BatchShape,
  stretchRows: number,
): number {
  const { P, G, N, T } = batch, B = P * G, M = rowsOf(batch);
  const { count, ends, scores } = stretchSums(batch, stretchRows);
  const rows = M * (2 * headDim + 2 + 2 * count) + 2 * P * N + 2 * B * T + B * ends;
  return NUMBER_BYTES * (rows + N * N + P * scores);
}

/** What one layer's pass holds; without completions (T 0) that of prompts alone. */
export function layerBytes(
  { hiddenSize, intermediateSize, numHeads, numKvHeads, headDim }: ModelConfig,
  copies: LayerCopies,
  batch: BatchShape,
  stretchRows: number,
): number {
  const { P, G, N, T } = batch, B = P * G, M = rowsOf(batch);
  const queries = numHeads * headDim, keys = numKvHeads * headDim;
  const { count, ends, scores } = stretchSums(batch, stretchRows);
  return NUMBER_BYTES * (
    M * (copies.width * hiddenSize + copies.intermediate * intermediateSize) +
    P * N * (copies.promptQueries * queries + copies.promptKeys * keys) +
    B * T * (copies.queries * queries + copies.keys * keys) +
    copies.stretchKeys * B * ends * keys +
    count * (copies.placedKeys * M + copies.promptKeysByStretch * P * N) * keys +
    copies.groupScores * B * numHeads * scores +
    copies.promptScores * P * numHeads * N * N
  );
}

/** What a layer holds backwards: in the feed-forward half all it starts from, in attention's what is left of it. */
export function layerGradientBytes(
  config: ModelConfig,
  { backward, stretchRows }: EngineCopies,
  batch: BatchShape,
): number {
  const { attention, feedForward } = keptBytes(config, rowsOf(batch));
  return attention + Math.max(
    feedForward + layerBytes(config, backward.feedForward, batch, stretchRows),
    layerBytes(config, backward.attention, batch, stretchRows),
  );
}

/** A block of the vocabulary for so many completion rows: its logits, its rows of the head, and its piece's. */
export function blockBytes(
  { vocabSize, hiddenSize }: ModelConfig,
  rows: number,
): { logits: number; block: number; piece: number } {
  const piece = vocabularyPieces(vocabSize)[0]!, block = headBlocks(rows, piece)[0]!;
  const ofHead = NUMBER_BYTES * hiddenSize;
  return {
    logits: NUMBER_BYTES * rows * block.size,
    block: block.size * ofHead,
    piece: piece.size * ofHead,
  };
}
