/**
 * Grading of free text.
 *
 * @module
 */
import { exactMatchScore } from "../as_released/open_metrics.ts";
import { type Fraction01, fraction01, type Percent } from "../scale.ts";
import {
  longestCommonLength,
  type NumberedWords,
  numberWords,
  sharedNgrams,
} from "../numbered_words.ts";
import { textWords } from "./words.ts";

/** References of at most this many words must be repeated whole. */
const SHORT_REFERENCE_WORDS = 3;

/** Longest n-grams of BLEU, as in Med-U1. */
const BLEU_ORDER = 3;

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

/** Two texts and their words. */
interface ComparedTexts {
  readonly areEqual: boolean;
  readonly words: NumberedWords;
}

function compareTexts(reference: string, answer: string): ComparedTexts {
  return {
    areEqual: reference.trim() === answer.trim(),
    words: numberWords(textWords(reference), textWords(answer)),
  };
}

/** A share of words; of a text without words 1 if the texts are equal, else 0. */
function shareOf(count: number, words: number, { areEqual }: ComparedTexts): Fraction01 {
  if (words === 0) return fraction01(areEqual ? 1 : 0);
  return fraction01(count / words);
}

/** F1 of `shared` words; texts without words agree if they are equal. */
function f1(shared: number, texts: ComparedTexts): Fraction01 {
  const { reference, candidate } = texts.words;
  const isEmpty = reference.length === 0 || candidate.length === 0;
  return shareOf(2 * shared, isEmpty ? 0 : reference.length + candidate.length, texts);
}

function bleu(shared: readonly number[], texts: ComparedTexts): Fraction01 {
  const { reference, candidate } = texts.words;
  if (reference.length === 0) return shareOf(0, 0, texts);
  if (shared[0] === 0) return fraction01(0);
  const brevity = Math.min(1, Math.exp(1 - reference.length / candidate.length));
  const precisions = shared.slice(0, reference.length).map((count, i) =>
    (count || SMOOTHED_COUNT) / Math.max(1, candidate.length - i)
  );
  return fraction01(brevity * precisions.reduce((a, b) => a + b, 0) / precisions.length);
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
  const texts = compareTexts(reference, answer);
  const shared = sharedNgrams(texts.words, BLEU_ORDER);
  const words = shared[0]!;
  return {
    precisionFraction: shareOf(words, texts.words.candidate.length, texts),
    recallFraction: shareOf(words, texts.words.reference.length, texts),
    f1Fraction: f1(words, texts),
    rougeLFraction: f1(longestCommonLength(texts.words), texts),
    bleuFraction: bleu(shared, texts),
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
  const texts = compareTexts(reference, answer);
  return f1(longestCommonLength(texts.words), texts);
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
  const texts = compareTexts(reference, answer);
  if (f1(longestCommonLength(texts.words), texts) < threshold) return false;
  const { length } = texts.words.reference;
  return length > SHORT_REFERENCE_WORDS || sharedNgrams(texts.words, 1)[0] === length;
}
