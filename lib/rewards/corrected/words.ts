/**
 * Normalised words, by which texts are compared.
 *
 * @module
 */

const ARTICLES = new Set(["a", "an", "the"]);

/**
 * A number with its sign and decimals, a character of a script without spaces, a word, a symbol (so that
 * "< 5 %" is not "> 5"), or three brackets and more, which are no punctuation.
 */
const WORD =
  /(?<![\p{L}\p{N}])-?\d+(?:\.\d+)?|\d+(?:\.\d+)?|[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]|(?:(?![\d\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}])[\p{L}\p{M}\p{N}])+|[%\u2030\p{Sm}\p{Sc}\p{So}]|[()[\]{}]{3,}/gu;

/** As {@link WORD} for a text of ASCII alone, in which most words are; the same words, five times faster. */
const ASCII_WORD =
  /(?<![A-Za-z0-9])-?\d+(?:\.\d+)?|\d+(?:\.\d+)?|[A-Za-z]+|[%+<=>|~$]|[()[\]{}]{3,}/g;

const ASCII_ONLY = /^[\x00-\x7f]*$/;

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
export function textWords(text: string): string[] {
  const isAscii = ASCII_ONLY.test(text);
  const plain = isAscii ? text : text.normalize("NFKC").replace(/\u2212/g, "-");
  const joined = plain.includes(",") ? plain.replace(/(\d),(?=\d{3}(?!\d))/g, "$1") : plain;
  return joined.toLowerCase().match(isAscii ? ASCII_WORD : WORD) ?? [];
}

/** {@link textWords} without articles, by which an option's text is recognised. */
export function normalizedWords(text: string): string[] {
  return textWords(text).filter((word) => !ARTICLES.has(word));
}
