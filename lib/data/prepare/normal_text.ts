/**
 * Texts in the form in which they are compared: lower case, single spaces, no punctuation.
 *
 * @module
 */

const SPACE = 32;
const FULL_STOP = 46;
const HYPHEN = 45;
const MINUS = 0x2212;
const FIRST_OF_OTHERS = 128;

/** Whether a UTF-16 code unit belongs to a word; halves of a surrogate pair do. */
function isWordUnit(unit: number): boolean {
  if (unit >= 0xd800 && unit <= 0xdfff) return true;
  return /[\p{L}\p{M}\p{N}<>\u2264\u2265]/u.test(String.fromCharCode(unit));
}

/** For each ASCII code unit: the one that stands for it, or 0 where words end. */
const ASCII = Uint8Array.from(
  { length: FIRST_OF_OTHERS },
  (_, unit) => isWordUnit(unit) ? String.fromCharCode(unit).toLowerCase().charCodeAt(0) : 0,
);

/** 0 for not yet known, 1 for a word's unit, 2 for others. */
const OTHERS = new Uint8Array(0x10000);

function normalUnit(unit: number): number {
  if (unit < FIRST_OF_OTHERS) return ASCII[unit]!;
  if (OTHERS[unit] === 0) OTHERS[unit] = isWordUnit(unit) ? 1 : 2;
  return OTHERS[unit] === 1 ? unit : 0;
}

function isDigit(unit: number): boolean {
  return unit >= 48 && unit <= 57;
}

/**
 * The normal form of a question's parts, one after the other in one buffer that is used again for the
 * next question. Letters are in lower case and NFKC; all that is no letter, digit, `<`, `>`, `≤` or `≥`
 * is one space, but for the point within a number and the sign before one.
 *
 * @example
 * ```ts
 * import { NormalText } from "./normal_text.ts";
 * import { assertEquals } from "@std/assert";
 * const text = new NormalText();
 * text.set(["  Is pH 7.35 (or -2)\n normal?"]);
 * assertEquals(text.toString(0), "is ph 7.35 or -2 normal");
 * ```
 */
export class NormalText {
  /** UTF-16 code units of all parts; part p stands at `starts[p]` to `ends[p]`. */
  units: Uint16Array = new Uint16Array(4096);
  readonly starts: number[] = [];
  readonly ends: number[] = [];

  /** Replaces the parts. */
  set(parts: readonly string[]): void {
    this.starts.length = 0;
    this.ends.length = 0;
    let at = 0;
    for (const part of parts) {
      this.starts.push(at);
      at = this.#append(part, at);
      this.ends.push(at);
    }
  }

  /** A part's normal form. */
  toString(part: number): string {
    return new TextDecoder("utf-16le").decode(
      this.units.slice(this.starts[part]!, this.ends[part]!),
    );
  }

  #append(raw: string, start: number): number {
    const text = hasOthers(raw) ? raw.normalize("NFKC").toLowerCase() : raw;
    this.#reserve(start + text.length + 1);
    const { units } = this;
    let at = start;
    let before = 0;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      let normal = normalUnit(unit);
      if (normal === 0) {
        const isNumber = isDigit(text.charCodeAt(i + 1));
        if (unit === FULL_STOP && isNumber && isDigit(before)) normal = FULL_STOP;
        else if ((unit === HYPHEN || unit === MINUS) && isNumber && normalUnit(before) === 0) {
          normal = HYPHEN;
        }
      }
      before = unit;
      if (normal !== 0) units[at++] = normal;
      else if (at > start && units[at - 1] !== SPACE) units[at++] = SPACE;
    }
    return at > start && units[at - 1] === SPACE ? at - 1 : at;
  }

  #reserve(length: number): void {
    if (length <= this.units.length) return;
    const larger = new Uint16Array(2 * length);
    larger.set(this.units);
    this.units = larger;
  }
}

function hasOthers(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= FIRST_OF_OTHERS) return true;
  return false;
}
