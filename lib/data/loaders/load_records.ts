/**
 * Questions from the files that data sets are published in.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { canonicalJson } from "../canonical_json.ts";
import { type BadRow, DataError } from "../data_error.ts";
import type { QuestionRecord } from "../record.ts";
import { answerChoicesLayout } from "./answer_choices.ts";
import { ehrnoteqaLayout } from "./ehrnoteqa.ts";
import type { Layout, ParsedRow, Row } from "./fields.ts";
import { medcalcLayout } from "./medcalc.ts";
import { reasoningSftLayout, verifiableProblemLayout } from "./medical_o1.ts";
import { makeMedmcqaLayout } from "./medmcqa.ts";
import { medu1Layout } from "./medu1.ts";
import { mmluProLayout } from "./mmlu_pro.ts";
import { optionTableLayout } from "./option_table.ts";
import { pubmedqaLayout, pubmedqaTableLayout } from "./pubmedqa.ts";
import { readRows } from "./rows.ts";
import { TermsReader } from "./terms.ts";
import { terseRecordLayout } from "./terse_record.ts";

/** All layouts, for one file; the first that recognises a row is its layout. */
function makeLayouts(): Layout[] {
  return [
    terseRecordLayout,
    answerChoicesLayout,
    mmluProLayout,
    optionTableLayout,
    makeMedmcqaLayout(),
    pubmedqaLayout,
    pubmedqaTableLayout,
    ehrnoteqaLayout,
    medu1Layout,
    medcalcLayout,
    verifiableProblemLayout,
    reasoningSftLayout,
  ];
}

/** The questions of one file. */
export interface LoadedData {
  readonly records: readonly QuestionRecord[];
  /** Row of each record, from 1, as errors name it. */
  readonly rows: readonly number[];
  /** Rows left out, in the order of the file; empty unless asked for. */
  readonly skipped: readonly BadRow[];
  /** SHA-256 of the file's bytes, in hexadecimal. */
  readonly sha256: string;
  readonly path: string;
  /** Name of the layout that the rows were found to have. */
  readonly layout: string;
  /** Terms of use and known faults of the sets in the file, for the user to read. */
  readonly notices: readonly string[];
}

/** What is done with rows that break a rule. */
export interface StreamOptions {
  /** `fail` (default) throws at the first bad row, `skip` goes on after it. */
  readonly onBadRow?: "fail" | "skip";
  /** Takes each row that is left out. */
  readonly onSkip?: (bad: BadRow) => void;
  /** Takes the name of the layout as soon as it is told. */
  readonly onLayout?: (name: string) => void;
  /** Takes terms of use before the first record of a set, and known faults after the last one. */
  readonly onNotice?: (notice: string) => void;
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  for await (const chunk of file.readable) hash.update(chunk);
  return hash.digest("hex");
}

function refuseColumns(row: Row | null, path: string): never {
  const names = Object.keys(row ?? {}).slice(0, 20).map((name) => name.slice(0, 40));
  const known = makeLayouts().map((layout) => layout.name).join(", ");
  throw new DataError({
    path,
    row: null,
    field: "columns",
    found: names.join(", ") || "none",
    rule: `those of a known layout (${known})`,
  });
}

/** Rows looked at for a known layout; those before the first known one are bad rows. */
const ROWS_TO_TELL = 1000;

/** Sets without ids: a question's id is its content's, numbered where the same content comes again. */
function contentId(record: QuestionRecord, repeats: Map<string, number>): string {
  const { question, context, options } = record;
  const text = canonicalJson([question, context, options]);
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 16);
  const count = (repeats.get(digest) ?? 0) + 1;
  repeats.set(digest, count);
  return count === 1 ? digest : `${digest}-${count}`;
}

/** A record with the number of its row, from 1. */
export interface NumberedRecord {
  readonly row: number;
  readonly record: QuestionRecord;
}

/**
 * Loads questions one after the other; of what came before only ids are held. See
 * {@linkcode loadRecords} for what is read and refused.
 *
 * @throws {DataError} if the file cannot be read, is of no known layout, or, unless bad rows are
 *   skipped, a row is bad. Records may have been given out before.
 *
 * @example
 * ```ts
 * import { streamRecords } from "@terse/data";
 * import { assertEquals } from "@std/assert";
 * const path = `${await Deno.makeTempDir()}/questions.csv`;
 * await Deno.writeTextFile(path, "id,question,opa,opb,opc,opd,cop\nq1,Which?,a,b,c,d,2\n");
 * const letters: unknown[] = [];
 * for await (const { record } of streamRecords(path)) letters.push(record.gold);
 * assertEquals(letters, [{ kind: "choice", letter: "C" }]);
 * ```
 */
