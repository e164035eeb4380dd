/**
 * What a prediction of memory takes from measurements; everything else follows from shapes.
 *
 * The copies of tensors were counted, not timed: the largest number of bytes that tfjs held during a pass
 * was fitted over 40 random shapes of 64 to 320 wide layers.
 *
 * @module
 */
import type { EngineName } from "../engine/choice.ts";

/** How many numbers one layer's pass holds at its fullest, by what they grow with. */
export interface LayerCopies {
  /** M x D: rows by width. */
  readonly width: number;
  /** M x F: rows by the width between gate and down projection. */
  readonly intermediate: number;
  /** M x H x d: rows by query heads. */
  readonly queries: number;
  /** M x K x d: rows by key/value heads. */
  readonly keys: number;
  /** B x H x T x (N + T): completion rows by the keys they meet. */
  readonly groupScores: number;
  /** P x H x N x N: prompt rows by the keys they meet. */
  readonly promptScores: number;
}

/** Forward pass of one layer, the same on every engine; fitted to within 3 % of what was counted. */
export const FORWARD_COPIES: LayerCopies = {
  width: 6.2,
  intermediate: 4.8,
  queries: 28.4,
  keys: 23.9,
  groupScores: 12.2,
  promptScores: 3.3,
};

/** Forward and backward pass of one layer where products take transposed matrices; to within 2 %. */
const BACKWARD: LayerCopies = {
  width: 42.1,
  intermediate: 13,
  queries: 65,
  keys: 51.8,
  groupScores: 27.4,
  promptScores: 11.4,
};

/** Forward and backward pass of one layer by engine. */
export const BACKWARD_COPIES: Readonly<Record<EngineName, LayerCopies>> = {
  tensorflow: BACKWARD,
  webgpu: BACKWARD,
  // Transposes are tensors there, and so are the matrices that batched products are cut into; to 6 %.
  wasm: {
    width: 47.8,
    intermediate: 13.6,
    queries: 85.8,
    keys: 58.4,
    groupScores: 37.7,
    promptScores: 19,
  },
};

/** Copies of a chunk of logits in the head's forward and backward pass; exact. */
export const HEAD_COPIES = { forward: 9, backward: 16 } as const;

/** Copies of the caches in a decoding step: the old one, the new one, and the keys transposed. */
export const CACHE_COPIES = { prompts: 1.5, completions: 2.5 } as const;

/** Copies of the logits of a decoding step: on the engine and read back. */
export const LOGIT_COPIES = 2;

/** Copies of the largest parameter while AdamW updates it. */
export const ADAMW_COPIES = 14;

/** Copies of all gradients while their norm is taken. */
export const NORM_COPIES = 1;

/** What a process holds on top of tensors. */
export interface ProcessCost {
  /** Bytes of the runtime, the engine's libraries and JavaScript's own heap. */
  readonly baseBytes: number;
  /**
   * Bytes that the process grows by for each byte of tensors that tfjs counts: more by fragments and by what
   * is freed late, less by tensors that share their data.
   */
  readonly share: number;
}

/** Fitted to peaks of whole processes. Webgpu keeps tensors on its device and stands for the worst case. */
export const PROCESS_COSTS: Readonly<Record<EngineName, ProcessCost>> = {
  tensorflow: { baseBytes: 500 * 2 ** 20, share: 1.1 },
  webgpu: { baseBytes: 500 * 2 ** 20, share: 1.2 },
  wasm: { baseBytes: 250 * 2 ** 20, share: 0.9 },
};
