/**
 * Normalised words, by which texts are compared.
 *
 * @module
 */
import { rememberTwo } from "../remember.ts";

const ARTICLES = new Set(["a", "an", "the"]);

/**
 * A number with its sign and decimals, a character of a script without spaces, a word, a symbol (so that
 * "< 5 %" is not "> 5"), or three brackets and more, which are no punctuation.
 */
const WORD =
  /(?<![\p{L}\p{N}])-?\d+(?:\.\d+)?|\d+(?:\.\d+)?|[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]|(?:(?![\d\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}])[\p{L}\p{M}\p{N}])+|[%\u2030\p{Sm}\p{Sc}\p{So}]|[()[\]{}]{3,}/gu;

const BEYOND_ASCII = /[\u0080-\uffff]/;

const [NOTHING, LETTER, DIGIT, SYMBOL, BRACKET] = [0, 1, 2, 3, 4];

/** What an ASCII code of a lower-case text is part of. */
const KINDS = new Uint8Array(128).map((_, code) => {
  const char = String.fromCharCode(code);
  if (/[a-z]/.test(char)) return LETTER!;
  if (/\d/.test(char)) return DIGIT!;
  if (/[%+<=>|~$]/.test(char)) return SYMBOL!;
  return /[()[\]{}]/.test(char) ? BRACKET! : NOTHING!;
});

function kindAt(text: string, index: number): number {
  return index >= 0 && index < text.length ? KINDS[text.charCodeAt(index)]! : NOTHING!;
}

/** The first place from `start` on that is not of a kind. */
function endOf(kind: number, text: string, start: number): number {
  let end = start;
  while (kindAt(text, end) === kind) end++;
  return end;
}

/** Where a run of digits ends, with the groups of three that commas part from it. */
function endOfDigits(text: string, start: number): number {
  let end = endOf(DIGIT!, text, start);
  while (text[end] === "," && endOf(DIGIT!, text, end + 1) === end + 4) end += 4;
  return end;
}

/** The words that {@link WORD} finds, by a scan: in texts of ASCII most time would go into the pattern. */
function scanAscii(text: string): string[] {
  const words: string[] = [];
  for (let i = 0; i < text.length;) {
    const kind = KINDS[text.charCodeAt(i)]!;
    let end = i + 1;
    if (kind === LETTER) {
      end = endOf(LETTER, text, i);
      words.push(text.slice(i, end));
    } else if (kind === DIGIT) {
      end = endOfDigits(text, i);
      if (text[end] === "." && kindAt(text, end + 1) === DIGIT) end = endOfDigits(text, end + 1);
      const before = kindAt(text, i - 2);
      const isNegative = text[i - 1] === "-" && before !== LETTER && before !== DIGIT;
      const numeral = text.slice(isNegative ? i - 1 : i, end);
      words.push(numeral.includes(",") ? numeral.replaceAll(",", "") : numeral);
    } else if (kind === SYMBOL) words.push(text[i]!);
    else if (kind === BRACKET) {
      end = endOf(BRACKET, text, i);
      if (end - i >= 3) words.push(text.slice(i, end));
    }
    i = end;
  }
  return words;
}

/**
 * Lower-case words without punctuation. A number keeps its sign and decimal point and loses its thousands
 * separators; any other mark separates words, so "beta-blocker" is two. Symbols such as "<" and "%" are
 * words.
 *
 * @example
 * ```ts
 * import { textWords } from "@terse/rewards";
 * import { assertEquals } from "@std/assert";
 * assertEquals(textWords("The beta-blocker: 1,000.5 mg, BE -5."), [
 *   "the", "beta", "blocker", "1000.5", "mg", "be", "-5",
 * ]);
 * ```
 */
export const textWords: (text: string) => readonly string[] = rememberTwo((text) => {
  if (!BEYOND_ASCII.test(text)) return scanAscii(text.toLowerCase());
  return text.normalize("NFKC").replace(/\u2212/g, "-").toLowerCase()
    .replace(/(\d),(?=\d{3}(?!\d))/g, "$1")
    .match(WORD) ?? [];
});

/** {@link textWords} without articles, by which an option's text is recognised. */
export function normalizedWords(text: string): string[] {
  return textWords(text).filter((word) => !ARTICLES.has(word));
}
