/**
 * The steps that take rows out of the set or change their split.
 *
 * @module
 */

import { Clusters } from "./clusters.ts";
import {
  chooseNear,
  findCandidates,
  findExact,
  NEAR_THRESHOLD,
  nearSimilarity,
  type RowPairs,
} from "./duplicates.ts";
import { CONTAMINATION_RULE, indexEvaluation } from "./evaluation_index.ts";
import { type Fingerprints, makeFingerprints, type ShingleSets } from "./fingerprint.ts";
import { type Chunk, chunksOf, readCells } from "./question_table.ts";
import type { QuestionSet, Workshop } from "./question_set.ts";
import type { DecontaminateStep, FilterStep, NearDuplicatesStep, SplitStep } from "./recipe.ts";
import { aliveRows, KINDS, type RowColumns, SPLITS } from "./row_columns.ts";
import { stratify } from "./stratify.ts";
import { comparable, type Task, type TaskResults } from "./tasks.ts";

/** A row taken out because of another one. */
export interface Removal {
  readonly row: number;
  /** The row that stays. */
  readonly match: number;
  readonly rule: "exact" | "near" | "ngram";
  /** Jaccard similarity, or the share of n-grams. */
  readonly similarity: number;
}

/** Counts the tokens of a text with a model's tokenizer. */
export type CountTokens = (text: string) => number;

/** Runs a kind of task over the chunks that hold some rows. */
async function overRows<Kind extends "print" | "shingles" | "match">(
  chunks: readonly Chunk[],
  rows: Uint32Array,
  what: string,
  makeTask: (part: { chunk: Chunk; rows: Uint32Array }) => Extract<Task, { task: Kind }>,
  onResult: (result: TaskResults[Kind], rows: Uint32Array) => void,
  { pool, signal, onProgress }: Workshop,
): Promise<void> {
  const parts = [...chunksOf(chunks, rows)];
  let done = 0;
  await pool.run(
    parts.map(makeTask),
    (result, index) => {
      onResult(result, parts[index]!.rows);
      done += parts[index]!.rows.length;
      onProgress(what, done, rows.length);
    },
    signal,
  );
}

async function fingerprint(
  { columns, chunks }: QuestionSet,
  rows: Uint32Array,
  sameAnswer: boolean,
  workshop: Workshop,
): Promise<Fingerprints> {
  const prints = makeFingerprints(columns.count);
  const buffer = prints.high.buffer as SharedArrayBuffer;
  await overRows(
    chunks,
    rows,
    "sketching",
    (part) => ({ task: "print", ...part, prints: buffer, sameAnswer }),
    () => {},
    workshop,
  );
  return prints;
}

/** Fingerprints with the guard on answers, kept from step to step. */
export class PrintCache {
  #prints: Fingerprints | null = null;

  /** The fingerprints of all rows that are in the set when they are first asked for. */
  async get(set: QuestionSet, workshop: Workshop): Promise<Fingerprints> {
    this.#prints ??= await fingerprint(set, aliveRows(set.columns), true, workshop);
    return this.#prints;
  }
}

function kill({ isAlive }: RowColumns, removals: readonly Removal[]): void {
  for (const { row } of removals) isAlive[row] = 0;
}

/** Removes rows of the same normal text as an earlier row of their split. */
export async function removeExact(
  set: QuestionSet,
  cache: PrintCache,
  workshop: Workshop,
): Promise<Removal[]> {
  const rows = aliveRows(set.columns);
  const firstOf = findExact(await cache.get(set, workshop), rows, set.columns.split);
  const removals: Removal[] = [];
  for (const row of rows) {
    const match = firstOf[row]!;
    if (match !== row) removals.push({ row, match, rule: "exact", similarity: 1 });
  }
  kill(set.columns, removals);
  return removals;
}

/** Characters of text whose shingle sets stand in memory at a time: some 8 bytes each. */
const COMPARED_CHARS = 64 * 2 ** 20;

/** Similarities of pairs; NaN for those that are not near. Shape of the pairs. */
async function similarities(
  { columns, chunks }: QuestionSet,
  { first, second }: RowPairs,
  threshold: number,
  workshop: Workshop,
): Promise<Float64Array> {
  const found = new Float64Array(first.length).fill(NaN);
  let rows = new Set<number>();
  let start = 0, chars = 0;
  const compare = async (end: number) => {
    const sets = new Map<number, ShingleSets>();
    await overRows(
      chunks,
      Uint32Array.from(rows).sort(),
      "comparing",
      (part) => ({ task: "shingles", ...part }),
      (result, own) => own.forEach((row, i) => sets.set(row, result[i]!)),
      workshop,
    );
    for (let i = start; i < end; i++) {
      found[i] = nearSimilarity(sets.get(first[i]!)!, sets.get(second[i]!)!, threshold) ?? NaN;
    }
    rows = new Set();
    start = end;
    chars = 0;
  };
  for (let i = 0; i < first.length; i++) {
    for (const row of [first[i]!, second[i]!]) {
      if (rows.has(row)) continue;
      rows.add(row);
      chars += columns.lengthChars[row]!;
    }
    if (chars >= COMPARED_CHARS) await compare(i + 1);
  }
  await compare(first.length);
  return found;
}

