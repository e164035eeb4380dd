/**
 * Parquet tables whose cells may be lists and objects: what other trainers read.
 *
 * @module
 */

import pl from "nodejs-polars";
import type { JsonValue } from "./canonical_json.ts";
import { replaceFile } from "./replace_file.ts";

/** UTF-8 text, 64-bit integer or 64-bit float, a list of one type, or an object with named fields. */
export type NestedType =
  | "string"
  | "int"
  | "float"
  | { readonly list: NestedType }
  | { readonly fields: NestedSchema };

/** Types by name, in the order of columns or fields. Every value may be null. */
export interface NestedSchema {
  readonly [name: string]: NestedType;
}

const PLAIN = { string: pl.Utf8, int: pl.Int64, float: pl.Float64 } as const;

function dataType(type: NestedType): pl.DataType {
  if (typeof type === "string") return PLAIN[type];
  if ("list" in type) return pl.List(dataType(type.list));
  return pl.Struct(
    Object.entries(type.fields).map(([name, field]) => new pl.Field(name, dataType(field))),
  );
}

/** What a value must be to fit a type; null if it fits. */
function misfit(value: JsonValue | undefined, type: NestedType): string | null {
  if (value === null) return null;
  if (type === "string") return typeof value === "string" ? null : "a text or null";
  if (type === "int") return Number.isSafeInteger(value) ? null : "a whole number or null";
  if (type === "float") return Number.isFinite(value) ? null : "a finite number or null";
  if ("list" in type) {
    if (!Array.isArray(value)) return "a list or null";
    return value.map((entry) => misfit(entry, type.list)).find((rule) => rule !== null) ?? null;
  }
  if (typeof value !== "object" || Array.isArray(value)) return "an object or null";
  const names = Object.keys(type.fields);
  const fields = value as { readonly [name: string]: JsonValue };
  if (Object.keys(fields).length !== names.length || names.some((name) => !(name in fields))) {
    return `an object with the fields ${names.join(", ")}`;
  }
  return names.map((name) => misfit(fields[name], type.fields[name]!))
    .find((rule) => rule !== null) ?? null;
}

/** JSON in well-formed UTF-16; lone surrogates become U+FFFD. */
function cellText(value: JsonValue): string {
  return JSON.stringify(value, (_, part) => typeof part === "string" ? part.toWellFormed() : part);
}

function makeColumn(path: string, rows: readonly NestedRow[], name: string, type: NestedType) {
  rows.forEach((row, i) => {
    const rule = Object.hasOwn(row, name) ? misfit(row[name], type) : "given";
    if (rule === null) return;
    throw new TypeError(
      `Cannot write ${path}: ${name}, row ${i} must be ${rule}: current value is ` +
        (JSON.stringify(row[name])?.slice(0, 200) ?? "missing"),
    );
  });
  if (typeof type !== "string") {
    // Polars builds no nested column from values of JavaScript, but decodes JSON into a given type.
    const texts = rows.map((row) => row[name] === null ? null : cellText(row[name]!));
    return pl.DataFrame([pl.Series(name, texts, pl.Utf8)])
      .select(pl.col(name).str.jsonDecode(dataType(type))).getColumn(name);
  }
  const cells = rows.map((row) => {
    const cell = row[name]!;
    return typeof cell === "string" ? cell.toWellFormed() : cell;
  });
  return pl.Series(name, cells, PLAIN[type]);
}

/** One row: a value for each column. */
export interface NestedRow {
  readonly [column: string]: JsonValue;
}

/**
 * Writes rows to a Parquet file (zstd), atomically. The schema gives every column and every field its
 * type, so that one that is null in all rows, or a table without rows, keeps it.
 *
 * @param path The file to make or replace; its folder must exist.
 * @throws {TypeError} naming column and row, if a value does not fit; nothing is written then.
 *
 * @example
 * ```ts
 * import { writeNestedParquet } from "@terse/data";
 * const path = `${await Deno.makeTempDir()}/chats.parquet`;
 * const message = { fields: { role: "string", content: "string" } } as const;
 * await writeNestedParquet(
 *   path,
 *   [{ prompt: [{ role: "user", content: "Why?" }], budget: null }],
 *   { prompt: { list: message }, budget: "int" },
 * );
 * ```
 */
export async function writeNestedParquet(
  path: string,
  rows: readonly NestedRow[],
  schema: NestedSchema,
): Promise<void> {
  const columns = Object.entries(schema).map(([name, type]) => makeColumn(path, rows, name, type));
  const table = pl.DataFrame(columns);
  await replaceFile(path, (temporary) => table.writeParquet(temporary, { compression: "zstd" }));
}
