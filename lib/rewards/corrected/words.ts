/**
 * Normalised words, by which free text is compared.
 *
 * @module
 */

const ARTICLES = new Set(["a", "an", "the"]);

/**
 * Lower-case words without punctuation and articles. A number keeps its decimal point and loses its
 * thousands separators; any other mark separates words, so "beta-blocker" is two.
 *
 * @example
 * ```ts
 * import { normalizedWords } from "@terse/rewards";
 * import { assertEquals } from "@std/assert";
 * assertEquals(normalizedWords("The beta-blocker: 1,000.5 mg."), ["beta", "blocker", "1000.5", "mg"]);
 * ```
 */
export function normalizedWords(text: string): string[] {
  const words = text.normalize("NFKC").toLowerCase()
    .replace(/(\d),(?=\d{3}(?!\d))/g, "$1")
    .match(/\d+(?:\.\d+)?|(?:(?!\d)[\p{L}\p{M}\p{N}])+/gu) ?? [];
  return words.filter((word) => !ARTICLES.has(word));
}
