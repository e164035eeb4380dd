/**
 * Evaluation questions laid out so that other questions can be looked up in them, on any thread.
 *
 * @module
 */

import type { QuestionRecord } from "../record.ts";
import { hashParts } from "./hashing.ts";
import { orderByKey } from "./key_order.ts";
import { NormalText } from "./normal_text.ts";
import { HashList, sortedSet } from "./shingles.ts";
import { wordHashes, writeGrams } from "./word_grams.ts";

/** When a question counts as a copy of an evaluation question. */
export interface ContaminationRule {
  /** Words in an n-gram. */
  readonly ngram: number;
  /** Share of an evaluation question's n-grams that a copy has, more than 0 and at most 1. */
  readonly overlap: number;
}

/** 8 words as in many published checks; 0.7 lets a copy differ in a word or two. */
export const CONTAMINATION_RULE: ContaminationRule = { ngram: 8, overlap: 0.7 };

/** The questions asked of and their look-up tables; plain data, so that it can go to other threads. */
export interface EvaluationIndex {
  readonly rule: ContaminationRule;
  readonly questions: readonly EvaluationQuestion[];
  /** Questions by the hash of context and question. */
  readonly stems: Table;
  /** Questions by their rarest n-grams. */
  readonly grams: Table;
}

/** What is kept of an evaluation question. */
export interface EvaluationQuestion {
  readonly row: number;
  readonly high: number;
  readonly low: number;
  /** Normal forms of the options; null where there are none. */
  readonly options: readonly string[] | null;
  /** The different n-grams of context and question, in rising order; a part of fewer words has none. */
  readonly parts: readonly Uint32Array[];
  /** Words of the parts that have too few of them, as normal text with a space at either end. */
  readonly shortParts: readonly string[];
  /** Numbers of context and question, each once. */
  readonly numbers: readonly string[];
}

/** Lists of question indices by hash: open addressing. */
export interface Table {
  /** Slots' hashes; meaningless where `starts` is 0. */
  readonly hashes: Uint32Array;
  /** 1 + where a slot's list begins in `items`; 0 for a free slot. */
  readonly starts: Uint32Array;
  /** Question indices; each list ends with {@link LIST_END}. */
  readonly items: Uint32Array;
}

/** Ends a list of a {@link Table}. */
export const LIST_END = 0xffffffff;

/** The numbers of a normal text, in its order. */
export function numbersOf(normal: string): string[] {
  return normal.match(/-?\d+(?:\.\d+)*/g) ?? [];
}

function describeQuestion(
  { context, question, options }: Comparable,
  row: number,
  ngram: number,
  text: NormalText,
): EvaluationQuestion {
  text.set([context, question]);
  const [high, low] = hashParts(text, 2);
  const parts: Uint32Array[] = [];
  const shortParts: string[] = [];
  const words = new HashList(), grams = new HashList();
  const normals = [text.toString(0), text.toString(1)];
  normals.forEach((normal, part) => {
    wordHashes(text, part, words);
    grams.length = 0;
    writeGrams(words, ngram, grams);
    if (grams.length > 0) parts.push(sortedSet(grams));
    else if (normal !== "") shortParts.push(` ${normal} `);
  });
  return {
    row,
    high,
    low,
    options: options === null ? null : normalOptions(options, text),
    parts,
    shortParts,
    numbers: [...new Set(normals.flatMap(numbersOf))],
  };
}

/** The fields of a record that tell whether it is a copy. */
export type Comparable = Pick<QuestionRecord, "context" | "question" | "options">;

/** Normal forms of the options' texts. */
export function normalOptions(
  options: NonNullable<QuestionRecord["options"]>,
  text: NormalText,
): string[] {
  text.set(Object.values(options));
  return text.starts.map((_, part) => text.toString(part));
}

/**
 * Indexes evaluation questions. Of each question only the rarest n-grams are looked up: as a copy has the
 * share `overlap` of all n-grams, it has at least one of any set of more than 1 - overlap of them.
 *
 * @param records Evaluation questions.
 * @param rows A number for each, by which matches name it.
 */
export function indexEvaluation(
  records: readonly Comparable[],
  rows: readonly number[],
  rule: ContaminationRule,
): EvaluationIndex {
  const text = new NormalText();
  const questions = records.map((record, i) =>
    describeQuestion(record, rows[i]!, rule.ngram, text)
  );
  const frequency = new Map<number, number>();
  for (const { parts } of questions) {
    for (const part of parts) {
      for (const gram of part) frequency.set(gram, (frequency.get(gram) ?? 0) + 1);
    }
  }
  const gramHashes: number[] = [], gramItems: number[] = [];
  questions.forEach(({ parts }, index) => {
    // Each part by itself must be found; the longest is the most telling.
    const longest = parts.reduce((a, b) => b.length > a.length ? b : a, new Uint32Array());
    if (longest.length === 0) return;
    const looked = longest.length - Math.ceil(rule.overlap * longest.length) + 1;
    const rarest = Array.from(longest).sort((a, b) =>
      frequency.get(a)! - frequency.get(b)! || a - b
    );
    for (const gram of rarest.slice(0, looked)) {
      gramHashes.push(gram);
      gramItems.push(index);
    }
  });
  return {
    rule,
    questions,
    stems: makeTable(Uint32Array.from(questions, ({ high }) => high), questions.map((_, i) => i)),
    grams: makeTable(Uint32Array.from(gramHashes), gramItems),
  };
}

function makeTable(keys: Uint32Array, values: readonly number[]): Table {
  const ordered = orderByKey(keys, Uint32Array.from(keys, (_, i) => i));
  let slots = 16;
  while (slots < 4 * keys.length) slots *= 2;
  const hashes = new Uint32Array(slots), starts = new Uint32Array(slots);
  const items: number[] = [];
  ordered.forEach((entry, i) => {
    const key = keys[entry]!;
    if (i === 0 || keys[ordered[i - 1]!] !== key) {
      if (i > 0) items.push(LIST_END);
      let slot = key & (slots - 1);
      while (starts[slot] !== 0) slot = (slot + 1) & (slots - 1);
      hashes[slot] = key;
      starts[slot] = items.length + 1;
    }
    items.push(values[entry]!);
  });
  items.push(LIST_END);
  return { hashes, starts, items: Uint32Array.from(items) };
}

/** Where a hash's list begins in `items`, or -1 if the table has none. */
export function findList({ hashes, starts }: Table, hash: number): number {
  const mask = hashes.length - 1;
  for (let slot = hash & mask; starts[slot] !== 0; slot = (slot + 1) & mask) {
    if (hashes[slot] === hash) return starts[slot]! - 1;
  }
  return -1;
}
