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
import { rotationAt } from "./rotary.ts";

/** The causal mask of `length` rows: 0 on and below the diagonal, {@link MASKED_SCORE} above. */
export function causalMask(length: number): tf.Tensor2D {
  const mask = new Float32Array(length * length);
  for (let row = 0; row < length; row++) {
    mask.fill(MASKED_SCORE, row * length + row + 1, (row + 1) * length);
  }
  return tf.tensor2d(mask, [length, length]);
}

/**
 * The mask of completion rows over [prompt keys, own keys]: padding of the prompt never counts, own
 * keys only up to the row itself. Row t stands at own position `firstRow + t`.
 */
export function groupMask(
  promptLengths_P: readonly number[],
  N: number,
  T: number,
  U: number,
  firstRow: number,
): tf.Tensor {
  const P = promptLengths_P.length, width = N + U;
  const mask = new Float32Array(P * T * width);
  promptLengths_P.forEach((length, p) => {
    for (let t = 0; t < T; t++) {
      const row = (p * T + t) * width;
      mask.fill(MASKED_SCORE, row + length, row + N);
      mask.fill(MASKED_SCORE, row + N + firstRow + t + 1, row + width);
    }
  });
  return tf.tensor(mask, [P, 1, 1, T, width]);
}

/** The context that every layer of one pass over `batch` shares. */
export function groupContext(batch: GroupBatch, config: ModelConfig): GroupContext {
  const { P, G, N, T } = batch;
  const positions: number[] = [];
  for (let p = 0; p < P; p++) for (let n = 0; n < N; n++) positions.push(n);
  for (const length of batch.promptLengths_P) {
    for (let g = 0; g < G; g++) for (let t = 0; t < T; t++) positions.push(length + t);
  }
  return {
    P,
    B: P * G,
    promptRows: P * N,
    rotation: rotationAt(positions, config.headDim, config.ropeTheta),
    causal_N_N: causalMask(N),
    mask_P_1_1_T_NT: groupMask(batch.promptLengths_P, N, T, T, 0),
  };
}
