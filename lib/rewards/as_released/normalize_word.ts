/**
 * The released code's normalisation of free text, quirks included.
 *
 * @module
 */
import { CONTRACTIONS } from "./contractions.ts";
import { splitPython } from "./python_text.ts";

const MARKS = Array.from(';/[]"{}()=+\\_-><@`,?!');
const NUMERALS = new Map(
  ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    .map((word, value) => [word, String(value)] as const),
).set("none", "0");
const ARTICLES = new Set(["a", "an", "the"]);

/** The released code passes a flag where the count of replacements belongs; the flag's value is 32. */
const PERIODS_REMOVED = 32;

/**
 * Normalises a text as the released code does (utils.py, lines 178-199): marks become nothing where
 * a space stands beside one of them anywhere, or where a comma stands between digits anywhere in the
 * text, and else a space; only the first 32 periods not before a digit are removed; words are
 * lower-cased, small numerals become digits, articles go, contractions get their apostrophes back,
 * commas go.
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
  const joinsAll = /\p{Nd},\p{Nd}/u.test(text);
  let marked = text;
  for (const mark of MARKS) {
    const joins = joinsAll || text.includes(`${mark} `) || text.includes(` ${mark}`);
    marked = marked.replaceAll(mark, joins ? "" : " ");
  }
  let removed = 0;
  const unpointed = marked.replace(
    /\.(?!\p{Nd})/gu,
    (period) => removed++ < PERIODS_REMOVED ? "" : period,
  );
  return splitPython(unpointed.toLowerCase())
    .map((word) => NUMERALS.get(word) ?? word)
    .filter((word) => !ARTICLES.has(word))
    .map((word) => CONTRACTIONS.get(word) ?? word)
    .join(" ")
    .replaceAll(",", "");
}
