/**
 * One row's bytes to an unchecked row, or to what is wrong with them.
 *
 * @module
 */

import { previewValue } from "../data_error.ts";
import { isRow, type ParsedRow, type Row } from "./fields.ts";

/** Longer rows are refused: no question has this length, and a row is held in memory as a whole. */
export const MAX_ROW_BYTES: number = 8 * 2 ** 20;

/** Published rows have at most four levels. */
const MAX_DEPTH = 64;

/** Characters shown on each side of a byte that is no UTF-8. */
const SHOWN_BYTES = 60;

/** A row's bytes, cut at the limit, and how long it was. */
export interface RowBytes {
  readonly bytes: Uint8Array;
  readonly length: number;
}

/** Collects one row's bytes after the other; keeps no more than {@linkcode MAX_ROW_BYTES} of each. */
export class RowBuffer {
  #kept: Uint8Array[] = [];
  #keptLength = 0;
  #length = 0;

  /** Bytes of the row so far, those not kept included. */
  get length(): number {
    return this.#length;
  }

  /** Adds bytes to the row. */
  add(part: Uint8Array): void {
    const room = part.subarray(0, MAX_ROW_BYTES - this.#keptLength);
    if (room.length > 0) this.#kept.push(room.slice());
    this.#keptLength += room.length;
    this.#length += part.length;
  }

  /** The row; the next one begins. */
  take(): RowBytes {
    const bytes = new Uint8Array(this.#keptLength);
    let at = 0;
    for (const part of this.#kept) {
      bytes.set(part, at);
      at += part.length;
    }
    const row = { bytes, length: this.#length };
    [this.#kept, this.#keptLength, this.#length] = [[], 0, 0];
    return row;
  }
}

/** A text without the byte order mark that some editors put first. */
export function stripMark(text: string): string {
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

function isText(bytes: Uint8Array, mayBeCut: boolean): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: mayBeCut });
    return true;
  } catch {
    return false;
  }
}

/** Place of the first byte that is no UTF-8, in bytes that are not UTF-8 as a whole. */
function findBadByte(bytes: Uint8Array): number {
  let [low, high] = [0, bytes.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (isText(bytes.subarray(0, middle), true)) low = middle;
    else high = middle;
  }
  // The byte at which it shows may follow one that began a longer character.
  while (!isText(bytes.subarray(0, low), false)) low--;
  return low;
}

const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Text of bytes, or what is wrong with them and how they look there. */
export function decodeText(
  bytes: Uint8Array,
): { readonly text: string } | { readonly found: string; readonly rule: string } {
  try {
    return { text: DECODER.decode(bytes) };
  } catch {
    const at = findBadByte(bytes);
    const shown = bytes.subarray(Math.max(0, at - SHOWN_BYTES), at + SHOWN_BYTES);
    const byte = bytes[at]!.toString(16).padStart(2, "0");
    return {
      found: new TextDecoder().decode(shown),
      rule: `UTF-8 text, which byte ${at + 1} of the row, ${byte} in hexadecimal, is not`,
    };
  }
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];

/** Deepest level of brackets outside texts. */
function measureDepth(bytes: Uint8Array): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      for (at++; at < bytes.length && bytes[at] !== QUOTE; at++) if (bytes[at] === BACKSLASH) at++;
      // With the bit of 0x20 set, [ and { are the same, and so are ] and }.
    } else if ((byte | 0x20) === 0x7b) {
      if (++depth > deepest) deepest = depth;
    } else if ((byte | 0x20) === 0x7d) depth--;
  }
  return deepest;
}

/** JSON in which Python has written NaN and Infinity; undefined if it is no JSON even so. */
function parsePythonJson(text: string): unknown {
  const numbers = new Map([["\ue000NaN", NaN], ["\ue000Infinity", Infinity], [
    "\ue000-Infinity",
    -Infinity,
  ]]);
  const marked = text.replace(
    /"(?:[^"\\]|\\.)*"|(?:NaN|-?Infinity)\b/g,
    (token) => token.startsWith('"') ? token : `"\ue000${token}"`,
  );
  if (marked === text) return undefined;
  try {
    return JSON.parse(
      marked,
      (_, value) => typeof value === "string" ? numbers.get(value) ?? value : value,
    );
  } catch {
    return undefined;
  }
}

/** An element of a file's text and how it is called in errors. */
export interface RowText extends RowBytes {
  readonly path: string;
  readonly row: number;
  /** `line` or `row`. */
  readonly field: string;
}

/**
 * Reads a row's JSON. A bare NaN or Infinity, as Python writes them, becomes that number, so that the
 * field that holds it is named by its own rule.
 *
 * @param find Picks the row out of the parsed value.
 * @returns null for white space alone.
 */
export function parseRowText(
  { bytes, length, path, row, field }: RowText,
  find: (value: unknown) => unknown = (value) => value,
): ParsedRow | null {
  const refuse = (found: unknown, rule: string): ParsedRow => ({
    row,
    bad: { path, row, field, found: previewValue(found), rule },
  });
  if (length > MAX_ROW_BYTES) {
    const start = new TextDecoder().decode(bytes.subarray(0, 200));
    return refuse(start, `at most ${MAX_ROW_BYTES} bytes long, not ${length}`);
  }
  const decoded = decodeText(bytes);
  if ("rule" in decoded) return refuse(decoded.found, decoded.rule);
  const text = row === 1 ? stripMark(decoded.text) : decoded.text;
  if (text.trim() === "") return null;
  const depth = measureDepth(bytes);
  if (depth > MAX_DEPTH) {
    return refuse(text.slice(0, 200), `nested at most ${MAX_DEPTH} levels deep, not ${depth}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    value = parsePythonJson(text);
    if (value === undefined) {
      // The end tells a cut row from a wrong one.
      const shown = text.length <= 160
        ? text
        : `${text.slice(0, 80)} ... ${text.trimEnd().slice(-80)}`;
      return refuse(shown, `one whole JSON object (${(cause as Error).message.slice(0, 120)})`);
    }
  }
  const found = find(value);
  return isRow(found) ? { row, value: found as Row } : refuse(found, "a JSON object");
}
