/**
 * Stretches of the completions' rows for attention: the later a stretch, the fewer completions reach into it.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { bucketSize } from "../graph/bucket.ts";
import { compiles } from "../graph/compile.ts";
import { MASKED_SCORE } from "./attention.ts";
import { equalParts } from "./equal_parts.ts";
import type { GroupBatch } from "./group_batch.ts";

/**
 * Most rows of a stretch. A stretch costs a fixed time and spares half of the scores within it; as graphs are
 * made for each combination of stretches, long ones are better there.
 */
export const MOST_ROWS = { compiled: 128, plain: 32 } as const;

/** Rows of a stretch, and the completions that take part. */
export interface StretchPlan {
  readonly begin: number;
  /** E; up to here the rows may see. */
  readonly end: number;
  /** G completions of each prompt, the longest: their places in the batch. */
  readonly members_P_G: readonly (readonly number[])[];
}

/** Cuts the rows of all completions into stretches of equal length, the last one excepted. */
export function planStretches({ P, G, T, completionLengths_B }: GroupBatch): StretchPlan[] {
  const isCompiled = compiles();
  const rows = bucketSize(T);
  const most = MOST_ROWS[isCompiled ? "compiled" : "plain"];
  const size = bucketSize(equalParts(rows, most)[0]!.size);
  const longestFirst = Array.from(
    { length: P },
    (_, p) =>
      Array.from({ length: G }, (_, g) => p * G + g)
        .sort((a, b) => completionLengths_B[b]! - completionLengths_B[a]! || a - b),
  );
  const plans: StretchPlan[] = [];
  for (let begin = 0; begin < T; begin += size) {
    const reaching = longestFirst.map((members) =>
      members.filter((b) => completionLengths_B[b]! > begin).length
    );
    // Few different numbers are few different graphs.
    const step = isCompiled ? Math.ceil(G / 4) : 1;
    const count = Math.min(G, Math.ceil(Math.max(...reaching) / step) * step);
    plans.push({
      begin,
      end: Math.min(rows, begin + size),
      members_P_G: longestFirst.map((members) => members.slice(0, count)),
    });
  }
  return plans;
}

/** A stretch's rows of queries and keys by place; 0 where `is...` is 0. */
export interface StretchRows {
  readonly queryRow: Int32Array;
  readonly isQuery: Float32Array;
  readonly keyRow: Int32Array;
  readonly isKey: Float32Array;
  /** `[P, 1, S, N + E]` */
  readonly mask: tf.Tensor4D;
}

/**
 * Says which rows a stretch takes.
 *
 * @param N Rows that prompts are padded to.
 */
export function layOutStretch(
  { begin, end, members_P_G }: StretchPlan,
  { completionLengths_B, promptLengths_P, promptRows }: GroupBatch,
  N: number,
): StretchRows {
  const P = members_P_G.length, S = end - begin, width = N + end;
  const firstRow_B: number[] = [];
  completionLengths_B.reduce((row, length, b) => (firstRow_B[b] = row) + length, promptRows);
  const members = members_P_G.flat();
  const rowsFrom = (first: number) => {
    const size = end - first;
    const row = new Int32Array(members.length * size), isRow = new Float32Array(row.length);
    members.forEach((b, i) => {
      for (let t = first; t < Math.min(end, completionLengths_B[b]!); t++) {
        row[i * size + t - first] = firstRow_B[b]! + t;
        isRow[i * size + t - first] = 1;
      }
    });
    return { row, isRow };
  };
  const queries = rowsFrom(begin), keys = rowsFrom(0);
  const mask = new Float32Array(P * S * width).fill(MASKED_SCORE);
  promptLengths_P.forEach((length, p) => {
    for (let s = 0; s < S; s++) {
      const at = (p * S + s) * width;
      mask.fill(0, at, at + length);
      mask.fill(0, at + N, at + N + begin + s + 1);
    }
  });
  return {
    queryRow: queries.row,
    isQuery: queries.isRow,
    keyRow: keys.row,
    isKey: keys.isRow,
    mask: tf.tensor4d(mask, [P, 1, S, width]),
  };
}
