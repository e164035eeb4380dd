/**
 * Masks and rotations of a batch of groups, as tensors.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { bucketSize } from "../graph/bucket.ts";
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

/** The mask of one decoded row over [prompt keys, U own keys]: the prompt's padding never counts. */
export function decodeMask(promptLengths_P: readonly number[], N: number, U: number): tf.Tensor {
  const width = N + U;
  const mask = new Float32Array(promptLengths_P.length * width);
  promptLengths_P.forEach((length, p) =>
    mask.fill(MASKED_SCORE, p * width + length, p * width + N)
  );
  return tf.tensor(mask, [promptLengths_P.length, 1, 1, 1, width]);
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

/**
 * The context that every layer of one pass over `batch` shares.
 *
 * @param M Rows that the pass computes: the batch's, and padding behind them.
 */
export function groupContext(batch: GroupBatch, config: ModelConfig, M: number): GroupContext {
  const { P, G, promptLengths_P, completionLengths_B, promptRows } = batch;
  const N = bucketSize(batch.N), T = bucketSize(batch.T);
  const positions_M = new Int32Array(M);
  positions_M.set(batch.positions_M);
  return {
    P,
    B: P * G,
    padPrompts: padding(promptLengths_P, N, 0, M),
    padCompletions: padding(completionLengths_B, T, promptRows, M),
    rotation: rotationAt(positions_M, config.headDim, config.ropeTheta),
    causal_N_N: causalMask(N),
    mask_P_1_1_T_NT: completionMask(promptLengths_P, N, T),
  };
}

/** The tensors of a context, in the order that {@link contextOf} takes them. */
export function contextTensors(context: GroupContext): tf.Tensor[] {
  const { padPrompts, padCompletions, rotation, causal_N_N, mask_P_1_1_T_NT } = context;
  return [
    padPrompts.to_Y,
    padPrompts.back_X,
    padCompletions.to_Y,
    padCompletions.back_X,
    rotation.cos_M_1_d,
    rotation.sin_M_1_d,
    rotation.halves_d_d,
    causal_N_N,
    mask_P_1_1_T_NT,
  ];
}

/** A context from its tensors. */
export function contextOf(
  { P, B }: Pick<GroupContext, "P" | "B">,
  tensors: readonly tf.Tensor[],
): GroupContext {
  const [promptTo, promptBack, completionTo, completionBack, cos, sin, halves, causal, mask] =
    tensors as [
      tf.Tensor1D,
      tf.Tensor1D,
      tf.Tensor1D,
      tf.Tensor1D,
      tf.Tensor3D,
      tf.Tensor3D,
      tf.Tensor2D,
      tf.Tensor2D,
      tf.Tensor,
    ];
  return {
    P,
    B,
    padPrompts: { to_Y: promptTo, back_X: promptBack },
    padCompletions: { to_Y: completionTo, back_X: completionBack },
    rotation: { cos_M_1_d: cos, sin_M_1_d: sin, halves_d_d: halves },
    causal_N_N: causal,
    mask_P_1_1_T_NT: mask,
  };
}
