/**
 * Parquet tables of plain cells: what rollouts and evaluations are kept in.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import pl from "nodejs-polars";
import { replaceFile } from "./replace_file.ts";

/** One value of a table; null where there is none. */
export type Cell = string | number | boolean | null;

/** The type of a column: UTF-8 text, 64-bit integer, 64-bit float, or true/false. All may be null. */
export type ColumnType = "string" | "int" | "float" | "bool";

/** Column types by column name, in the order of the columns in the file. */
export type TableSchema = Readonly<Record<string, ColumnType>>;

const DATA_TYPES = { string: pl.Utf8, int: pl.Int64, float: pl.Float64, bool: pl.Bool };

const CELL_RULES: Record<ColumnType, string> = {
  string: "a string or null",
  int: "an integer of at most 53 bits or null",
  float: "a number or null",
  bool: "true, false or null",
};

function fits(cell: Cell, type: ColumnType): boolean {
  if (cell === null) return true;
  switch (type) {
    case "string":
      return typeof cell === "string";
    case "int":
      return Number.isSafeInteger(cell);
    case "float":
      return typeof cell === "number";
    case "bool":
      return typeof cell === "boolean";
  }
}

function show(cell: unknown): string {
  return (typeof cell === "string" ? JSON.stringify(cell.slice(0, 200)) : String(cell)).slice(
    0,
    200,
  );
}

function checkColumns(
  path: string,
  columns: Readonly<Record<string, readonly Cell[]>>,
  schema: TableSchema,
): void {
  const refuse = (what: string, rule: string, found: unknown): never => {
    throw new TypeError(
      `Cannot write ${path}: ${what} must be ${rule}: current value is ${show(found)}`,
    );
  };
  const names = Object.keys(schema);
  if (names.length === 0) refuse("schema", "at least one column", "{}");
  for (const name of Object.keys(columns)) {
    if (!Object.hasOwn(schema, name)) refuse("columns", `among ${names.join(", ")}`, name);
  }
  let count = -1;
  for (const [name, type] of Object.entries(schema)) {
    const cells = columns[name] ?? refuse(`column ${name}`, "an array of cells", undefined);
    if (count < 0) count = cells.length;
    if (cells.length !== count) {
      refuse(`column ${name}`, `${count} cells long, like the columns before it`, cells.length);
    }
    for (let row = 0; row < cells.length; row++) {
      const cell = cells[row] as Cell;
      if (!fits(cell, type)) refuse(`column ${name}, row ${row}`, CELL_RULES[type], cell);
    }
  }
}

/**
 * Writes columns to a Parquet file (zstd), atomically. The schema gives each column its type, so that
 * a column of nulls, or of no rows at all, keeps it. Lone surrogates, which UTF-8 cannot hold, become
 * U+FFFD. NaN stays NaN.
 *
 * @param path The file to make or replace; its folder must exist.
 * @param columns Cells by column name; all columns have the same length.
 * @param schema Names, order and types of the columns.
 * @throws {TypeError} if names, lengths or cells do not fit the schema; nothing is written then.
 *
 * @example
 * ```ts
 * import { readParquet, writeParquet } from "@terse/data";
 * import { assertEquals } from "@std/assert";
 * const path = `${await Deno.makeTempDir()}/rollouts.parquet`;
 * await writeParquet(
 *   path,
 *   { completion: ["a", "b"], budget_tokens: [null, null] },
 *   { completion: "string", budget_tokens: "int" },
 * );
 * assertEquals(await readParquet(path), [
 *   { completion: "a", budget_tokens: null },
 *   { completion: "b", budget_tokens: null },
 * ]);
 * ```
 */
export async function writeParquet(
  path: string,
  columns: Readonly<Record<string, readonly Cell[]>>,
  schema: TableSchema,
): Promise<void> {
  checkColumns(path, columns, schema);
  const series = Object.entries(schema).map(([name, type]) => {
    const cells = columns[name]!.map((cell) =>
      typeof cell === "string" ? cell.toWellFormed() : cell
    );
    return pl.Series(name, cells, DATA_TYPES[type]);
  });
  const table = pl.DataFrame(series);
  await replaceFile(path, (temporary) => table.writeParquet(temporary, { compression: "zstd" }));
}

/**
 * Reads a Parquet table of plain cells: one object a row, keys in the order of the columns.
 *
 * @throws {Deno.errors.NotFound} if there is no such file.
 * @throws {TypeError} if the file is no Parquet table or holds lists, structs or other nested cells.
 *
 * @example See {@link writeParquet}.
 */
export async function readParquet(path: string): Promise<Record<string, Cell>[]> {
  // Polars takes a text for a path by its extension only, and bytes whatever their file's name.
  const bytes = Buffer.from(await Deno.readFile(path));
  let rows: Record<string, unknown>[];
  try {
    rows = pl.readParquet(bytes).toRecords();
  } catch (cause) {
    throw new TypeError(
      `Cannot read ${path}: the file must be a whole Parquet table: current reading fails with ` +
        show(cause instanceof Error ? cause.message : cause),
      { cause },
    );
  }
  rows.forEach((row, index) => {
    for (const [name, value] of Object.entries(row)) {
      if (value !== null && typeof value === "object" || typeof value === "bigint") {
        throw new TypeError(
          `Cannot read ${path}: column ${name}, row ${index} must be a string, number, boolean or ` +
            `null: current value is ${show(value)}`,
        );
      }
    }
  });
  return rows as Record<string, Cell>[];
}