export async function* streamRecords(
  path: string,
  options: StreamOptions = {},
): AsyncGenerator<NumberedRecord> {
  let count = 0;
  const terms = new TermsReader();
  const setAside = (bad: BadRow): void => {
    if (options.onBadRow !== "skip") throw new DataError(bad);
    options.onSkip?.(bad);
  };
  const parse = makeParser(path);
  const layouts = makeLayouts();
  let layout: Layout | null = null;
  let unknown: { row: number; value: Row }[] = [];

  function* read(rows: readonly { row: number; value: Row }[]): Generator<NumberedRecord> {
    for (const { row, value } of rows) {
      try {
        const record = parse(layout!, value, row);
        const notice = terms.read(record);
        if (notice !== null) options.onNotice?.(notice);
        yield { row, record };
      } catch (error) {
        // Without a row the error is the whole file's.
        if (!(error instanceof DataError) || error.bad.row === null) throw error;
        setAside(error.bad);
      }
    }
  }
  for await (const parsed of readRows(path) as AsyncIterable<ParsedRow>) {
    count++;
    if ("bad" in parsed) {
      setAside(parsed.bad);
      continue;
    }
    if (layout === null) {
      layout = layouts.find((candidate) => candidate.recognises(parsed.value)) ?? null;
      unknown.push(parsed);
      if (layout === null) {
        if (unknown.length >= ROWS_TO_TELL) refuseColumns(unknown[0]!.value, path);
        continue;
      }
      options.onLayout?.(layout.name);
      yield* read(unknown);
      unknown = [];
    } else yield* read([parsed]);
  }
  if (layout === null) refuseColumns(unknown[0]?.value ?? null, path);
  for (const fault of terms.describeFaults(count)) options.onNotice?.(fault);
}

/** Parses the rows of one file, gives ids to records without one, and refuses an id used before. */
function makeParser(path: string): (layout: Layout, value: Row, row: number) => QuestionRecord {
  const rowOfId = new Map<string, number>();
  const repeats = new Map<string, number>();
  return (layout, value, row) => {
    const parsed = layout.parse(value, { path, row });
    const record = parsed.id === "" ? { ...parsed, id: contentId(parsed, repeats) } : parsed;
    const key = `${record.source}\n${record.id}`;
    const first = rowOfId.get(key);
    if (first !== undefined) {
      const rule = `used once in ${record.source}, but row ${first} has it too`;
      throw new DataError({ path, row, field: "id", found: JSON.stringify(record.id), rule });
    }
    rowOfId.set(key, row);
    return record;
  };
}

/**
 * Loads questions from a file. What kind of file it is (JSON lines, JSON, Parquet, CSV) and whose
 * layout its rows have is told from the content: the project's own records; the published layouts of
 * MedQA, MedMCQA, MedXpertQA, MedBullets, MediQ, MMLU-Pro, PubMedQA, EHRNoteQA, MedCalc-Bench and the
 * two medical-o1 sets; MedQA, MedMCQA and MMLU with `Answer Choices:` inside the question; rows as
 * Med-U1 prepared them. All rows must have the first known row's layout. Records are in split `train`,
 * or in their own where the layout has splits; see `assignSplits`.
 *
 * @param options `onBadRow`: `fail` (default) throws at the first bad row, `skip` lists it.
 * @throws {DataError} if the file cannot be read, is of no known layout, or a row is bad: broken,
 *   over-long or over-deep JSON, a field missing or of the wrong type, an answer outside the options or
 *   limits, limits that are swapped or no numbers, an id used before.
 *
 * @example
 * ```ts
 * import { loadRecords } from "@terse/data";
 * import { assertEquals } from "@std/assert";
 * const path = `${await Deno.makeTempDir()}/questions.jsonl`;
 * await Deno.writeTextFile(
 *   path,
 *   '{"id":"q1","question":"Which is a bone?\\nAnswer Choices: (A) Ulna (B) Uvula","label":["A"]}\n{',
 * );
 * const { records, skipped } = await loadRecords(path, { onBadRow: "skip" });
 * assertEquals(records[0]?.options, { A: "Ulna", B: "Uvula" });
 * assertEquals(skipped[0]?.row, 2);
 * ```
 */
export async function loadRecords(
  path: string,
  options: { readonly onBadRow?: "fail" | "skip" } = {},
): Promise<LoadedData> {
  const records: QuestionRecord[] = [];
  const rows: number[] = [];
  const skipped: BadRow[] = [];
  let layout = "";
  const notices: string[] = [];
  const stream = streamRecords(path, {
    ...options,
    onSkip: (bad) => skipped.push(bad),
    onLayout: (name) => layout = name,
    onNotice: (notice) => notices.push(notice),
  });
  for await (const { row, record } of stream) {
    records.push(record);
    rows.push(row);
  }
  skipped.sort((a, b) => (a.row ?? 0) - (b.row ?? 0));
  return { records, rows, skipped, sha256: await hashFile(path), path, layout, notices };
}
