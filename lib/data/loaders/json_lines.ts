/**
 * JSON lines, read as a stream in which no line can fill the memory.
 *
 * @module
 */

import type { ParsedRow } from "./fields.ts";
import { parseRowText, RowBuffer, type RowBytes } from "./text_row.ts";

const NEWLINE = 10;

async function* readLines(path: string): AsyncGenerator<RowBytes> {
  const buffer = new RowBuffer();
  using file = await Deno.open(path);
  for await (const chunk of file.readable) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      buffer.add(chunk.subarray(from, at));
      yield buffer.take();
      from = at + 1;
    }
    buffer.add(chunk.subarray(from));
  }
  if (buffer.length > 0) yield buffer.take();
}

/** Rows of a JSON lines file, numbered by line from 1; blank lines are passed over. */
export async function* jsonLines(path: string): AsyncGenerator<ParsedRow> {
  let row = 0;
  for await (const line of readLines(path)) {
    row++;
    const parsed = parseRowText({ ...line, path, row, field: "line" });
    if (parsed !== null) yield parsed;
  }
}
