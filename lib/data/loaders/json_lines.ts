/**
 * JSON lines, read as a stream in which no line can fill the memory.
 *
 * @module
 */

import { previewValue } from "../data_error.ts";
import { isRow, type ParsedRow } from "./fields.ts";

const MAX_LINE_BYTES = 8 * 2 ** 20;
const NEWLINE = 10;

/** A text without the byte order mark that some editors put first. */
export function stripMark(text: string): string {
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

/** A line's bytes, cut at the limit, and how long it was. */
interface Line {
  readonly bytes: Uint8Array;
  readonly length: number;
}

async function* readLines(path: string): AsyncGenerator<Line> {
  let kept: Uint8Array[] = [];
  let keptLength = 0;
  let length = 0;
  const keep = (part: Uint8Array) => {
    const room = part.subarray(0, MAX_LINE_BYTES - keptLength);
    if (room.length > 0) kept.push(room);
    keptLength += room.length;
    length += part.length;
  };
  const take = (): Line => {
    const bytes = new Uint8Array(keptLength);
    let at = 0;
    for (const part of kept) {
      bytes.set(part, at);
      at += part.length;
    }
    const line = { bytes, length };
    [kept, keptLength, length] = [[], 0, 0];
    return line;
  };
  using file = await Deno.open(path);
  for await (const chunk of file.readable) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      keep(chunk.subarray(from, at));
      yield take();
      from = at + 1;
    }
    keep(chunk.subarray(from));
  }
  if (length > 0) yield take();
}

function parseLine(line: Line, path: string, row: number): ParsedRow | null {
  const refuse = (found: unknown, rule: string): ParsedRow => ({
    row,
    bad: { path, row, field: "line", found: previewValue(found), rule },
  });
  let text: string;
  if (line.length > MAX_LINE_BYTES) {
    const start = new TextDecoder().decode(line.bytes.subarray(0, 200));
    return refuse(start, `at most ${MAX_LINE_BYTES} bytes long, not ${line.length}`);
  }
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(line.bytes);
  } catch {
    return refuse(new TextDecoder().decode(line.bytes.subarray(0, 200)), "UTF-8 text");
  }
  if (row === 1) text = stripMark(text);
  if (text.trim() === "") return null;
  try {
    const value: unknown = JSON.parse(text);
    return isRow(value) ? { row, value } : refuse(value, "a JSON object");
  } catch (cause) {
    // The end tells a cut line from a wrong one.
    const shown = text.length <= 160
      ? text
      : `${text.slice(0, 80)} ... ${text.trimEnd().slice(-80)}`;
    return refuse(shown, `one whole JSON object (${(cause as Error).message.slice(0, 120)})`);
  }
}

/** Rows of a JSON lines file, numbered by line from 1; blank lines are passed over. */
export async function* jsonLines(path: string): AsyncGenerator<ParsedRow> {
  let row = 0;
  for await (const line of readLines(path)) {
    row++;
    const parsed = parseLine(line, path, row);
    if (parsed !== null) yield parsed;
  }
}
