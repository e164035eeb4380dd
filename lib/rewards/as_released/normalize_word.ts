/**
 * The released code's normalisation of free text, quirks included.
 *
 * @module
 */
import { CONTRACTIONS } from "./contractions.ts";
import { rememberTwo } from "../remember.ts";
import { splitPython } from "./python_text.ts";

/** What a lower-case word becomes: a digit, a contraction with its apostrophes, or nothing. */
const REPLACEMENTS: ReadonlyMap<string, string | null> = new Map<string, string | null>([
  ...CONTRACTIONS,
  ["a", null],
  ["an", null],
  ["the", null],
  ["none", "0"],
  ...["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    .map((word, value) => [word, String(value)] as const),
]);

/** 1 at 128 x first + last ASCII code of each word that is replaced, so that few others are looked up. */
const MAYBE_REPLACED = new Uint8Array(128 * 128);
for (const word of REPLACEMENTS.keys()) MAYBE_REPLACED[endsOf(word)] = 1;

function endsOf(word: string): number {
  return 128 * word.charCodeAt(0) + word.charCodeAt(word.length - 1);
}

/** The released code passes a flag where the count of replacements belongs; the flag's value is 32. */
const PERIODS_REMOVED = 32;

const SPACE = 0x20;
const COMMA = 0x2c;
const PERIOD = 0x2e;

/** 1 for each ASCII code of a mark. */
const IS_MARK = new Uint8Array(128);
for (const mark of ';/[]"{}()=+\\_-><@`,?!') IS_MARK[mark.charCodeAt(0)] = 1;

/** Whether Python's `\d` matches at a place of a text. */
function isDigitAt(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  if (code < 0x80) return code >= 0x30 && code <= 0x39;
  return index < text.length && /^\p{Nd}/u.test(text.slice(index, index + 2));
}

/** Whether Python's `\d` matches what ends before a place. */
function isDigitBefore(text: string, index: number): boolean {
  const code = text.charCodeAt(index - 1);
  if (code < 0x80) return code >= 0x30 && code <= 0x39;
  return index > 0 && /\p{Nd}$/u.test(text.slice(Math.max(0, index - 2), index));
}

const joinedScratch = new Uint8Array(128);

/** By ASCII code, 1 for the marks that become nothing; the other marks become spaces. */
function joinedMarks(text: string): Uint8Array {
  const joined = joinedScratch.fill(0);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80 || IS_MARK[code] === 0) continue;
    if (text.charCodeAt(i - 1) === SPACE || text.charCodeAt(i + 1) === SPACE) joined[code] = 1;
    if (code === COMMA && isDigitBefore(text, i) && isDigitAt(text, i + 1)) return IS_MARK;
  }
  return joined;
}

/** Characters that `String.fromCharCode` takes at a time without running out of stack. */
const CHUNK = 8192;

function textOf(codes: Uint16Array): string {
  let text = "";
  for (let from = 0; from < codes.length; from += CHUNK) {
    // Not spread, which would go through an iterator.
    text += String.fromCharCode.apply(
      null,
      codes.subarray(from, from + CHUNK) as unknown as number[],
    );
  }
  return text;
}

/** Where short texts are written, so that they need no array of their own. */
const scratch = new Uint16Array(CHUNK);

/** The text with its marks joined or spaced, and without its first 32 periods that are before no digit. */
function withoutMarks(text: string): string {
  const joined = joinedMarks(text);
  const codes = text.length <= scratch.length ? scratch : new Uint16Array(text.length);
  let length = 0;
  let removed = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80 && IS_MARK[code] === 1) {
      if (joined[code] === 0) codes[length++] = SPACE;
    } else if (code === PERIOD && removed < PERIODS_REMOVED) {
      let next = i + 1;
      while (next < text.length && joined[text.charCodeAt(next)] === 1) next++;
      if (isDigitAt(text, next)) codes[length++] = code;
      else removed++;
    } else codes[length++] = code;
  }
  return textOf(codes.subarray(0, length));
}

/**
 * The words of a text as the released code normalises it (utils.py, lines 178-199): marks become nothing
 * where a space stands beside one of them anywhere, or where a comma stands between digits anywhere in the
 * text, and else a space; only the first 32 periods not before a digit are removed; words are lower-cased,
 * small numerals become digits, articles go, contractions get their apostrophes back.
 */
export const releasedWords: (text: string) => readonly string[] = rememberTwo((text) => {
  const words: string[] = [];
  for (const raw of splitPython(withoutMarks(text).toLowerCase())) {
    const word = MAYBE_REPLACED[endsOf(raw)] === 1 ? REPLACEMENTS.get(raw) : undefined;
    if (word !== null) words.push(word ?? raw);
  }
  return words;
});

/**
 * {@link releasedWords} with a space between two.
 *
 * @example
 * ```ts
 * import { normalizeReleased } from "@terse/rewards";
 * import { assertEquals } from "@std/assert";
 * assertEquals(normalizeReleased("The beta-blocker, one dose."), "beta blocker 1 dose");
 * assertEquals(normalizeReleased("beta-blocker 1,000"), "betablocker 1000");
 * ```
 */
export function normalizeReleased(text: string): string {
  return releasedWords(text).join(" ");
}
