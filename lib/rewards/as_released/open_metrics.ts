/**
 * The released metrics of free text.
 *
 * @module
 */
import { type Fraction01, fraction01, type Percent, percent } from "../scale.ts";
import { normalizeReleased } from "./normalize_word.ts";
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
  const words = splitPython(normalizeReleased(prediction));
  if (words.length === 0) return percent(0);
  const present = new Set(words);
  const found = Array.from(new Set(splitPython(normalizeReleased(reference))))
    .filter((word) => present.has(word)).length;
  return percent((found / words.length) * 100);
}

function countNgrams(words: readonly string[], n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + n <= words.length; i++) {
    const ngram = words.slice(i, i + n).join(" ");
    counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  }
  return counts;
}

function ngramScore(reference: readonly string[], candidate: readonly string[], n: number): number {
  const available = countNgrams(reference, n);
  let matches = 0;
  for (const [ngram, count] of countNgrams(candidate, n)) {
    matches += Math.min(count, available.get(ngram) ?? 0);
  }
  const total = Math.max(1, candidate.length - n + 1);
  const precision = (matches === 0 ? SMOOTHED_COUNT : matches) / total;
  const brevity = candidate.length > reference.length
    ? 1
    : Math.exp(1 - reference.length / candidate.length);
  return roundPython4(brevity * Math.exp(Math.log(precision)));
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
  const candidate = splitPython(prediction);
  const words = splitPython(reference);
  const known = new Set(words);
  if (!candidate.some((word) => known.has(word))) {
    return [fraction01(0), fraction01(0), fraction01(0)];
  }
  return [
    fraction01(ngramScore(words, candidate, 1)),
    fraction01(ngramScore(words, candidate, 2)),
    fraction01(ngramScore(words, candidate, 3)),
  ];
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
 * normalised words, times 100. Time is the product of the lengths, memory one row.
 *
 * @example
 * ```ts
 * import { rougeLScore } from "@terse/rewards";
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(Number(rougeLScore("iron in juice of oranges", "iron juice oranges")), 75, 1e-12);
 * ```
 */
export function rougeLScore(reference: string, prediction: string): Percent {
  const a = splitPython(normalizeReleased(reference));
  const b = splitPython(normalizeReleased(prediction));
  const row = Array<number>(b.length + 1).fill(0);
  for (const word of a) {
    let diagonal = 0;
    for (let j = 1; j <= b.length; j++) {
      const above = row[j]!;
      row[j] = b[j - 1] === word ? diagonal + 1 : Math.max(above, row[j - 1]!);
      diagonal = above;
    }
  }
  const common = row[b.length]!;
  if (common === 0) return percent(0);
  const precision = common / b.length;
  const recall = common / a.length;
  return percent(((2 * precision * recall) / (precision + recall)) * 100);
}
