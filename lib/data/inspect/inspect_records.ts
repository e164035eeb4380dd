/**
 * Looks at a data set as a whole.
 *
 * @module
 */

import { CREDENTIALED_SOURCES } from "../loaders/mod.ts";
import { findContamination, findDuplicates } from "../prepare/mod.ts";
import { permutation } from "../random.ts";
import type { QuestionRecord } from "../record.ts";
import type {
  CountRow,
  DuplicateFindings,
  GoldFindings,
  Inspection,
  LetterRow,
  LicenceRow,
  OverlapRow,
  PairExample,
  SampleRow,
} from "./inspection.ts";
import { countLetters } from "./letters.ts";
import { countWords, measureLengths } from "./lengths.ts";

/** Pairs, failures and the like that are named one by one. */
const EXAMPLES = 10;

const TEASER_CHARS = 160;
const CONTEXT_CHARS = 900;
const QUESTION_CHARS = 900;
const OPTION_CHARS = 300;
const GOLD_CHARS = 400;
const MOST_TAGS = 10;

/** Rows shown of each source, kind and split. */
const SAMPLES_PER_GROUP = 2;

/** Groups of which rows are shown. */
const SAMPLED_GROUPS = 24;

/** Records that belong together: a split, or a file. */
export interface Part {
  readonly name: string;
  readonly records: readonly QuestionRecord[];
}

/** What is looked at. */
export interface InspectionRequest {
  /** Parts that must not share questions, e.g. the splits. */
  readonly parts: readonly Part[];
  /** Length of a text and what it is counted in; words by white space by default. */
  readonly length?: { readonly unit: string; readonly count: (text: string) => number };
  /** Throws if a record's gold answer cannot earn full marks. */
  readonly checkGold: (record: QuestionRecord) => void;
}

/** What the records alone say; the files are added by whoever read them. */
export type RecordInspection = Omit<
  Inspection,
  "title" | "files" | "skipped" | "notices"
