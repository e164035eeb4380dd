/**
 * From a recipe's files to tables of questions.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { join } from "node:path";
import { type BadRow, DataError } from "../data_error.ts";
import { loadRecords } from "../loaders/load_records.ts";
import {
  type Chunk,
  CHUNK_ROWS,
  countRows,
  isQuestionTable,
  recordTable,
} from "./question_table.ts";

/** A source whose rows stand in tables. */
export interface StagedSource {
  readonly path: string;
  readonly layout: string;
  readonly rows: number;
  /** Resolves to the SHA-256 of the file. */
  readonly sha256: Promise<string>;
  /** Rows left out by the loader. */
  readonly skipped: readonly BadRow[];
  readonly chunks: readonly Chunk[];
}

/** Rows in a table that is written for a source of another layout. */
const TABLE_ROWS = 5 * CHUNK_ROWS;

async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  for await (const chunk of file.readable) hash.update(chunk);
  return hash.digest("hex");
}

function chunksIn(path: string, rows: number, first: number, source: number): Chunk[] {
  const chunks: Chunk[] = [];
  for (let offset = 0; offset < rows; offset += CHUNK_ROWS) {
    const length = Math.min(CHUNK_ROWS, rows - offset);
    chunks.push({ path, offset, length, first: first + offset, source });
  }
  return chunks;
}

/**
 * Makes a source's rows readable in chunks. Parquet tables of the project's own columns are read where
 * they stand; other files are loaded and written as such tables.
 *
 * @param path The source's file.
 * @param source Its index in the recipe.
 * @param first Number of its first row among the rows of all sources.
 * @param folder Takes the tables.
 * @throws {DataError} as `loadRecords` does.
 */
export async function stageSource(
  path: string,
  source: number,
  first: number,
  folder: string,
  onBadRow: "fail" | "skip",
): Promise<StagedSource> {
  if (await Deno.stat(path).then(({ isFile }) => isFile, () => false) && isQuestionTable(path)) {
    const rows = countRows(path);
    const chunks = chunksIn(path, rows, first, source);
    return { path, layout: "question table", rows, sha256: hashFile(path), skipped: [], chunks };
  }
  const { records, skipped, sha256, layout } = await loadRecords(path, { onBadRow });
  const chunks: Chunk[] = [];
  for (let start = 0; start < records.length; start += TABLE_ROWS) {
    const part = records.slice(start, start + TABLE_ROWS);
    const table = join(folder, `source-${source}-${start}.parquet`);
    recordTable(part).writeParquet(table, { compression: "lz4" });
    chunks.push(...chunksIn(table, part.length, first + start, source));
  }
  const hashed = Promise.resolve(sha256);
  return { path, layout, rows: records.length, sha256: hashed, skipped, chunks };
}

/** Throws for a bad row, or lists it. */
export function setAside(bad: BadRow, onBadRow: "fail" | "skip", skipped: BadRow[]): void {
  if (onBadRow === "fail") throw new DataError(bad);
  skipped.push(bad);
}
