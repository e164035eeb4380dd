/**
 * Grading of free text.
 *
 * @module
 */
import { type Fraction01, fraction01 } from "../scale.ts";
import { normalizedWords } from "./words.ts";

/** References of at most this many words must be repeated whole. */
const SHORT_REFERENCE_WORDS = 3;

/** From this token F1 on an answer in free text is right. */
export const DEFAULT_OPEN_THRESHOLD: Fraction01 = fraction01(0.8);

function countShared(a: readonly string[], b: readonly string[]): number {
  const left = new Map<string, number>();
  for (const word of a) left.set(word, (left.get(word) ?? 0) + 1);
  let shared = 0;
  for (const word of b) {
    const count = left.get(word) ?? 0;
    if (count > 0) {
      shared++;
      left.set(word, count - 1);
    }
  }
  return shared;
}

/**
 * Token F1 between two texts' normalised words, each word counted as often as it stands: the
 * harmonic mean of precision and recall (SQuAD, arXiv 1606.05250). 0 if either has no words, unless
 * the texts are equal.
 *
 * @example
 * ```ts
 * import { tokenF1 } from "@terse/rewards";
 * import { assertEquals } from "@std/assert";
 * assertEquals(tokenF1("acute renal failure", "renal failure"), 0.8);
 * ```
 */
export function tokenF1(reference: string, answer: string): Fraction01 {
  const referenceWords = normalizedWords(reference);
  const answerWords = normalizedWords(answer);
  const words = referenceWords.length + answerWords.length;
  if (referenceWords.length === 0 || answerWords.length === 0) {
    return fraction01(reference.trim() === answer.trim() ? 1 : 0);
  }
  return fraction01(2 * countShared(referenceWords, answerWords) / words);
}

/**
 * True if the answer says what the reference says: token F1 at or above the threshold and, for a
 * reference of at most 3 words, every one of its words. Word order is not looked at, so an answer
 * that only swaps words passes.
 *
 * Deviation from Med-U1 as released, whose score is a precision: there one word of the reference
 * earns full marks and a verbatim copy may not.
 */
export function isRightText(answer: string, reference: string, threshold: Fraction01): boolean {
  if (tokenF1(reference, answer) < threshold) return false;
  const words = normalizedWords(reference);
  return words.length > SHORT_REFERENCE_WORDS ||
    countShared(normalizedWords(answer), words) === words.length;
}
