/**
 * From a recipe's files to tables of questions.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { join } from "node:path";
import { type BadRow, DataError } from "../data_error.ts";
import { streamRecords } from "../loaders/load_records.ts";
import { CREDENTIALED_SOURCES } from "../loaders/terms.ts";
import type { QuestionRecord } from "../record.ts";
import type { OnProgress } from "./question_set.ts";
import {
  type Chunk,
  CHUNK_ROWS,
  countRows,
  isQuestionTable,
  lengthOf,
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
  /** Terms of use and known faults of the sets in the file. */
  readonly notices: readonly string[];
  readonly chunks: readonly Chunk[];
}

/** Characters of text from which a chunk is full before it has all its rows. */
const CHUNK_CHARS = 32 * 2 ** 20;

/** Bytes of a table's file from which a chunk of it has fewer rows. */
const CHUNK_BYTES = 16 * 2 ** 20;

async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  for await (const chunk of file.readable) hash.update(chunk);
  return hash.digest("hex");
}

async function chunksIn(
  path: string,
  rows: number,
  first: number,
  source: number,
): Promise<Chunk[]> {
  const { size } = await Deno.stat(path);
  const most = Math.max(1, Math.min(CHUNK_ROWS, Math.floor(rows * CHUNK_BYTES / size)));
  const chunks: Chunk[] = [];
  for (let offset = 0; offset < rows; offset += most) {
    const length = Math.min(most, rows - offset);
    chunks.push({ path, offset, length, first: first + offset, source });
  }
  return chunks;
}

/**
 * Makes a source's rows readable in chunks. Parquet tables of the project's own columns are read where
 * they stand; other files are streamed into such tables, one for each chunk.
 *
 * @param path The source's file.
 * @param source Its index in the recipe.
 * @param first Number of its first row among the rows of all sources.
 * @param folder Takes the tables.
 * @throws {DataError} as `streamRecords` does; the signal's reason if it aborts.
 */
export async function stageSource(
  path: string,
  source: number,
  first: number,
  folder: string,
  onBadRow: "fail" | "skip",
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: OnProgress },
): Promise<StagedSource> {
  if (await Deno.stat(path).then(({ isFile }) => isFile, () => false) && isQuestionTable(path)) {
    const rows = countRows(path);
    const chunks = await chunksIn(path, rows, first, source);
    const sha256 = hashFile(path);
    return { path, layout: "question table", rows, sha256, skipped: [], notices: [], chunks };
  }
  const skipped: BadRow[] = [], notices: string[] = [], chunks: Chunk[] = [];
  let layout = "";
  let part: QuestionRecord[] = [];
  let rows = 0, chars = 0;
  const flush = () => {
    if (part.length === 0) return;
    const table = join(folder, `source-${source}-${rows}.parquet`);
    recordTable(part).writeParquet(table, { compression: "lz4" });
    chunks.push({ path: table, offset: 0, length: part.length, first: first + rows, source });
    rows += part.length;
    part = [];
    chars = 0;
    onProgress("loading", first + rows, null);
  };
  const stream = streamRecords(path, {
    onBadRow,
    onSkip: (bad) => skipped.push(bad),
    onLayout: (name) => layout = name,
    onNotice: (notice) => notices.push(notice),
  });
  for await (const { record } of stream) {
    signal.throwIfAborted();
    part.push(record);
    chars += lengthOf(record);
    if (part.length === CHUNK_ROWS || chars >= CHUNK_CHARS) flush();
  }
  flush();
  skipped.sort((a, b) => (a.row ?? 0) - (b.row ?? 0));
  // What stands in a credentialed set does not go into a manifest.
  if (CREDENTIALED_SOURCES.has(layout)) {
    skipped.forEach((bad, i) => skipped[i] = { ...bad, found: "not shown" });
  }
  return { path, layout, rows, sha256: hashFile(path), skipped, notices, chunks };
}

/** Throws for a bad row, or lists it. */
export function setAside(bad: BadRow, onBadRow: "fail" | "skip", skipped: BadRow[]): void {
  if (onBadRow === "fail") throw new DataError(bad);
  skipped.push(bad);
}