/** Removes rows that are nearly the same as an earlier row of their split. */
export async function removeNear(
  set: QuestionSet,
  { threshold }: NearDuplicatesStep,
  cache: PrintCache,
  workshop: Workshop,
): Promise<Removal[]> {
  const prints = await cache.get(set, workshop);
  const pairs = findCandidates(prints, aliveRows(set.columns), set.columns.split);
  const found = await similarities(set, pairs, threshold, workshop);
  const similarityOf = (pair: number) => Number.isNaN(found[pair]) ? null : found[pair]!;
  const removals = chooseNear(pairs, similarityOf).map((pair): Removal => ({
    row: pair.removed,
    match: pair.kept,
    rule: "near",
    similarity: pair.jaccard,
  }));
  kill(set.columns, removals);
  return removals;
}

/** Moves shares of the train rows to validation and test; near-duplicates stay together. */
export async function splitTrain(
  set: QuestionSet,
  step: SplitStep,
  seed: number,
  workshop: Workshop,
): Promise<void> {
  const { split, count } = set.columns;
  const train = aliveRows(set.columns).filter((row) => split[row] === 0);
  const prints = await fingerprint(set, train, false, workshop);
  const clusters = new Clusters(count);
  const firstOf = findExact(prints, train, split);
  for (const row of train) clusters.join(row, firstOf[row]!);
  const pairs = findCandidates(prints, train.filter((row) => firstOf[row] === row), split);
  const found = await similarities(set, pairs, NEAR_THRESHOLD, workshop);
  pairs.first.forEach((first, i) => {
    if (!Number.isNaN(found[i])) clusters.join(first, pairs.second[i]!);
  });
  stratify(train, (row) => clusters.find(row), set.columns, step, seed);
}

/** Removes train rows that give away an evaluation row, and validation rows one of test or ood. */
export async function decontaminate(
  set: QuestionSet,
  { ngram, overlap }: DecontaminateStep,
  workshop: Workshop,
): Promise<Removal[]> {
  const { columns, chunks } = set;
  const removals: Removal[] = [];
  const inSplits = (...names: string[]) =>
    aliveRows(columns).filter((row) => names.includes(SPLITS[columns.split[row]!]!));
  const checks = [
    { checked: ["validation"], against: ["test", "ood"] },
    { checked: ["train"], against: ["validation", "test", "ood"] },
  ];
  for (const { checked, against } of checks) {
    const evaluation = inSplits(...against), rows = inSplits(...checked);
    if (evaluation.length === 0 || rows.length === 0) continue;
    const records = [...chunksOf(chunks, evaluation)].flatMap((part) => {
      workshop.signal.throwIfAborted();
      const cells = readCells(part.chunk, ["question", "context", "options"]);
      return Array.from(part.rows, (row) => comparable(cells, row - part.chunk.first));
    });
    const rule = { ...CONTAMINATION_RULE, ngram, overlap };
    const index = indexEvaluation(records, [...evaluation], rule);
    await workshop.pool.everywhere({ task: "index", index }, workshop.signal);
    const found: Removal[] = [];
    await overRows(
      chunks,
      rows,
      `looking ${checked} up`,
      (part) => ({ task: "match", ...part }),
      (matches, own) =>
        matches.forEach((match, i) => {
          if (match === null) return;
          found.push({
            row: own[i]!,
            match: match.row,
            rule: match.rule,
            similarity: match.overlap,
          });
        }),
      workshop,
    );
    kill(columns, found);
    removals.push(...found);
  }
  return removals;
}

/** Takes out rows that do not meet a filter's conditions. */
export function filterRows(
  { columns, chunks }: QuestionSet,
  { kinds, tags, withoutTags, lengthTokens }: FilterStep,
  countTokens: CountTokens | null,
  { signal, onProgress }: Workshop,
): void {
  const rows = aliveRows(columns);
  let done = 0;
  for (const part of chunksOf(chunks, rows)) {
    signal.throwIfAborted();
    const cells = readCells(part.chunk, ["question", "context", "options", "tags"]);
    for (const row of part.rows) {
      const index = row - part.chunk.first;
      const has = (wanted: readonly string[]) => {
        const own = JSON.parse(cells.tags[index]!) as string[];
        return wanted.some((tag) => own.includes(tag));
      };
      const isKept = (kinds === undefined || kinds.includes(KINDS[columns.kind[row]!]!)) &&
        (tags === undefined || has(tags)) &&
        (withoutTags === undefined || !has(withoutTags)) &&
        (lengthTokens === undefined || fits(comparable(cells, index), lengthTokens, countTokens!));
      if (!isKept) columns.isAlive[row] = 0;
    }
    done += part.rows.length;
    onProgress("filtering", done, rows.length);
  }
}

function fits(
  { question, context, options }: ReturnType<typeof comparable>,
  { least = 0, most = Infinity }: NonNullable<FilterStep["lengthTokens"]>,
  countTokens: CountTokens,
): boolean {
  const texts = [context, question, ...Object.values(options ?? {})];
  const length = texts.reduce((sum, text) => sum + countTokens(text), 0);
  return length >= least && length <= most;
}
