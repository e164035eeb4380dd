/**
 * Masks and rotations of a batch of groups, as tensors.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { MASKED_SCORE } from "./attention.ts";
import type { ModelConfig } from "./config.ts";
import type { GroupBatch } from "./group_batch.ts";
import type { GroupContext } from "./layer.ts";
import { type RowMove, rowMove } from "./ops.ts";
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
function completionMask(promptLengths_P: readonly number[], N: number, T: number): tf.Tensor {
  const P = promptLengths_P.length, width = N + T;
  const mask = new Float32Array(P * T * width).fill(MASKED_SCORE);
  promptLengths_P.forEach((length, p) => {
    for (let t = 0; t < T; t++) {
      const at = (p * T + t) * width;
      mask.fill(0, at, at + length);
      mask.fill(0, at + N, at + N + t + 1);
    }
  });
  return tf.tensor(mask, [P, 1, 1, T, width]);
}

/** Where rows of the given lengths, laid one after the other from `first` on, stand when padded. */
export function padding(
  lengths: readonly number[],
  padded: number,
  first: number,
  rows: number,
): RowMove {
  const to = new Int32Array(lengths.length * padded).fill(-1);
  const back = new Int32Array(rows).fill(-1);
  let row = first;
  lengths.forEach((length, i) => {
    for (let k = 0; k < length; k++, row++) {
      to[i * padded + k] = row;
      back[row] = i * padded + k;
    }
  });
  return rowMove(to, back);
}

/** The context that every layer of one pass over `batch` shares. */
export function groupContext(batch: GroupBatch, config: ModelConfig): GroupContext {
  const { P, G, N, T, promptLengths_P, completionLengths_B, promptRows } = batch;
  const M = batch.inputIds_M.length;
  return {
    P,
    B: P * G,
    padPrompts: padding(promptLengths_P, N, 0, M),
    padCompletions: padding(completionLengths_B, T, promptRows, M),
    rotation: rotationAt(batch.positions_M, config.headDim, config.ropeTheta),
    causal_N_N: causalMask(N),
    mask_P_1_1_T_NT: completionMask(promptLengths_P, N, T),
  };
}
