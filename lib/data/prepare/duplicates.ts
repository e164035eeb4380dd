/**
 * Duplicates among questions. Exact: the same normal text, options in any order. Near: shingle sets with
 * a Jaccard similarity of at least the threshold (those of the question alone, without a long note or
 * options, of at least a half), the same numbers, and the same gold answer. Questions that differ in their
 * numbers only are different questions.
 *
 * @module
 */

import type { QuestionRecord } from "../record.ts";
import {
  Fingerprinter,
  type Fingerprints,
  makeFingerprints,
  type ShingleSets,
} from "./fingerprint.ts";
import { orderByKey } from "./key_order.ts";
import { BANDS } from "./minhash.ts";
import { jaccard } from "./shingles.ts";

/** Similarity from which questions are near-duplicates. */
export const NEAR_THRESHOLD = 0.8;

/** Similarity that the questions alone must have, whatever note they are asked of. */
const QUESTION_THRESHOLD = 0.5;

/** Rows at either end of a band's group that each row of the group is compared with. */
const COMPARED = 3;

/** A question and the earlier one that it repeats. */
export interface DuplicatePair {
  readonly kept: number;
  readonly removed: number;
  /** Similarity of the shingle sets; 1 for exact duplicates. */
  readonly jaccard: number;
}

/** Duplicates by kind, in the order of the removed. */
export interface Duplicates {
  readonly exact: readonly DuplicatePair[];
  readonly near: readonly DuplicatePair[];
}

/**
 * For each row the first one of the same text in the same group, or the row itself.
 *
 * @param rows Rows in order, e.g. those that are left after earlier steps.
 * @param groups A number for each row; rows of different groups are not compared.
 */
export function findExact(
  { high, low, count }: Pick<Fingerprints, "high" | "low" | "count">,
  rows: Uint32Array,
  groups: Uint8Array,
): Uint32Array {
  const firstOf = Uint32Array.from({ length: count }, (_, row) => row);
  const ordered = orderByKey(low, rows);
  for (let start = 0; start < ordered.length;) {
    let end = start + 1;
    while (end < ordered.length && low[ordered[end]!] === low[ordered[start]!]) end++;
    for (let i = start + 1; i < end; i++) {
      const row = ordered[i]!;
      for (let j = start; j < i; j++) {
        const other = ordered[j]!;
        if (high[other] === high[row] && groups[other] === groups[row]) {
          firstOf[row] = firstOf[other]!;
          break;
        }
      }
    }
    start = end;
  }
  return firstOf;
}

/** Pairs of rows, `first[i]` before `second[i]`, ordered by the second and then the first. */
export interface RowPairs {
  readonly first: Uint32Array;
  readonly second: Uint32Array;
}

/**
 * Pairs of rows that agree in a band, each once. In a group of many rows, each is paired with the first
 * few and with those just before it, so that the work grows with the rows and not with their square.
 */
export function findCandidates(
  { keys, count }: Pick<Fingerprints, "keys" | "count">,
  rows: Uint32Array,
  groups: Uint8Array,
): RowPairs {
  const pairs = new PairList();
  for (let band = 0; band < BANDS; band++) {
    const key = keys.subarray(band * count, (band + 1) * count);
    const ordered = orderByKey(key, rows);
    for (let start = 0; start < ordered.length;) {
      let end = start + 1;
      while (end < ordered.length && key[ordered[end]!] === key[ordered[start]!]) end++;
      for (let i = start + 1; i < end; i++) {
        const row = ordered[i]!;
        for (let j = start; j < i; j++) {
          if (j === start + COMPARED && i - COMPARED > j) j = i - COMPARED;
          const other = ordered[j]!;
          if (groups[other] === groups[row]) pairs.add(other, row);
        }
      }
      start = end;
    }
  }
  return pairs.sorted(count);
}

class PairList {
  // Rows are below 2^26, so that a pair is a whole number of 53 bits.
  #values = new Float64Array(1024);
  #length = 0;

