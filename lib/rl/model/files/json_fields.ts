/**
 * Reading fields of JSON files with errors that name file, field and value.
 *
 * @module
 */

/** A JSON object and where it comes from. */
export interface JsonObject {
  /** File, and the field in it for an object inside another. */
  readonly source: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The error for a field that has a wrong value. */
export function fieldError(object: JsonObject, name: string, must: string): Error {
  const value = JSON.stringify(object.fields[name]) ?? "missing";
  return new Error(
    `Cannot load ${object.source}: ${name} must be ${must}: current value is ${value}`,
  );
}

/**
 * Reads a file that holds one JSON object; null if there is no such file.
 *
 * @throws {Error} naming the file if it is unreadable or not a JSON object.
 */
export async function readJsonObject(path: string): Promise<JsonObject | null> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return null;
    throw new Error(`Cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error(`Cannot read ${path}: it must be JSON: ${(cause as Error).message}`, { cause });
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new Error(`Cannot read ${path}: it must be a JSON object`);
  }
  return { source: path, fields: value as Record<string, unknown> };
}

/** A positive integer; `absent` is taken where the field is missing or null. */
export function positiveInteger(object: JsonObject, name: string, absent?: number): number {
  const value = object.fields[name] ?? absent;
  if (!Number.isSafeInteger(value) || (value as number) <= 0) {
    throw fieldError(object, name, "a positive integer");
  }
  return value as number;
}

/** A positive finite number; `absent` is taken where the field is missing or null. */
export function positiveNumber(object: JsonObject, name: string, absent?: number): number {
  const value = object.fields[name] ?? absent;
  if (typeof value !== "number" || !Number.isFinite(value) || value <= 0) {
    throw fieldError(object, name, "a positive number");
  }
  return value;
}

/** A truth value; `absent` is taken where the field is missing or null. */
export function truthValue(object: JsonObject, name: string, absent: boolean): boolean {
  const value = object.fields[name] ?? absent;
  if (typeof value !== "boolean") throw fieldError(object, name, "true or false");
  return value;
}
