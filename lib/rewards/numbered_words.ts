/**
 * Words as numbers, for scores that count words and n-grams again and again.
 *
 * @module
 */

/** Two texts in words, each word as its number in the reference's order of first use. */
export interface NumberedWords {
  readonly reference: readonly number[];
  /** -1 for words that the reference has not. */
  readonly candidate: readonly number[];
  /** Different words of the reference; numbers are below it. */
  readonly distinct: number;
}

/** Numbers the words of two texts. */
export function numberWords(
  reference: readonly string[],
  candidate: readonly string[],
): NumberedWords {
  const numbers = new Map<string, number>();
  const known: number[] = [];
  for (const word of reference) {
    let number = numbers.get(word);
    if (number === undefined) numbers.set(word, number = numbers.size);
    known.push(number);
  }
  const found: number[] = [];
  for (const word of candidate) found.push(numbers.get(word) ?? -1);
  return { reference: known, candidate: found, distinct: numbers.size };
}

// Plain arrays: to allocate a typed array takes longer than to fill one of a hundred words.
const zeros = (count: number): number[] => Array<number>(count).fill(0);

/** Numbers pairs of numbers in order of first use: a hash table with open addresses. */
class PairNumbers {
  readonly #mask: number;
  readonly #slots: number[];
  readonly #pairs: number[] = [];
  /** Pairs numbered so far. */
  count = 0;

  /** Takes how many pairs there can be at most. */
  constructor(most: number) {
    this.#mask = (1 << (33 - Math.clz32(most))) - 1;
    this.#slots = zeros(this.#mask + 1);
  }

  /** The slot that holds the pair, or the empty one where it belongs. */
  #slotOf(first: number, second: number): number {
    let slot = (Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b)) >>> 7 & this.#mask;
    for (;;) {
      const index = 2 * (this.#slots[slot]! - 1);
      if (index < 0) return slot;
      if (this.#pairs[index] === first && this.#pairs[index + 1] === second) return slot;
      slot = slot + 1 & this.#mask;
    }
  }

  /** The pair's number, a new one if it has none. */
  add(first: number, second: number): number {
    const slot = this.#slotOf(first, second);
    if (this.#slots[slot] === 0) {
      this.#pairs.push(first, second);
      this.#slots[slot] = ++this.count;
    }
    return this.#slots[slot]! - 1;
  }

  /** The pair's number, or -1. */
  find(first: number, second: number): number {
    return this.#slots[this.#slotOf(first, second)]! - 1;
  }
}

/** Adds the next word to n-grams: the numbers of those that end one word further on. */
function lengthenNgrams(ngrams: NumberedWords, words: NumberedWords): NumberedWords {
  const reference: number[] = [];
  const candidate: number[] = [];
  const pairs = new PairNumbers(ngrams.reference.length);
  const knownOffset = words.reference.length - ngrams.reference.length + 1;
  for (let i = 0; i + knownOffset < words.reference.length; i++) {
    reference.push(pairs.add(ngrams.reference[i]!, words.reference[i + knownOffset]!));
  }
  const foundOffset = words.candidate.length - ngrams.candidate.length + 1;
  for (let i = 0; i + foundOffset < words.candidate.length; i++) {
    const before = ngrams.candidate[i]!;
    const word = words.candidate[i + foundOffset]!;
    candidate.push(before < 0 || word < 0 ? -1 : pairs.find(before, word));
  }
  return { reference, candidate, distinct: pairs.count };
}

function countShared({ reference, candidate, distinct }: NumberedWords): number {
  const left = zeros(distinct);
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
  const places = zeros(distinct * blocks);
  for (let i = 0; i < reference.length; i++) {
    places[reference[i]! * blocks + (i >> 5)]! |= 1 << (i & 31);
  }
  // A bit turns to 0 where the subsequence grows by the word at that place.
  const open = zeros(blocks).fill(-1);
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