  add(first: number, second: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(2 * this.#length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = second * 0x4000000 + first;
  }

  sorted(count: number): RowPairs {
    if (count > 0x4000000) {
      throw new RangeError(
        `Cannot find near-duplicates: there must be at most ${0x4000000} rows: current number is ` +
          `${count}`,
      );
    }
    const values = this.#values.subarray(0, this.#length).sort();
    const distinct = values.filter((value, i) => i === 0 || value !== values[i - 1]);
    return {
      first: Uint32Array.from(distinct, (value) => value % 0x4000000),
      second: Uint32Array.from(distinct, (value) => Math.floor(value / 0x4000000)),
    };
  }
}

/** The similarity of near-duplicates, or null for others. */
export function nearSimilarity(
  a: ShingleSets,
  b: ShingleSets,
  threshold: number,
): number | null {
  const similarity = jaccard(a.whole, b.whole);
  const isNear = similarity >= threshold && jaccard(a.question, b.question) >= QUESTION_THRESHOLD;
  return isNear ? similarity : null;
}

/**
 * Goes through the pairs and removes each row that is similar enough to an earlier one that stays.
 *
 * @param similarityOf The similarity of a pair by its index, or null if it is not near.
 */
export function chooseNear(
  { first, second }: RowPairs,
  similarityOf: (pair: number) => number | null,
): DuplicatePair[] {
  const removed = new Set<number>();
  const found: DuplicatePair[] = [];
  for (let i = 0; i < first.length; i++) {
    const kept = first[i]!, row = second[i]!;
    if (removed.has(row) || removed.has(kept)) continue;
    const similarity = similarityOf(i);
    if (similarity === null) continue;
    removed.add(row);
    found.push({ kept, removed: row, jaccard: similarity });
  }
  return found;
}

/**
 * Finds the duplicates in a list of questions.
 *
 * @param options `threshold`: the least Jaccard similarity of near-duplicates, default 0.8.
 *
 * @example
 * ```ts
 * import { findDuplicates, type QuestionRecord } from "@terse/data";
 * import { assertEquals } from "@std/assert";
 * const ask = (id: string, question: string): QuestionRecord => ({
 *   id,
 *   source: "Demo",
 *   question,
 *   context: "",
 *   options: null,
 *   gold: { kind: "open", answer: "scurvy" },
 *   split: "train",
 *   licence: "MIT",
 *   tags: [],
 * });
 * const { exact, near } = findDuplicates([
 *   ask("1", "Which disease comes from too little vitamin C in the diet of sailors?"),
 *   ask("2", "which disease comes from too little vitamin c, in the diet of sailors"),
 *   ask("3", "Which disease comes from too little vitamin C in the diet of the sailors?"),
 * ]);
 * assertEquals([exact[0]?.removed, near[0]?.removed], [1, 2]);
 * ```
 */
export function findDuplicates(
  records: readonly QuestionRecord[],
  options: { readonly threshold?: number } = {},
): Duplicates {
  const prints = makeFingerprints(records.length);
  const printer = new Fingerprinter();
  records.forEach((record, i) => printer.write(record, { sameAnswer: true }, prints, i));
  const groups = new Uint8Array(records.length);
  const rows = Uint32Array.from(records, (_, i) => i);
  const firstOf = findExact(prints, rows, groups);
  const exact: DuplicatePair[] = [];
  firstOf.forEach((kept, removed) => {
    if (kept !== removed) exact.push({ kept, removed, jaccard: 1 });
  });
  const different = rows.filter((row) => firstOf[row] === row);
  const pairs = findCandidates(prints, different, groups);
  const sets = new Map<number, ShingleSets>();
  const setsOf = (row: number) => {
    const known = sets.get(row) ?? printer.shingleSets(records[row]!);
    sets.set(row, known);
    return known;
  };
  const { threshold = NEAR_THRESHOLD } = options;
  const similarityOf = (pair: number) =>
    nearSimilarity(setsOf(pairs.first[pair]!), setsOf(pairs.second[pair]!), threshold);
  return { exact, near: chooseNear(pairs, similarityOf) };
}
