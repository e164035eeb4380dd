/**
 * Words as numbers, for scores that count words and n-grams again and again.
 *
 * @module
 */

/** Two texts in words, each word as its number in the reference's order of first use. */
export interface NumberedWords {
  readonly reference: Int32Array;
  /** -1 for words that the reference has not. */
  readonly candidate: Int32Array;
  /** Different words of the reference; numbers are below it. */
  readonly distinct: number;
}

/** Numbers the words of two texts. */
export function numberWords(
  reference: readonly string[],
  candidate: readonly string[],
): NumberedWords {
  const numbers = new Map<string, number>();
  const known = new Int32Array(reference.length);
  for (let i = 0; i < reference.length; i++) {
    const word = reference[i]!;
    let number = numbers.get(word);
    if (number === undefined) numbers.set(word, number = numbers.size);
    known[i] = number;
  }
  const found = new Int32Array(candidate.length);
  for (let i = 0; i < candidate.length; i++) found[i] = numbers.get(candidate[i]!) ?? -1;
  return { reference: known, candidate: found, distinct: numbers.size };
}

/** Adds the next word to n-grams: the numbers of those that end one word further on. */
function lengthenNgrams(ngrams: NumberedWords, words: NumberedWords): NumberedWords {
  const numbers = new Map<number, number>();
  const reference = new Int32Array(Math.max(0, ngrams.reference.length - 1));
  const candidate = new Int32Array(Math.max(0, ngrams.candidate.length - 1));
  const knownOffset = words.reference.length - reference.length;
  for (let i = 0; i < reference.length; i++) {
    const key = ngrams.reference[i]! * words.distinct + words.reference[i + knownOffset]!;
    let number = numbers.get(key);
    if (number === undefined) numbers.set(key, number = numbers.size);
    reference[i] = number;
  }
  const foundOffset = words.candidate.length - candidate.length;
  for (let i = 0; i < candidate.length; i++) {
    const before = ngrams.candidate[i]!;
    const word = words.candidate[i + foundOffset]!;
    candidate[i] = before < 0 || word < 0 ? -1 : numbers.get(before * words.distinct + word) ?? -1;
  }
  return { reference, candidate, distinct: numbers.size };
}

function countShared({ reference, candidate, distinct }: NumberedWords): number {
  const left = new Int32Array(distinct);
  for (let i = 0; i < reference.length; i++) left[reference[i]!]!++;
  let shared = 0;
  for (let i = 0; i < candidate.length; i++) {
    const number = candidate[i]!;
    if (number >= 0 && left[number]! > 0) {
      left[number]!--;
      shared++;
    }
  }
  return shared;
}

/**
 * Shared n-grams for n from 1 to `most`, each counted at most as often as it stands in either text.
 *
 * @example
 * ```ts
 * import { numberWords, sharedNgrams } from "@terse/rewards";
 * import { assertEquals } from "@std/assert";
 * const words = numberWords(["low", "iron", "level"], ["low", "iron", "low"]);
 * assertEquals(sharedNgrams(words, 3), [2, 1, 0]);
 * ```
 */
export function sharedNgrams(words: NumberedWords, most: number): number[] {
  const counts: number[] = [];
  let ngrams = words;
  for (let n = 1; n <= most; n++) {
    if (n > 1) ngrams = lengthenNgrams(ngrams, words);
    counts.push(countShared(ngrams));
  }
  return counts;
}

/** Bits of a machine word. */
const BITS = 32;

/**
 * Length of the longest common subsequence, 32 of the reference's words at a time (Crochemore et al.,
 * 2001): the time is the product of the lengths by 32.
 *
 * @example
 * ```ts
 * import { longestCommonLength, numberWords } from "@terse/rewards";
 * import { assertEquals } from "@std/assert";
 * assertEquals(longestCommonLength(numberWords(["a", "b", "c", "d"], ["b", "x", "a", "c", "d"])), 3);
 * ```
 */
export function longestCommonLength({ reference, candidate, distinct }: NumberedWords): number {
  const blocks = Math.ceil(reference.length / BITS);
  const places = new Int32Array(distinct * blocks);
  for (let i = 0; i < reference.length; i++) {
    places[reference[i]! * blocks + (i >> 5)]! |= 1 << (i & 31);
  }
  // A bit turns to 0 where the subsequence grows by the word at that place.
  const open = new Int32Array(blocks).fill(-1);
  for (let j = 0; j < candidate.length; j++) {
    const number = candidate[j]!;
    if (number < 0) continue;
    let carry = 0;
    for (let block = 0; block < blocks; block++) {
      const bits = open[block]!;
      const place = places[number * blocks + block]!;
      const sum = (bits >>> 0) + ((bits & place) >>> 0) + carry;
      carry = sum > 0xffffffff ? 1 : 0;
      open[block] = sum | (bits & ~place);
    }
  }
  let length = 0;
  for (let i = 0; i < reference.length; i++) length += (open[i >> 5]! >>> (i & 31) & 1) ^ 1;
  return length;
}
