/**
 * The released metrics of free text.
 *
 * @module
 */
import { type Fraction01, fraction01, type Percent, percent } from "../scale.ts";
import { longestCommonLength, numberWords, sharedNgrams } from "../numbered_words.ts";
import { releasedWords } from "./normalize_word.ts";
import { roundPython4, splitPython } from "./python_text.ts";

/** What nltk's smoothing method 1 puts in place of a count of 0 (Chen and Cherry, 2014). */
const SMOOTHED_COUNT = 0.1;

/**
 * Distinct reference words found in the prediction, by all words of the prediction, times 100
 * (medical_score.py, lines 70-88). 0 if the prediction normalises to nothing.
 *
 * Although the paper calls it an exact match, it is a precision: one right word scores 100.
 *
 * @example
 * ```ts
 * import { exactMatchScore } from "@terse/rewards";
 * import { assertEquals } from "@std/assert";
 * assertEquals(Number(exactMatchScore("Iron is absorbed.", "iron")), 100);
 * assertEquals(Number(exactMatchScore("Iron is absorbed.", "iron iron")), 50);
 * ```
 */
export function exactMatchScore(reference: string, prediction: string): Percent {
  const words = releasedWords(prediction);
  if (words.length === 0) return percent(0);
  const missing = new Set(releasedWords(reference));
  const distinct = missing.size;
  for (const word of words) missing.delete(word);
  return percent(((distinct - missing.size) / words.length) * 100);
}

/**
 * BLEU of one, two and three words apart, each with its brevity penalty (Papineni et al., 2002) and
 * nltk's smoothing method 1, rounded to 4 decimals (medical_score.py, lines 34-55). Words are those
 * of the raw texts, case kept. All are 0 if not one word matches.
 */
export function bleuNgramScores(
  reference: string,
  prediction: string,
): readonly [Fraction01, Fraction01, Fraction01] {
  const words = numberWords(splitPython(reference), splitPython(prediction));
  const { length } = words.candidate;
  const shared = sharedNgrams(words, 3);
  if (shared[0] === 0) return [fraction01(0), fraction01(0), fraction01(0)];
  const brevity = length > words.reference.length
    ? 1
    : Math.exp(1 - words.reference.length / length);
  const score = (n: 1 | 2 | 3) => {
    const precision = (shared[n - 1] || SMOOTHED_COUNT) / Math.max(1, length - n + 1);
    return fraction01(roundPython4(brevity * Math.exp(Math.log(precision))));
  };
  return [score(1), score(2), score(3)];
}

/** Mean of {@link bleuNgramScores}. */
export function bleuScore(reference: string, prediction: string): Fraction01 {
  const [one, two, three] = bleuNgramScores(reference, prediction);
  return fraction01((Number(one) + Number(two) + Number(three)) / 3);
}

/**
 * Half the exact match (0 to 100) plus half the BLEU (0 to 1), as released: between 0 and 50.5, so
 * that BLEU hardly counts.
 */
export function mergeScore(reference: string, prediction: string): number {
  return 0.5 * Number(exactMatchScore(reference, prediction)) +
    0.5 * Number(bleuScore(reference, prediction));
}

/**
 * Rouge-L (Lin, 2004): harmonic mean of precision and recall of the longest common subsequence of
 * normalised words, times 100.
 *
 * @example
 * ```ts
 * import { rougeLScore } from "@terse/rewards";
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(Number(rougeLScore("iron in juice of oranges", "iron juice oranges")), 75, 1e-12);
 * ```
 */
export function rougeLScore(reference: string, prediction: string): Percent {
  const a = releasedWords(reference);
  const b = releasedWords(prediction);
  const common = longestCommonLength(numberWords(a, b));
  if (common === 0) return percent(0);
  const precision = common / b.length;
  const recall = common / a.length;
  return percent(((2 * precision * recall) / (precision + recall)) * 100);
}