>;

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length).toWellFormed()}\u2026`;
}

function mayShow({ source }: QuestionRecord): boolean {
  return !CREDENTIALED_SOURCES.has(source);
}

function nameOf({ source, id }: QuestionRecord): string {
  return cut(`${source}/${id}`, TEASER_CHARS);
}

function toExample(
  first: QuestionRecord,
  second: QuestionRecord,
  similarity: number,
): PairExample {
  const isShown = mayShow(first) && mayShow(second);
  const teaser = isShown ? cut(second.question.replace(/\s+/g, " "), TEASER_CHARS) : "not shown";
  return { first: nameOf(first), second: nameOf(second), similarity, teaser };
}

function countRows(records: readonly QuestionRecord[]): CountRow[] {
  const counts = new Map<
    string,
    { source: string; kind: CountRow["kind"]; split: string; rows: number }
  >();
  for (const { source, gold: { kind }, split } of records) {
    const key = JSON.stringify([source, kind, split]);
    const row = counts.get(key) ?? { source, kind, split, rows: 0 };
    row.rows++;
    counts.set(key, row);
  }
  return [...counts].sort(([a], [b]) => a < b ? -1 : 1).map(([, row]) => row);
}

function findRepeats(records: readonly QuestionRecord[]): DuplicateFindings {
  const { exact, near } = findDuplicates(records);
  const examples = [...exact.slice(0, EXAMPLES), ...near.slice(0, EXAMPLES)].map((pair) =>
    toExample(records[pair.kept]!, records[pair.removed]!, pair.jaccard)
  );
  return { exact: exact.length, near: near.length, examples };
}

/** Each two parts once: the earlier one's questions that stand in the later one. */
function findOverlaps(parts: readonly Part[]): OverlapRow[] {
  return parts.flatMap((part, i) =>
    parts.slice(i + 1).map((other): OverlapRow => {
      const matches = findContamination(part.records, other.records);
      const exact = matches.filter(({ rule }) => rule === "exact").length;
      const examples = matches.slice(0, EXAMPLES).map(({ index, evaluation, overlap }) =>
        toExample(part.records[index]!, other.records[evaluation]!, overlap)
      );
      return {
        part: part.name,
        other: other.name,
        exact,
        ngram: matches.length - exact,
        examples,
      };
    })
  );
}

function listLicences(records: readonly QuestionRecord[]): LicenceRow[] {
  const rows = new Map<string, { sources: Set<string>; rows: number }>();
  for (const { licence, source } of records) {
    const row = rows.get(licence) ?? { sources: new Set(), rows: 0 };
    row.sources.add(source);
    row.rows++;
    rows.set(licence, row);
  }
  return [...rows].sort(([a], [b]) => a < b ? -1 : 1).map(([licence, { sources, rows }]) => ({
    licence,
    sources: [...sources].sort(),
    rows,
  }));
}

function checkAllGold(
  records: readonly QuestionRecord[],
  checkGold: (record: QuestionRecord) => void,
): GoldFindings {
  let failed = 0;
  const examples: string[] = [];
  for (const record of records) {
    try {
      checkGold(record);
    } catch (error) {
      failed++;
      if (examples.length < EXAMPLES) {
        const cause = mayShow(record) ? `: ${(error as Error).message}` : "";
        examples.push(cut(`${nameOf(record)}${cause}`, 400));
      }
    }
  }
  return { checked: records.length, failed, examples };
}

function toSample(record: QuestionRecord): SampleRow {
  const { source, split, id, gold, context, question, options, tags } = record;
  const answer = gold.kind === "choice" ? gold.letter : gold.answer;
  const limits = gold.kind === "calculation" && gold.output === "decimal"
    ? ` (${gold.lower ?? "\u2212"} to ${gold.upper ?? "\u2212"})`
    : "";
  return {
    source,
    kind: gold.kind,
    split,
    id: cut(id, TEASER_CHARS),
    texts: !mayShow(record) ? null : {
      context: cut(context, CONTEXT_CHARS),
      question: cut(question, QUESTION_CHARS),
      options: Object.entries(options ?? {}).map((
        [letter, text],
      ) => [letter, cut(text, OPTION_CHARS)]),
      gold: cut(answer, GOLD_CHARS) + limits,
      tags: tags.slice(0, MOST_TAGS).map((tag) => cut(tag, TEASER_CHARS)),
    },
  };
}

/** Rows of every source, kind and split, chosen by a keyed draw and not by hand. */
function chooseSamples(records: readonly QuestionRecord[]): SampleRow[] {
  const groups = new Map<string, number[]>();
  records.forEach(({ source, gold, split }, i) => {
    const key = JSON.stringify([source, gold.kind, split]);
    const rows = groups.get(key) ?? [];
    rows.push(i);
    groups.set(key, rows);
  });
  return [...groups].sort(([a], [b]) => a < b ? -1 : 1).slice(0, SAMPLED_GROUPS)
    .flatMap(([key, rows]) =>
      permutation(rows.length, "sample rows", 0, key).slice(0, SAMPLES_PER_GROUP)
        .sort((a, b) => a - b).map((i) => toSample(records[rows[i]!]!))
    );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function describeSkew({ source, options, rows, counts, isFixed, test }: LetterRow): string {
  const most = Math.max(...counts);
  const letter = String.fromCharCode(65 + counts.indexOf(most));
  const p = test!.p < 1e-4 ? "< 0.0001" : `= ${test!.p.toFixed(4)}`;
  const expected = percent(1 / options);
  return isFixed
    ? `${source}: its ${options} answers are not equally common; always ${letter} is right in ` +
      `${percent(most / rows)} instead of ${expected} (chi-square p ${p})`
    : `${source}: the right one of ${options} options is ${letter} in ${percent(most / rows)} of ` +
      `${rows} questions instead of ${expected} (chi-square p ${p})`;
}

function findWarnings(found: Omit<RecordInspection, "warnings">): string[] {
  const warnings = found.letters.filter(({ isSkewed }) => isSkewed).map(describeSkew);
  const { duplicates: { exact, near }, gold } = found;
  if (exact + near > 0) {
    warnings.push(`duplicates of earlier questions: ${exact} exact, ${near} near`);
  }
  for (const { part, other, exact, ngram } of found.overlaps) {
    if (exact + ngram === 0) continue;
    warnings.push(`questions of ${part} that give away questions of ${other}: ${exact + ngram}`);
  }
  if (gold.failed > 0) {
    warnings.push(`gold answers that do not earn full marks: ${gold.failed}`);
  }
  return warnings;
}

/**
 * Counts, lengths, letters, duplicates, overlaps of parts, licences and samples of a data set.
 *
 * @example
 * ```ts
 * import { inspectRecords, type QuestionRecord } from "@terse/data";
 * import { assertEquals } from "@std/assert";
 * const record: QuestionRecord = {
 *   id: "1",
 *   source: "Demo",
 *   question: "Which vitamin prevents scurvy?",
 *   context: "",
 *   options: null,
 *   gold: { kind: "open", answer: "vitamin C" },
 *   split: "train",
 *   licence: "MIT",
 *   tags: [],
 * };
 * const parts = [
 *   { name: "train", records: [record] },
 *   { name: "test", records: [{ ...record, id: "2", split: "test" as const }] },
 * ];
 * const { lengths, overlaps } = inspectRecords({ parts, checkGold() {} });
 * assertEquals([lengths[0]?.median, overlaps[0]?.exact], [4, 1]);
 * ```
 */
export function inspectRecords(request: InspectionRequest): RecordInspection {
  const { parts, checkGold } = request;
  const length = request.length ?? { unit: "words", count: countWords };
  const records = parts.flatMap((part) => part.records);
  const { edges, rows } = measureLengths(records, length.count);
  const found = {
    rows: records.length,
    counts: countRows(records),
    lengthUnit: length.unit,
    lengthEdges: edges,
    lengths: rows,
    letters: countLetters(records),
    duplicates: findRepeats(records),
    parts: parts.map(({ name, records }) => ({ name, rows: records.length })),
    overlaps: findOverlaps(parts),
    licences: listLicences(records),
    gold: checkAllGold(records, checkGold),
    samples: chooseSamples(records),
  };
  return { ...found, warnings: findWarnings(found) };
}
