/**
 * What is wrong with a row of a data file, said so that it can be found and put right.
 *
 * @module
 */

/** A row that breaks a rule. */
export interface BadRow {
  readonly path: string;
  /** Counted from 1: the line of a JSONL file, the entry of others; null where it is the whole file. */
  readonly row: number | null;
  readonly field: string;
  /** The value found, as JSON cut to 200 characters, or `missing`. */
  readonly found: string;
  /** What the field must be. */
  readonly rule: string;
}

const PREVIEW_CHARS = 200;

/** JSON of a value cut to 200 characters; `missing` for undefined. */
export function previewValue(value: unknown): string {
  if (value === undefined) return "missing";
  if (typeof value === "string") {
    const cut = value.length > PREVIEW_CHARS;
    return JSON.stringify(cut ? `${value.slice(0, PREVIEW_CHARS)}...` : value);
  }
  if (typeof value !== "object" || value === null) return String(value);
  let text: string;
  try {
    text = JSON.stringify(value);
  } catch {
    // Table cells may hold what JSON cannot, 64-bit integers above all.
    return Array.isArray(value) ? "an array" : "an object";
  }
  return text.length > PREVIEW_CHARS ? `${text.slice(0, PREVIEW_CHARS)}...` : text;
}

/** Thrown for data that cannot be used; `bad` holds the same in parts. */
export class DataError extends Error {
  override readonly name = "DataError";
  readonly bad: BadRow;

  constructor(bad: BadRow, cause?: unknown) {
    const place = bad.row === null ? bad.path : `${bad.path}, row ${bad.row}`;
    const remedy = bad.row === null
      ? "Give a whole file of a known layout."
      : "Correct the row, or leave such rows out (--on-bad-row skip).";
    super(
      `Cannot read ${place}: ${bad.field} must be ${bad.rule}: current value is ${bad.found}. ` +
        remedy,
      cause === undefined ? undefined : { cause },
    );
    this.bad = bad;
  }
}
