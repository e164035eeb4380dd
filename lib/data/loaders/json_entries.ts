/**
 * One JSON list of rows, or one object of rows by id, cut into its entries while it is read: a broken
 * entry is one bad row, and no file is too large.
 *
 * @module
 */

import { DataError, previewValue } from "../data_error.ts";
import { isRow, type ParsedRow, type Row } from "./fields.ts";
import { parseRowText, RowBuffer, type RowBytes } from "./text_row.ts";

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);
const MARK = [0xef, 0xbb, 0xbf];
const SPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);

interface Entry extends RowBytes {
  /** Whether the list or object ends after it. */
  readonly isLast: boolean;
}

function isBlank({ bytes, length }: RowBytes): boolean {
  return length === bytes.length && bytes.every((byte) => SPACE.has(byte));
}

/** Bytes between the outer brackets, cut at the commas between them. */
async function* readEntries(path: string): AsyncGenerator<Entry> {
  const buffer = new RowBuffer();
  let depth = 0;
  let entries = 0;
  let isInText = false;
  let isEscaped = false;
  let isOver = false;
  const broken = (rule: string, found: unknown): never => {
    throw new DataError({ path, row: null, field: "content", found: previewValue(found), rule });
  };
  using file = await Deno.open(path);
  for await (const chunk of file.readable) {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (isInText) {
        if (isEscaped) isEscaped = false;
        else if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) isInText = false;
        continue;
      }
      if (isOver) {
        if (!SPACE.has(byte)) {
          broken(
            "whole JSON with nothing after its end",
            new TextDecoder().decode(chunk.subarray(at, at + 80)),
          );
        }
        continue;
      }
      if (byte === QUOTE && depth > 0) isInText = true;
      else if (OPENING.has(byte)) {
        if (++depth === 1) from = at + 1;
      } else if (CLOSING.has(byte)) {
        depth--;
        isOver = depth === 0;
      } else if (depth === 0 && !SPACE.has(byte) && !MARK.includes(byte)) {
        broken("whole JSON", String.fromCharCode(byte));
      }
      if (isOver || (byte === COMMA && depth === 1)) {
        buffer.add(chunk.subarray(from, at));
        from = at + 1;
        yield { ...buffer.take(), isLast: isOver };
        entries++;
      }
    }
    if (depth > 0) buffer.add(chunk.subarray(from));
  }
  if (!isOver) {
    const { bytes } = buffer.take();
    broken(
      `whole JSON; the file ends inside entry ${entries + 1}`,
      new TextDecoder().decode(bytes.slice(-80)),
    );
  }
}

/** `"id": {...}` in braces parses to one row by its id. */
function rowById(value: unknown): unknown {
  if (!isRow(value)) return value;
  const [[id, row] = ["", value]] = Object.entries(value);
  return isRow(row) ? { id, ...row } satisfies Row : row;
}

function inBraces(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(bytes.length + 2);
  whole[0] = 0x7b;
  whole.set(bytes, 1);
  whole[bytes.length + 1] = 0x7d;
  return whole;
}

/**
 * Rows of a JSON file, numbered by entry from 1.
 *
 * @param outer `list`, or `object` for rows by id; an id goes into the field `id` of a row without one.
 * @throws {DataError} if the list or object is not whole; the entry at which it breaks is named.
 */
export async function* jsonEntries(
  path: string,
  outer: "list" | "object",
): AsyncGenerator<ParsedRow> {
  let row = 0;
  for await (const { bytes, length, isLast } of readEntries(path)) {
    row++;
    if (isBlank({ bytes, length })) {
      if (isLast && row === 1) return;
      const rule = "a JSON object, with one comma between two of them";
      yield { row, bad: { path, row, field: "row", found: "nothing", rule } };
      continue;
    }
    const parsed = outer === "list"
      ? parseRowText({ bytes, length, path, row, field: "row" })
      : parseRowText({ bytes: inBraces(bytes), length, path, row, field: "row" }, rowById);
    if (parsed !== null) yield parsed;
  }
}
