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
import type { Layout, Row } from "./fields.ts";
import { medcalcLayout, medu1CalculationLayout } from "./medcalc.ts";
import { medu1OpenLayout } from "./medu1_open.ts";
import { optionTableLayout } from "./option_table.ts";
import { pubmedqaLayout } from "./pubmedqa.ts";
import { readRows } from "./rows.ts";
import { terseRecordLayout } from "./terse_record.ts";

const LAYOUTS: readonly Layout[] = [
  terseRecordLayout,
  answerChoicesLayout,
  optionTableLayout,
  pubmedqaLayout,
  medu1CalculationLayout,
  medcalcLayout,
  medu1OpenLayout,
];

/** The questions of one file. */
export interface LoadedData {
  readonly records: readonly QuestionRecord[];
  /** Rows left out, in the order of the file; empty unless asked for. */
  readonly skipped: readonly BadRow[];
  /** SHA-256 of the file's bytes, in hexadecimal. */
  readonly sha256: string;
  readonly path: string;
  /** Name of the layout that the rows were found to have. */
  readonly layout: string;
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  for await (const chunk of file.readable) hash.update(chunk);
  return hash.digest("hex");
}

function tellLayout(rows: readonly { readonly value: Row }[], path: string): Layout {
  for (const { value } of rows) {
    const layout = LAYOUTS.find((candidate) => candidate.recognises(value));
    if (layout !== undefined) return layout;
  }
  const names = Object.keys(rows[0]?.value ?? {}).slice(0, 20).map((name) => name.slice(0, 40));
  const known = LAYOUTS.map((layout) => layout.name).join(", ");
  throw new DataError({
    path,
    row: null,
    field: "columns",
    found: names.join(", ") || "none",
    rule: `those of a known layout (${known})`,
  });
}

/** Sets without ids: a question's id is its content's, numbered where the same content comes again. */
function contentId(record: QuestionRecord, repeats: Map<string, number>): string {
  const { question, context, options } = record;
  const text = canonicalJson([question, context, options]);
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 16);
  const count = (repeats.get(digest) ?? 0) + 1;
  repeats.set(digest, count);
  return count === 1 ? digest : `${digest}-${count}`;
}

/**
 * Loads questions from a file. What kind of file it is (JSON lines, JSON, Parquet, CSV) and whose
 * layout its rows have is told from the content: the project's own records; MedQA, MedMCQA and MMLU
 * with `Answer Choices:` inside the question; MedXpertQA, MedBullets and MediQ; PubMedQA;
 * MedCalc-Bench as published or as Med-U1 prepared it; Med-U1's open questions. All rows must have
 * the first known row's layout. Records are in split `train`, or in their own where the layout has
 * splits; see `assignSplits`.
 *
 * @param options `onBadRow`: `fail` (default) throws at the first bad row, `skip` lists it.
 * @throws {DataError} if the file cannot be read, is of no known layout, or a row is bad: broken or
 *   over-long JSON, a field missing or of the wrong type, an answer outside the options or limits,
 *   limits that are swapped or no numbers, an id used before.
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
  const skipped: BadRow[] = [];
  const setAside = (bad: BadRow): void => {
    if (options.onBadRow !== "skip") throw new DataError(bad);
    skipped.push(bad);
  };
  const rows: { row: number; value: Row }[] = [];
  for await (const parsed of readRows(path)) {
    if ("bad" in parsed) setAside(parsed.bad);
    else rows.push(parsed);
  }
  const layout = tellLayout(rows, path);
  const records: QuestionRecord[] = [];
  const rowOfId = new Map<string, number>();
  const repeats = new Map<string, number>();
  for (const { row, value } of rows) {
    try {
      const parsed = layout.parse(value, { path, row });
      const record = parsed.id === "" ? { ...parsed, id: contentId(parsed, repeats) } : parsed;
      const key = `${record.source}\n${record.id}`;
      const first = rowOfId.get(key);
      if (first !== undefined) {
        const rule = `used once in ${record.source}, but row ${first} has it too`;
        throw new DataError({ path, row, field: "id", found: JSON.stringify(record.id), rule });
      }
      rowOfId.set(key, row);
      records.push(record);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      setAside(error.bad);
    }
  }
  skipped.sort((a, b) => (a.row ?? 0) - (b.row ?? 0));
  return { records, skipped, sha256: await hashFile(path), path, layout: layout.name };
}
