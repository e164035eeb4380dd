/**
 * Questions as rows of a table: the columns, and reading some rows of a file.
 *
 * @module
 */

import pl, { type DataFrame } from "nodejs-polars";
import type { QuestionRecord } from "../record.ts";

/** Columns that hold a record's fields: all text, objects and lists as JSON, but for `passRate`. */
export const RECORD_COLUMNS = [
  "id",
  "source",
  "question",
  "context",
  "options",
  "gold",
  "split",
  "licence",
  "tags",
  "passRate",
] as const;

/** A column of {@link RECORD_COLUMNS}. */
export type RecordColumn = (typeof RECORD_COLUMNS)[number];

/** The cells of some rows. */
export type Cells<Column extends RecordColumn> = Readonly<
  Record<Column, readonly (string | null)[]>
>;

/** Some rows of a file, all of one source of the recipe. */
export interface Chunk {
  readonly path: string;
  /** First row in the file, from 0. */
  readonly offset: number;
  readonly length: number;
  /** Number of the first row among the rows of all sources. */
  readonly first: number;
  /** Index of the recipe's source. */
  readonly source: number;
}

/** Most rows read at a time. */
export const CHUNK_ROWS = 20_000;

/** Cells of a record. */
function cellsOf(record: QuestionRecord): (string | null)[] {
  const { id, source, question, context, options, gold, split, licence, tags } = record;
  return [
    id,
    source,
    question,
    context,
    options === null ? null : JSON.stringify(options),
    JSON.stringify(gold),
    split,
    licence,
    JSON.stringify(tags),
  ];
}

/** UTF-16 code units of context, question and options. */
export function lengthOf(
  { question, context, options }: Pick<QuestionRecord, "question" | "context" | "options">,
): number {
  return Object.values(options ?? {}).reduce(
    (sum, text) => sum + text.length,
    question.length + context.length,
  );
}

/** Records as a table of {@link RECORD_COLUMNS}. Lone surrogates become U+FFFD. */
export function recordTable(records: readonly QuestionRecord[]): DataFrame {
  const rows = records.map(cellsOf);
  const series = RECORD_COLUMNS.map((name, column) =>
    name === "passRate"
      ? pl.Series(name, records.map((record) => record.passRate ?? null), pl.Float64)
      : pl.Series(name, rows.map((row) => row[column]?.toWellFormed() ?? null), pl.Utf8)
  );
  return pl.DataFrame(series);
}

/** Whether a Parquet file has the columns of {@link RECORD_COLUMNS} in their types. */
export function isQuestionTable(path: string): boolean {
  let schema: Record<string, unknown>;
  try {
    schema = pl.scanParquet(path).slice(0, 0).collectSync().schema;
  } catch {
    return false;
  }
  return RECORD_COLUMNS.every((name) =>
    String(schema[name]) === String(name === "passRate" ? pl.Float64 : pl.String)
  );
}

/** Rows in a Parquet file. */
export function countRows(path: string): number {
  return Number(pl.scanParquet(path).select(pl.len()).collectSync().getColumn("len").get(0));
}

/** Reads some columns of a chunk's rows; `passRate` as numbers. */
export function readCells<Column extends RecordColumn>(
  { path, offset, length }: Pick<Chunk, "path" | "offset" | "length">,
  columns: readonly Column[],
): Cells<Column> {
  const table = pl.scanParquet(path).select(...columns).slice(offset, length).collectSync();
  const cells = {} as Record<Column, readonly (string | null)[]>;
  for (const name of columns) cells[name] = table.getColumn(name).toArray() as (string | null)[];
  return cells;
}

/** The chunks that hold any of the rows, with the rows of each. */
export function* chunksOf(
  chunks: readonly Chunk[],
  rows: Uint32Array,
): Generator<{ readonly chunk: Chunk; readonly rows: Uint32Array }> {
  let at = 0;
  for (const chunk of chunks) {
    const start = at;
    while (at < rows.length && rows[at]! < chunk.first + chunk.length) at++;
    if (at > start) yield { chunk, rows: rows.subarray(start, at) };
  }
}
