/**
 * What a prediction of memory takes from the engine's code and from measurements; everything else follows from
 * shapes.
 *
 * Copies of tensors are counted in the code, operation by operation: a pass of a layer frees what it made in
 * between only at its end. Where the engine compiles, a pass is at its fullest when it is recorded, which runs it
 * operation by operation.
 *
 * @module
 */
import type { EngineName } from "../engine/choice.ts";
import { MOST_ROWS } from "../model/stretches.ts";

/**
 * How many tensors a layer's pass holds at its end, by their shape. A stretch of completion rows is S long and ends
 * at E; there are n of them.
 */
export interface LayerCopies {
  /** M x D: rows by width. */
  readonly width: number;
  /** M x F: rows by the width between gate and down projection. */
  readonly intermediate: number;
  /** P x N x H x d: prompt rows by query heads. */
  readonly promptQueries: number;
  /** B x T x H x d: completion rows by query heads. */
  readonly queries: number;
  /** P x N x K x d: prompt rows by key/value heads. */
  readonly promptKeys: number;
  /** B x T x K x d: completion rows by key/value heads. */
  readonly keys: number;
  /** B x E x K x d of every stretch: the keys that it sees again and again. */
  readonly stretchKeys: number;
  /** n x M x K x d: all rows' keys once a stretch. */
  readonly placedKeys: number;
  /** n x P x N x K x d: the prompts' keys once a stretch. */
  readonly promptKeysByStretch: number;
  /** B x H x S x (N + E) of every stretch: completion rows by the keys they meet. */
  readonly groupScores: number;
  /** P x H x N x N: prompt rows by the keys they meet. */
  readonly promptScores: number;
}

/** What depends on an engine. */
export interface EngineCopies {
  /** Most rows of a stretch. */
  readonly stretchRows: number;
  /**
   * A layer forwards; prompts alone, and rows that decode, need a few copies less. Its products computed again hold
   * less than the fuller half backwards.
   */
  readonly forward: LayerCopies;
  /** A layer backwards, half by half, beside what the forward pass kept. */
  readonly backward: { readonly feedForward: LayerCopies; readonly attention: LayerCopies };
  /**
   * The head: copies of a block's logits, and of the completions' hidden states beside them; `left` of these stay
   * while layers go backwards.
   */
  readonly head: {
    readonly forward: { readonly logits: number; readonly hidden: number };
    readonly backward: { readonly logits: number; readonly hidden: number };
    readonly left: number;
  };
  /** A layer of a decoding step: copies of its scores, and of the tail of keys or values. */
  readonly decoding: { readonly scores: number; readonly tails: number };
  /** Copies of the largest parameter while it is updated. */
  readonly adamw: number;
  /** Bytes of the runtime, the engine's libraries and graphs, and JavaScript's own heap. */
  readonly baseBytes: number;
  /**
   * Bytes that the process grows by for each byte of tensors: more by fragments and by what is freed late.
   */
  readonly share: number;
}

const NONE: LayerCopies = {
  width: 0,
  intermediate: 0,
  promptQueries: 0,
  queries: 0,
  promptKeys: 0,
  keys: 0,
  stretchKeys: 0,
  placedKeys: 0,
  promptKeysByStretch: 0,
  groupScores: 0,
  promptScores: 0,
};

const TENSORFLOW: EngineCopies = {
  stretchRows: MOST_ROWS.compiled,
  forward: {
    ...NONE,
    width: 10,
    intermediate: 5,
    promptQueries: 11,
    queries: 15,
    promptKeys: 10,
    keys: 6,
    stretchKeys: 6,
    groupScores: 6,
    promptScores: 4,
  },
  backward: {
    feedForward: { ...NONE, width: 15, intermediate: 12 },
    attention: {
      ...NONE,
      // With the gradient that the other half hands over.
      width: 17,
      promptQueries: 19,
      queries: 27,
      promptKeys: 18,
      keys: 6,
      stretchKeys: 14,
      placedKeys: 4,
      promptKeysByStretch: 2,
      groupScores: 14,
      promptScores: 9,
    },
  },
  head: {
    forward: { logits: 4, hidden: 5 },
    backward: { logits: 7, hidden: 8 },
    left: 20,
  },
  decoding: { scores: 5, tails: 4 },
  adamw: 2,
  baseBytes: 600 * 2 ** 20,
  share: 1.2,
};

/** Copies and costs by engine. */
export const ENGINE_COPIES: Readonly<Record<EngineName, EngineCopies>> = {
  tensorflow: TENSORFLOW,
  // Its tensors lie on its device, and it computes by the same operations.
  webgpu: { ...TENSORFLOW, stretchRows: MOST_ROWS.plain },
  // Kernels for several operations at once hold less in between.
  wasm: {
    stretchRows: MOST_ROWS.plain,
    forward: {
      ...NONE,
      width: 6,
      intermediate: 3,
      promptQueries: 8,
      queries: 12,
      promptKeys: 7,
      keys: 3,
      stretchKeys: 6,
      groupScores: 4,
      promptScores: 2,
    },
    backward: {
      feedForward: { ...NONE, width: 6, intermediate: 4 },
      attention: {
        ...NONE,
        width: 8,
        promptQueries: 16,
        queries: 24,
        promptKeys: 15,
        keys: 3,
        stretchKeys: 14,
        placedKeys: 4,
        promptKeysByStretch: 2,
        groupScores: 9,
        promptScores: 4,
      },
    },
    head: {
      forward: { logits: 4, hidden: 3 },
      backward: { logits: 7, hidden: 6 },
      left: 11,
    },
    decoding: { scores: 0, tails: 2 },
    adamw: 15,
    baseBytes: 225 * 2 ** 20,
    share: 1.15,
  },
};

/** Copies of the caches in decoding: a move of rows and the sealing of columns hold one layer twice. */
export const CACHE_COPIES = { prompts: 2, completions: 1.2 } as const;

/** Copies of the logits of a decoding step: on the engine and read back. */
export const LOGIT_COPIES = 2;
