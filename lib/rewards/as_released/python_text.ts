/**
 * Python's notions of white space, digits, numbers in text and rounding, where JavaScript's differ.
 *
 * @module
 */
import { PythonTypeError, PythonValueError } from "./python_error.ts";

/** Whether a UTF-16 unit is white space to Python's `str`; JavaScript's `\s` differs. */
function isPythonSpace(code: number): boolean {
  if (code <= 0x7f) return code <= 0x20 && (code >= 0x1c || (code >= 0x09 && code <= 0x0d));
  return code <= 0xa0 ? code === 0x85 || code === 0xa0 : code >= 0x1680 && isWideSpace(code);
}

function isWideSpace(code: number): boolean {
  return (code >= 0x2000 && code <= 0x200a) || code === 0x1680 || code === 0x2028 ||
    code === 0x2029 || code === 0x202f || code === 0x205f || code === 0x3000;
}

/** Whether `float()` strips a unit: of ASCII only what C's `isspace` knows, so U+001C-U+001F stay. */
function isFloatSpace(code: number): boolean {
  return isPythonSpace(code) && (code < 0x1c || code > 0x1f);
}

/** The text without the characters at its ends that are white space by the rule. */
function trimText(text: string, isSpace: (code: number) => boolean): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** Python's `str.strip()`. */
export function stripPython(text: string): string {
  return trimText(text, isPythonSpace);
}

/** Python's `str.split()`. A scan, since it is the inner loop of every score of free text. */
export function splitPython(text: string): string[] {
  const words: string[] = [];
  let start = -1;
  for (let i = 0; i < text.length; i++) {
    if (!isPythonSpace(text.charCodeAt(i))) {
      if (start < 0) start = i;
    } else if (start >= 0) {
      words.push(text.slice(start, i));
      start = -1;
    }
  }
  if (start >= 0) words.push(text.slice(start));
  return words;
}

/** A value as Python's `str()` shows it; for what JSON can hold, lists and objects excluded. */
export function showPython(value: PythonValue): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  return String(value);
}

/** What a ground truth or limit may be in the released data. */
export type PythonValue = string | number | boolean | null;

const DECIMAL_DIGIT = /\p{Nd}/u;

const BEYOND_ASCII = /[\u0080-\uffff]/;

/** Digits of any script to ASCII. Unicode keeps each script's ten digits together, in order. */
export function asciiDigits(text: string): string {
  if (!BEYOND_ASCII.test(text)) return text;
  return text.replace(/(?![0-9])\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0)!;
    let start = code;
    while (DECIMAL_DIGIT.test(String.fromCodePoint(start - 1))) start--;
    return String((code - start) % 10);
  });
}

const NUMBER =
  /^[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/i;
const SPECIAL = /^([+-]?)(?:(inf|infinity)|nan)$/i;

/**
 * Python's `float()`: digits of any script, underscores between digits, "inf" and "nan", white space
 * around.
 *
 * @throws {PythonValueError} If the text is no number.
 * @throws {PythonTypeError} If the value is null.
 *
 * @example
 * ```ts
 * import { parsePythonFloat, PythonValueError } from "@terse/rewards";
 * import { assertEquals, assertThrows } from "@std/assert";
 * assertEquals(parsePythonFloat(" 2_5.5 "), 25.5);
 * assertThrows(() => parsePythonFloat("25%"), PythonValueError);
 * ```
 */
export function parsePythonFloat(value: PythonValue): number {
  if (value === null) throw new PythonTypeError("float() takes text or a number, not None");
  if (typeof value !== "string") return Number(value);
  const text = trimText(asciiDigits(value), isFloatSpace);
  const special = SPECIAL.exec(text);
  if (special !== null) {
    if (special[2] === undefined) return NaN;
    return special[1] === "-" ? -Infinity : Infinity;
  }
  if (!NUMBER.test(text)) {
    throw new PythonValueError(`float() found no number in ${shown(value)}`);
  }
  return Number(text.replaceAll("_", ""));
}

/** Characters of a text that an error shows; to quote a megabyte takes longer than to grade it. */
const SHOWN_CHARACTERS = 60;

function shown(text: string): string {
  const quoted = JSON.stringify(text.slice(0, SHOWN_CHARACTERS));
  return text.length > SHOWN_CHARACTERS ? `${quoted}...` : quoted;
}

/** Python's `round(value, 4)`: like `toFixed`, but an exact tie goes to the even digit. */
export function roundPython4(value: number): number {
  // A number with an exact tie at the fifth decimal is an odd multiple of 1/32.
  if (Math.abs((value * 32) % 2) !== 1) return Number(value.toFixed(4));
  const below = Math.floor(value * 10_000);
  return (below % 2 === 0 ? below : below + 1) / 10_000;
}
