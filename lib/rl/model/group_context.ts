/**
 * Masks and rotations of a batch of groups, as tensors.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { bucketSize } from "../graph/bucket.ts";
import type { Tensors } from "../graph/compile.ts";
import { MASKED_SCORE } from "./attention.ts";
import type { ModelConfig } from "./config.ts";
import type { GroupBatch } from "./group_batch.ts";
import type { GroupContext } from "./layer.ts";
import { rotationAt } from "./rotary.ts";

/** The causal mask of `length` rows: 0 on and below the diagonal, {@link MASKED_SCORE} above. */
export function causalMask(length: number): tf.Tensor2D {
  const mask = new Float32Array(length * length);
  for (let row = 0; row < length; row++) {
    mask.fill(MASKED_SCORE, row * length + row + 1, (row + 1) * length);
  }
  return tf.tensor2d(mask, [length, length]);
}

/** The mask of a completion's T rows over [prompt keys, own keys]: causal, without the prompt's padding. */
function completionMask(promptLengths_P: readonly number[], N: number, T: number): tf.Tensor4D {
  const P = promptLengths_P.length, width = N + T;
  const mask = new Float32Array(P * T * width).fill(MASKED_SCORE);
  promptLengths_P.forEach((length, p) => {
    for (let t = 0; t < T; t++) {
      const at = (p * T + t) * width;
      mask.fill(0, at, at + length);
      mask.fill(0, at + N, at + N + t + 1);
    }
  });
  return tf.tensor4d(mask, [P, 1, T, width]);
}

/** Where rows of the given lengths, laid one after the other, stand when each is padded to the same length. */
interface Padding {
  /** The row of each padded row, from `first` on; 0 where there is none. */
  readonly row: Int32Array;
  /** 1 where a padded row has a row, else 0. */
  readonly isRow: Float32Array;
  /** Where each row stands among the padded ones. */
  readonly place: Int32Array;
}

/** Lays rows out with padding. */
export function padding(lengths: readonly number[], padded: number, first: number): Padding {
  const row = new Int32Array(lengths.length * padded);
  const isRow = new Float32Array(row.length);
  const place: number[] = [];
  lengths.forEach((length, i) => {
    for (let k = 0; k < length; k++) {
      const at = i * padded + k;
      row[at] = first + place.length;
      isRow[at] = 1;
      place.push(at);
    }
  });
  return { row, isRow, place: Int32Array.from(place) };
}

/**
 * The context that every layer of one pass over `batch` shares.
 *
 * @param M Rows that the pass computes: the batch's, and spare ones behind them.
 */
export function groupContext(batch: GroupBatch, config: ModelConfig, M: number): GroupContext {
  const { P, G, promptLengths_P, completionLengths_B, promptRows } = batch;
  const N = bucketSize(batch.N), T = bucketSize(batch.T);
  const positions_M = new Int32Array(M);
  positions_M.set(batch.positions_M);
  const prompts = padding(promptLengths_P, N, 0);
  const completions = padding(completionLengths_B, T, promptRows);
  const paddedRow_M = new Int32Array(M);
  paddedRow_M.set(prompts.place);
  paddedRow_M.set(completions.place.map((place) => P * N + place), promptRows);
  const isRow_M = new Float32Array(M).fill(1, 0, batch.inputIds_M.length);
  const column = (x: Float32Array) => tf.tensor2d(x, [x.length, 1]);
  return {
    P,
    B: P * G,
    promptRow_PN: tf.tensor1d(prompts.row, "int32"),
    completionRow_BT: tf.tensor1d(completions.row, "int32"),
    paddedRow_M: tf.tensor1d(paddedRow_M, "int32"),
    isPromptRow_PN_1: column(prompts.isRow),
    isCompletionRow_BT_1: column(completions.isRow),
    isRow_M_1: column(isRow_M),
    rotation: rotationAt(positions_M, config.headDim, config.ropeTheta),
    causal_N_N: causalMask(N),
    mask_P_1_T_NT: completionMask(promptLengths_P, N, T),
  };
}

/** The tensors of a context by name, as a graph takes them. */
export function contextTensors({ P: _P, B: _B, rotation, ...tensors }: GroupContext): Tensors {
  return { ...tensors, ...rotation };
}

/** A context from {@link contextTensors}. */
export function contextOf(
  { P, B }: Pick<GroupContext, "P" | "B">,
  tensors: Tensors,
): GroupContext {
  const rotation = tensors as unknown as GroupContext["rotation"];
  return { ...tensors as unknown as GroupContext, P, B, rotation };
}
