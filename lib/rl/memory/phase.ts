/**
 * A stage of a run as a prediction of memory sees it.
 *
 * @module
 */
import { LAYERS_AT_ONCE } from "../rollout/decode_passes.ts";
import { TAIL } from "../rollout/row_cache.ts";
import type { ModelConfig } from "../model/config.ts";
import { CACHE_COPIES, type EngineCopies, LOGIT_COPIES } from "./calibration.ts";
import { type BatchShape, cacheBytes, layerBytes, NUMBER_BYTES } from "./sizes.ts";

/** One stage of a run, and what it holds in bytes by what it is for. */
export interface MemoryPhase {
  readonly name:
    | "loading"
    | "sampling"
    | "reference"
    | "gradients"
    | "update"
    | "checkpoint"
    | "evaluation";
  /** Tensors, on the engine. */
  readonly tensors: Readonly<Record<string, number>>;
  /** Arrays on their way from or to a file, outside the engine. */
  readonly arraysBytes: number;
}

/** Bytes by what they are for, together. */
export function totalBytes(parts: Readonly<Record<string, number>>): number {
  return Object.values(parts).reduce((sum, bytes) => sum + bytes, 0);
}

/** Groups whose completions decode together, at most `rowsAtOnce` of them. */
export function decodedTogether(
  { P, G, N, T }: BatchShape,
  rowsAtOnce: number,
): BatchShape {
  return { P: Math.min(P, Math.ceil(rowsAtOnce / G)), G: Math.min(G, rowsAtOnce), N, T };
}

/**
 * What sampling holds at full length: caches, logits, and either a prompt's layer or the layers of a step.
 *
 * @param batch The groups that decode together.
 */
export function samplingBytes(
  config: ModelConfig,
  { forward, decoding, stretchRows }: EngineCopies,
  batch: BatchShape,
): Record<string, number> {
  const { P, G, N, T } = batch, B = P * G;
  const { numHeads: H, numKvHeads: K, headDim: d } = config;
  const cache = cacheBytes(config, batch);
  const prefill = layerBytes(config, forward, { P, G, N, T: 0 }, stretchRows);
  // A step's rows are like those of prompts of one token.
  const rows = layerBytes(config, forward, { P: B, G: 1, N: 1, T: 0 }, stretchRows);
  const step = rows +
    NUMBER_BYTES * B * (decoding.scores * H * (N + T) + decoding.tails * K * TAIL * d);
  return {
    caches: CACHE_COPIES.prompts * cache.prompts + CACHE_COPIES.completions * cache.completions,
    logits: LOGIT_COPIES * NUMBER_BYTES * B * config.vocabSize,
    layers: Math.max(prefill, Math.min(LAYERS_AT_ONCE, config.numLayers) * step),
  };
}
