/**
 * Grading of free text.
 *
 * @module
 */
import { exactMatchScore } from "../as_released/open_metrics.ts";
import { type Fraction01, fraction01, type Percent } from "../scale.ts";
import { longestCommonLength } from "./longest_common.ts";
import { textWords } from "./words.ts";

/** References of at most this many words must be repeated whole. */
const SHORT_REFERENCE_WORDS = 3;

/** Orders of BLEU, as in Med-U1. */
const BLEU_ORDERS = [1, 2, 3] as const;

/** What nltk's smoothing method 1 puts in place of a count of 0 (Chen and Cherry, 2014). */
const SMOOTHED_COUNT = 0.1;

/** From this ROUGE-L on an answer in free text counts as right. */
export const DEFAULT_OPEN_THRESHOLD: Fraction01 = fraction01(0.8);

/** How an answer in free text compares with its reference; each name ends in its scale. */
export interface OpenTextScores {
  /** Share of the answer's words that the reference has, each as often as it stands. */
  readonly precisionFraction: Fraction01;
  /** Share of the reference's words that the answer has. */
  readonly recallFraction: Fraction01;
  /** Harmonic mean of precision and recall (SQuAD, arXiv 1606.05250). */
  readonly f1Fraction: Fraction01;
  /** ROUGE-L F1 (Lin, 2004); the one that grades, as it heeds the order of words. */
  readonly rougeLFraction: Fraction01;
  /**
   * Mean of the n-gram precisions for n from 1 to 3 (or the reference's length), each with BLEU's
   * brevity penalty (Papineni et al., 2002). Deviation from Med-U1: on normalised words, and no order
   * longer than the reference counts, so that a verbatim copy scores 1.
   */
  readonly bleuFraction: Fraction01;
  /** Med-U1's "exact match score" as released, to compare with its figures: a precision in percent. */
  readonly emsPercent: Percent;
}

function countWords(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

function countShared(reference: readonly string[], answer: readonly string[]): number {
  const left = countWords(reference);
  let shared = 0;
  for (const word of answer) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    shared++;
    left.set(word, count - 1);
  }
  return shared;
}

function listNgrams(words: readonly string[], n: number): string[] {
  return words.slice(n - 1).map((_, i) => words.slice(i, i + n).join(" "));
}

function bleu(reference: readonly string[], answer: readonly string[]): number {
  if (countShared(reference, answer) === 0) return 0;
  const brevity = Math.min(1, Math.exp(1 - reference.length / answer.length));
  const orders = BLEU_ORDERS.filter((n) => n <= reference.length);
  const precisions = orders.map((n) => {
    const ngrams = listNgrams(answer, n);
    const shared = countShared(listNgrams(reference, n), ngrams);
    return (shared === 0 ? SMOOTHED_COUNT : shared) / Math.max(1, ngrams.length);
  });
  return brevity * precisions.reduce((a, b) => a + b, 0) / orders.length;
}

/** F1 of `shared` words; texts without words agree if they are equal. */
function f1(shared: number, reference: Words, answer: Words): Fraction01 {
  const words = reference.words.length + answer.words.length;
  if (reference.words.length === 0 || answer.words.length === 0) {
    return fraction01(reference.text === answer.text ? 1 : 0);
  }
  return fraction01(2 * shared / words);
}

interface Words {
  readonly text: string;
  readonly words: readonly string[];
}

function readWords(text: string): Words {
  return { text: text.trim(), words: textWords(text) };
}

/**
 * All scores of an answer, to report; {@link rougeL} alone grades.
 *
 * @example
 * ```ts
 * import { fraction01, openTextScores } from "@terse/rewards";
 * import { assert, assertEquals } from "@std/assert";
 * const scores = openTextScores("Iron is absorbed in the gut.", "iron");
 * assertEquals([scores.precisionFraction, scores.emsPercent].map(Number), [1, 100]);
 * assert(scores.rougeLFraction < fraction01(0.3));
 * ```
 */
export function openTextScores(reference: string, answer: string): OpenTextScores {
  const [ours, theirs] = [readWords(answer), readWords(reference)];
  const isEqual = ours.text === theirs.text;
  const share = (words: readonly string[]) =>
    fraction01(words.length === 0 ? (isEqual ? 1 : 0) : shared / words.length);
  const shared = countShared(theirs.words, ours.words);
  return {
    precisionFraction: share(ours.words),
    recallFraction: share(theirs.words),
    f1Fraction: f1(shared, theirs, ours),
    rougeLFraction: rougeL(reference, answer),
    bleuFraction: fraction01(
      theirs.words.length === 0 && isEqual ? 1 : bleu(theirs.words, ours.words),
    ),
    emsPercent: exactMatchScore(reference, answer),
  };
}

/**
 * ROUGE-L F1 (Lin, 2004) of normalised words: the harmonic mean of precision and recall of the longest
 * common subsequence. It is 1 for a copy of the reference, whatever its case and punctuation, and below 1
 * if a word is left out, added, changed or moved. 0 if either text has no words, unless they are equal.
 *
 * @example
 * ```ts
 * import { rougeL } from "@terse/rewards";
 * import { assertEquals } from "@std/assert";
 * assertEquals(Number(rougeL("acute renal failure", "renal failure")), 0.8);
 * assertEquals(Number(rougeL("acute renal failure", "Acute renal failure.")), 1);
 * ```
 */
export function rougeL(reference: string, answer: string): Fraction01 {
  const [ours, theirs] = [readWords(answer), readWords(reference)];
  return f1(longestCommonLength(theirs.words, ours.words), theirs, ours);
}

/**
 * True if the answer counts as right: ROUGE-L at or above the threshold and, for a reference of at most 3
 * words, every one of its words. For accuracies and gates, which need a yes or no; the reward is graded, so
 * that a slightly shorter answer, though right, earns less than a complete one.
 *
 * Deviation from Med-U1 as released, whose score is a precision: there one word of the reference
 * earns full marks and a verbatim copy may not.
 */
export function isRightText(answer: string, reference: string, threshold: Fraction01): boolean {
  if (rougeL(reference, answer) < threshold) return false;
  const words = textWords(reference);
  return words.length > SHORT_REFERENCE_WORDS ||
    countShared(words, textWords(answer)) === words.length;
}
