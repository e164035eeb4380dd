/**
 * CSV tables with a header, read as a stream. Cells stay text: guessing would make numbers of ids and
 * of some answers, not all.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createReadStream } from "node:fs";
import { CsvError, parse } from "csv-parse";
import { DataError, previewValue } from "../data_error.ts";
import type { ParsedRow } from "./fields.ts";
import { decodeText, MAX_ROW_BYTES } from "./text_row.ts";

function readCells(
  cells: readonly Uint8Array[],
): { readonly texts: string[] } | { readonly found: string; readonly rule: string } {
  const texts: string[] = [];
  for (const cell of cells) {
    const decoded = decodeText(cell);
    if ("rule" in decoded) return decoded;
    texts.push(decoded.text);
  }
  return { texts };
}

/** The rule that a CSV file breaks, in words. */
const RULES: Readonly<Record<string, string>> = {
  CSV_MAX_RECORD_SIZE: `at most ${MAX_ROW_BYTES} bytes long`,
  CSV_QUOTE_NOT_CLOSED: "quoted to its end; a quotation mark is never closed",
  CSV_INVALID_CLOSING_QUOTE: "quoted as CSV asks: no text may follow a closing quotation mark",
  INVALID_OPENING_QUOTE: "quoted as CSV asks: a quotation mark must open the whole cell",
};

/**
 * Rows of a CSV file, numbered from 1 after the header. An empty cell is null.
 *
 * @throws {DataError} if the header or the quoting is broken, so that rows can no longer be told apart.
 */
export async function* csvRows(path: string): AsyncGenerator<ParsedRow> {
  const file = createReadStream(path);
  const parser = file.pipe(parse({
    bom: true,
    encoding: null,
    max_record_size: MAX_ROW_BYTES,
    relax_column_count: true,
    skip_empty_lines: true,
  }));
  let names: string[] | null = null;
  let row = 0;
  try {
    for await (const cells of parser as AsyncIterable<Buffer[]>) {
      const read = readCells(cells);
      if (names === null) {
        if ("rule" in read) {
          throw new DataError({
            path,
            row: null,
            field: "header",
            found: previewValue(read.found),
            rule: read.rule,
          });
        }
        names = read.texts.map((name) => name.trim());
        continue;
      }
      row++;
      if ("rule" in read) {
        const { found, rule } = read;
        yield { row, bad: { path, row, field: "row", found: previewValue(found), rule } };
      } else if (read.texts.length !== names.length) {
        const found = `${read.texts.length} cells`;
        const rule = `${names.length} cells, like the header`;
        yield { row, bad: { path, row, field: "row", found, rule } };
      } else {
        const entries = names.map((name, i) =>
          [name, read.texts[i] === "" ? null : read.texts[i]] as const
        );
        yield { row, value: Object.fromEntries(entries) };
      }
    }
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw new DataError({
      path,
      row: null,
      field: `row ${row + 1}`,
      found: `broken (${cause.code})`,
      rule: RULES[cause.code] ?? "a CSV row",
    }, cause);
  } finally {
    file.destroy();
  }
}
