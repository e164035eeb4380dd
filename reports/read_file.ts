/**
 * Reads files of a run folder against their schemas, with errors that name the file and the field.
 *
 * @module
 */

import type { z } from "zod";

function show(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 120 ? `${json.slice(0, 117)}...` : json;
}

function expected(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return /^[aeiou]/.test(issue.expected) ? `an ${issue.expected}` : `a ${issue.expected}`;
    case "invalid_value":
      return `one of ${issue.values.map(String).join(", ")}`;
    default:
      return issue.message;
  }
}

/**
 * Checks a value read from a file.
 *
 * @param schema What the value has to be.
 * @param value The value as read.
 * @param place The file, with the line or row where there is one.
 * @throws {TypeError} naming the place, the field, the value found and what it must be.
 *
 * @example
 * ```ts
 * import { checkValue } from "./read_file.ts";
 * import { statusSchema } from "./run_schema.ts";
 * import { assertThrows } from "@std/assert";
 * assertThrows(() => checkValue(statusSchema, { state: "odd" }, "status.json"), TypeError);
 * ```
 */
export function checkValue<T>(schema: z.ZodType<T>, value: unknown, place: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const found = issue.path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | null | undefined)?.[key],
    value,
  );
  const field = issue.path.length === 0 ? "the content" : issue.path.map(String).join(".");
  throw new TypeError(
    `Cannot read ${place}: ${field} must be ${expected(issue)}: current value is ${show(found)}`,
  );
}

/**
 * Reads a text file that may not be there.
 *
 * @returns The text, or null if there is no such file.
 */
export async function readTextIfThere(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Parses JSON. @throws {TypeError} naming the place if the text is not JSON. */
export function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TypeError(
      `Cannot read ${place}: the content must be JSON: current text begins ${
        show(text.slice(0, 60))
      }`,
      { cause },
    );
  }
}

/**
 * Reads a JSON file that may not be there.
 *
 * @returns The checked value, or null if there is no such file.
 * @throws {TypeError} naming file, field, value found and what it must be.
 */
export async function readJsonIfThere<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  const text = await readTextIfThere(path);
  return text === null ? null : checkValue(schema, parseJson(text, path), path);
}
