/**
 * From a file to unchecked rows. The kind of file is told from its content.
 *
 * @module
 */

import { DataError, previewValue } from "../data_error.ts";
import { csvRows } from "./csv_rows.ts";
import { isRow, type ParsedRow } from "./fields.ts";
import { jsonEntries } from "./json_entries.ts";
import { jsonLines } from "./json_lines.ts";
import { parquetRows } from "./parquet_rows.ts";
import { stripMark } from "./text_row.ts";

type FileKind = "lines" | "list" | "object" | "parquet" | "csv";

const HEAD_BYTES = 65536;

function refuseFile(path: string, field: string, found: unknown, rule: string): never {
  throw new DataError({ path, row: null, field, found: previewValue(found), rule });
}

async function readHead(path: string): Promise<Uint8Array> {
  using file = await Deno.open(path);
  const head = new Uint8Array(HEAD_BYTES);
  let filled = 0;
  while (filled < HEAD_BYTES) {
    const count = await file.read(head.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return head.subarray(0, filled);
}

/** First bytes of files that hold no text as they are, and what such a file is. */
const OTHER_CONTENT: readonly [bytes: readonly number[], name: string][] = [
  [[0xff, 0xfe], "UTF-16 or UTF-32 text (byte order mark FF FE)"],
  [[0xfe, 0xff], "UTF-16 text (byte order mark FE FF)"],
  [[0x1f, 0x8b], "a gzip archive"],
  [[0x50, 0x4b, 0x03, 0x04], "a zip archive"],
  [[0x28, 0xb5, 0x2f, 0xfd], "a zstd archive"],
];

function checkEncoding(head: Uint8Array, path: string): void {
  const rule = "UTF-8 text or a Parquet table; convert or unpack it first";
  for (const [bytes, name] of OTHER_CONTENT) {
    if (bytes.every((byte, i) => head[i] === byte)) refuseFile(path, "content", name, rule);
  }
  if (head.subarray(0, 1000).includes(0)) {
    refuseFile(path, "content", "bytes of zero, as in UTF-16 text", rule);
  }
}

/** Whether a text that starts with a brace is one object of rows by id, and not a row a line. */
function startsKeyedObject(text: string): boolean {
  if (!/^\{\s*"(?:[^"\\]|\\.)*"\s*:\s*\{/.test(text)) return false;
  try {
    return Object.values(JSON.parse(text.split("\n", 1)[0]!)).every(isRow);
  } catch {
    return !/^[^\n]*\n\s*\{/.test(text);
  }
}

function tellKind(head: Uint8Array, path: string): FileKind {
  if (new TextDecoder().decode(head.subarray(0, 4)) === "PAR1") return "parquet";
  checkEncoding(head, path);
  const text = stripMark(new TextDecoder().decode(head)).trimStart();
  if (text === "") refuseFile(path, "content", "", "at least one row");
  if (text.startsWith("[")) return "list";
  if (text.startsWith("{")) return startsKeyedObject(text) ? "object" : "lines";
  if (/\.(jsonl|ndjson)$/i.test(path)) return "lines";
  return "csv";
}

/**
 * Reads a file's rows: JSON lines, a JSON list, a JSON object of rows by id, Parquet, or CSV with a
 * header, whose cells stay text.
 *
 * @throws {DataError} if the file is missing, empty, in another encoding, or broken as a whole.
 */
export async function* readRows(path: string): AsyncGenerator<ParsedRow> {
  let head: Uint8Array;
  try {
    head = await readHead(path);
  } catch (cause) {
    refuseFile(path, "path", (cause as Error).message, "a file that can be read");
  }
  const kind = tellKind(head, path);
  if (kind === "lines") yield* jsonLines(path);
  else if (kind === "parquet") yield* parquetRows(path);
  else if (kind === "csv") yield* csvRows(path);
  else yield* jsonEntries(path, kind);
}
