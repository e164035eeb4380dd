/**
 * From a file to unchecked rows. The kind of file is told from its content.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import pl from "nodejs-polars";
import { DataError, previewValue } from "../data_error.ts";
import { isRow, type ParsedRow, type Row } from "./fields.ts";
import { jsonLines, stripMark } from "./json_lines.ts";

type FileKind = "lines" | "json" | "parquet" | "csv";

// One JSON text is parsed as a whole, and a string has no more than half a gigabyte.
const MAX_JSON_BYTES = 256 * 2 ** 20;
const HEAD_BYTES = 65536;

function refuseFile(path: string, field: string, found: unknown, rule: string): never {
  throw new DataError({ path, row: null, field, found: previewValue(found), rule });
}

async function readHead(path: string): Promise<Uint8Array> {
  const file = await Deno.open(path);
  try {
    const head = new Uint8Array(HEAD_BYTES);
    let filled = 0;
    while (filled < HEAD_BYTES) {
      const count = await file.read(head.subarray(filled));
      if (count === null) break;
      filled += count;
    }
    return head.subarray(0, filled);
  } finally {
    file.close();
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
  const text = stripMark(new TextDecoder().decode(head)).trimStart();
  if (text === "") refuseFile(path, "content", "", "at least one row");
  if (text.startsWith("PAR1")) return "parquet";
  if (text.startsWith("[")) return "json";
  if (text.startsWith("{")) return startsKeyedObject(text) ? "json" : "lines";
  if (/\.(jsonl|ndjson)$/i.test(path)) return "lines";
  return "csv";
}

async function* jsonRows(path: string): AsyncGenerator<ParsedRow> {
  const { size } = await Deno.stat(path);
  if (size > MAX_JSON_BYTES) {
    refuseFile(path, "size", size, `at most ${MAX_JSON_BYTES} bytes, or one row a line instead`);
  }
  let value: unknown;
  try {
    value = JSON.parse(stripMark(await Deno.readTextFile(path)));
  } catch (cause) {
    refuseFile(path, "content", (cause as Error).message, "whole JSON");
  }
  const entries = Array.isArray(value)
    ? value
    : Object.entries(value as Row).map(([id, entry]) => isRow(entry) ? { id, ...entry } : entry);
  for (const [index, entry] of entries.entries()) {
    const row = index + 1;
    yield isRow(entry) ? { row, value: entry } : {
      row,
      bad: { path, row, field: "row", found: previewValue(entry), rule: "an object" },
    };
  }
}

async function* tableRows(path: string, kind: "parquet" | "csv"): AsyncGenerator<ParsedRow> {
  let rows: Record<string, unknown>[];
  try {
    // Polars takes a text for a path by its extension only, and bytes whatever their file's name.
    const bytes = Buffer.from(await Deno.readFile(path));
    // All CSV cells stay text: guessing would make numbers of ids and of some answers, not all.
    const table = kind === "parquet"
      ? pl.readParquet(bytes)
      : pl.readCSV(bytes, { inferSchemaLength: 0 });
    rows = table.toRecords();
  } catch (cause) {
    const rule = kind === "parquet"
      ? "a whole Parquet table"
      : "JSON lines, a JSON list or object, a Parquet table, or CSV with a header";
    refuseFile(path, "content", (cause as Error).message, rule);
  }
  for (const [index, value] of rows.entries()) yield { row: index + 1, value };
}

/**
 * Reads a file's rows: JSON lines, a JSON list, a JSON object of rows by id, Parquet, or CSV with a
 * header, whose cells stay text.
 *
 * @throws {DataError} if the file is missing, empty, too large or broken as a whole.
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
  else if (kind === "json") yield* jsonRows(path);
  else yield* tableRows(path, kind);
}
