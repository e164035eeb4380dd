/**
 * What a prediction of memory takes from measurements; everything else follows from shapes.
 *
 * Copies of tensors were counted: the largest number of bytes that tfjs held during a pass was fitted over
 * 22 to 36 random shapes of layers 64 to 320 wide. Where the engine compiles, a pass is at its fullest when it is
 * recorded, which runs it operation by operation.
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

/** What depends on an engine. */
export interface EngineCopies {
  /** A layer forwards. */
  readonly forward: LayerCopies;
  /** A layer backwards from what its forward pass kept. */
  readonly backward: LayerCopies;
  /** A layer backwards that is computed again first. */
  readonly backwardAgain: LayerCopies;
  /** A block of the head's logits forwards and backwards, with copies of the block's rows of the head. */
  readonly head: {
    readonly forward: { readonly logits: number; readonly rows: number };
    readonly backward: { readonly logits: number; readonly rows: number };
  };
  /** Rows x vocabulary of ones and zeros, for the embedding's gradient. */
  readonly oneHot: number;
  /** The largest parameter while it is updated. */
  readonly adamw: number;
  /** Bytes of the runtime, the engine's libraries and JavaScript's own heap. */
  readonly baseBytes: number;
  /**
   * Bytes that the process grows by for each byte of tensors that tfjs counts: more by fragments and by what
   * is freed late, less by tensors that share their data.
   */
  readonly share: number;
}

function copies(
  width: number,
  intermediate: number,
  queries: number,
  keys: number,
  groupScores: number,
  promptScores: number,
): LayerCopies {
  return { width, intermediate, queries, keys, groupScores, promptScores };
}

/** Fitted to within 8 % of the layers' counts; heads are exact. */
const TENSORFLOW: EngineCopies = {
  forward: copies(10.4, 4.9, 23.4, 23, 10.4, 5.7),
  backward: copies(38.2, 11.3, 28.5, 40.7, 21.8, 2.6),
  backwardAgain: copies(46.8, 13.8, 54.8, 61, 31.4, 9.3),
  head: { forward: { logits: 4, rows: 1 }, backward: { logits: 7, rows: 1 } },
  oneHot: 0,
  adamw: 2,
  baseBytes: 500 * 2 ** 20,
  share: 1.35,
};

/** Copies and costs by engine. Webgpu's tensors lie on its device; for it the same is taken to hold. */
export const ENGINE_COPIES: Readonly<Record<EngineName, EngineCopies>> = {
  tensorflow: TENSORFLOW,
  webgpu: TENSORFLOW,
  // Fitted to within 5 %.
  wasm: {
    forward: copies(10.9, 5.3, 25.8, 22.9, 10.2, 5.4),
    backward: copies(39.8, 13.5, 34, 32.7, 20.9, 6.9),
    backwardAgain: copies(50, 15.1, 60.8, 56.4, 30.4, 12.3),
    head: { forward: { logits: 4, rows: 1 }, backward: { logits: 7, rows: 1 } },
    oneHot: 3,
    adamw: 14,
    baseBytes: 250 * 2 ** 20,
    share: 0.85,
  },
};

/** Copies of the caches in decoding: a move of rows and the sealing of columns hold one layer twice. */
export const CACHE_COPIES = { prompts: 2, completions: 1.2 } as const;

/** Copies of the logits of a decoding step: on the engine and read back. */
export const LOGIT_COPIES = 2;
