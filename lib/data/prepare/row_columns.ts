/**
 * What is kept in memory of every row but its fingerprint: numbers, in typed arrays that threads share.
 *
 * @module
 */

import type { QuestionKind, Split } from "../record.ts";

/** Kinds by the number that stands for them. */
export const KINDS: readonly QuestionKind[] = ["choice", "calculation", "open"];

/** Splits by the number that stands for them. */
export const SPLITS: readonly Split[] = ["train", "validation", "test", "ood"];

/** Numbers of `count` rows, N; each column has shape (N). */
export interface RowColumns {
  readonly count: number;
  readonly passRate: Float64Array;
  /** `hashKey` of source and id. */
  readonly key: Uint32Array;
  /** Another hash of the same. */
  readonly checkKey: Uint32Array;
  /** UTF-16 code units of context, question and options. */
  readonly lengthChars: Uint32Array;
  /** Index of the record's source in a list of names. */
  readonly source: Uint16Array;
  readonly kind: Uint8Array;
  readonly split: Uint8Array;
  /** 1 for rows that are in the set. */
  readonly isAlive: Uint8Array;
}

const BYTES_A_ROW = 8 + 3 * 4 + 2 + 3;

/** Columns of so many rows, all zero. */
export function makeRowColumns(count: number): RowColumns {
  return viewRowColumns(new SharedArrayBuffer(Math.ceil(BYTES_A_ROW * count / 8) * 8 + 8), count);
}

/** Columns in a buffer made by {@link makeRowColumns}. */
export function viewRowColumns(buffer: SharedArrayBuffer, count: number): RowColumns {
  let at = 0;
  const take = (bytes: number) => {
    const start = at;
    at += bytes * count;
    return start;
  };
  return {
    count,
    passRate: new Float64Array(buffer, take(8), count),
    key: new Uint32Array(buffer, take(4), count),
    checkKey: new Uint32Array(buffer, take(4), count),
    lengthChars: new Uint32Array(buffer, take(4), count),
    source: new Uint16Array(buffer, take(2), count),
    kind: new Uint8Array(buffer, take(1), count),
    split: new Uint8Array(buffer, take(1), count),
    isAlive: new Uint8Array(buffer, take(1), count),
  };
}

/** The rows that are in the set, in order. */
export function aliveRows({ isAlive, count }: RowColumns): Uint32Array {
  let alive = 0;
  for (let row = 0; row < count; row++) alive += isAlive[row]!;
  const rows = new Uint32Array(alive);
  for (let row = 0, at = 0; row < count; row++) if (isAlive[row] === 1) rows[at++] = row;
  return rows;
}
