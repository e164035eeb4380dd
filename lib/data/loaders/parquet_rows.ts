/**
 * Parquet tables, lists and structs included, read in batches.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import pl from "nodejs-polars";
import { DataError, previewValue } from "../data_error.ts";
import type { ParsedRow } from "./fields.ts";

const BATCH_ROWS = 4096;

function toRows(batch: pl.DataFrame): Record<string, unknown>[] {
  // nodejs-polars 0.25.2 cannot convert structs of a table with a single row.
  return batch.height === 1 ? pl.concat([batch, batch]).toRecords().slice(1) : batch.toRecords();
}

/**
 * Rows of a Parquet file, numbered from 1: lists become arrays and structs objects, in which a field
 * that another row has is null.
 *
 * @throws {DataError} if the file is not a whole Parquet table, or has binary cells.
 */
export async function* parquetRows(path: string): AsyncGenerator<ParsedRow> {
  const refuse = (cause: unknown, rule: string): never => {
    const found = previewValue((cause as Error).message);
    throw new DataError({ path, row: null, field: "content", found, rule }, cause);
  };
  let table: pl.DataFrame;
  try {
    // Polars takes a text for a path by its extension only, and bytes whatever their file's name.
    table = pl.readParquet(Buffer.from(await Deno.readFile(path)));
  } catch (cause) {
    return refuse(cause, "a whole Parquet table");
  }
  for (let from = 0; from < table.height; from += BATCH_ROWS) {
    let rows: Record<string, unknown>[];
    try {
      rows = toRows(table.slice(from, BATCH_ROWS));
    } catch (cause) {
      return refuse(cause, "a Parquet table of texts, numbers, lists and structs");
    }
    for (const [index, value] of rows.entries()) yield { row: from + index + 1, value };
  }
}
