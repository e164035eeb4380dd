/**
 * A batch of completions for tests of the loss, as plain numbers and as tensors.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { uniform } from "@terse/data";
import type { GrpoLossInputs } from "./loss.ts";

/** A batch as plain numbers, so that the reference of the tests needs no tensors. */
export interface LossBatch {
  readonly policy: number[][];
  readonly old: number[][];
  readonly ref: number[][] | null;
  readonly entropies: number[][];
  readonly advantages: number[];
  readonly mask: number[][];
}

/** Rows of lengths 5, 1, 3, 4 whose ratios lie below, within and above the clip. */
export function randomBatch(): LossBatch {
  const lengths = [5, 1, 3, 4], T = 5;
  const matrix = (purpose: string, low: number, high: number) =>
    lengths.map((_, b) =>
      Array.from({ length: T }, (_, t) => low + (high - low) * uniform(purpose, 5, b, t))
    );
  const old = matrix("loss test old", -3, -0.1);
  const shift = matrix("loss test shift", -0.9, 0.9);
  return {
    policy: old.map((row, b) => row.map((x, t) => x + shift[b]![t]!)),
    old,
    ref: matrix("loss test ref", -3, -0.1),
    entropies: matrix("loss test entropy", 0, 2),
    advantages: [1.3, -0.7, -1.1, 0.6],
    mask: lengths.map((length) => Array.from({ length: T }, (_, t) => t < length ? 1 : 0)),
  };
}

/** The batch on the engine, without corrections. */
export function toInputs(batch: LossBatch): GrpoLossInputs {
  return {
    policyLogprobs_B_T: tf.tensor2d(batch.policy),
    oldLogprobs_B_T: tf.tensor2d(batch.old),
    refLogprobs_B_T: batch.ref === null ? null : tf.tensor2d(batch.ref),
    entropies_B_T: tf.tensor2d(batch.entropies),
    advantages_B: tf.tensor1d(batch.advantages),
    completionMask_B_T: tf.tensor2d(batch.mask),
    corrections_B_T: null,
  };
}

/** Compares a tensor with values, entry by entry. */
export function assertAllClose(
  actual: tf.Tensor,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  const values = actual.dataSync();
  assertEquals(values.length, expected.length);
  values.forEach((value, i) => assertAlmostEquals(value, expected[i]!, tolerance, `entry ${i}`));
}
