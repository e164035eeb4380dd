/**
 * Counter-based randomness: a number depends on what it is for, never on what was drawn before it.
 *
 * @module
 */

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/** High and low 32 bits of the 64-bit product of two unsigned 32-bit integers. */
function multiplyWide(a: number, b: number): [high: number, low: number] {
  const low = Math.imul(a, b) >>> 0;
  const a0 = a & 0xffff, a1 = a >>> 16, b0 = b & 0xffff, b1 = b >>> 16;
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const high = a1 * b1 + Math.floor((middle + a0 * b1) / 0x10000);
  return [high >>> 0, low];
}

/**
 * Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): four random
 * 32-bit words from a 128-bit counter and a 64-bit key.
 *
 * @example
 * ```ts
 * import { philox4x32 } from "@terse/data";
 * import { assertEquals } from "@std/assert";
 * // Known answer of the authors' Random123 library for an all-zero counter and key.
 * assertEquals(philox4x32([0, 0, 0, 0], [0, 0])[0], 0x6627e8d5);
 * ```
 */
export function philox4x32(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): [number, number, number, number] {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const [high0, low0] = multiplyWide(M0, c0 >>> 0);
    const [high1, low1] = multiplyWide(M1, c2 >>> 0);
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1, (high0 ^ c3 ^ k1) >>> 0, low0];
    k0 = (k0 + W0) >>> 0;
    k1 = (k1 + W1) >>> 0;
  }
  return [c0, c1, c2, c3];
}

const ID_START = 0x811c9dc5;

/**
 * FNV-1a over UTF-16 code units: spreads purposes and ids over 32 bits. An id in a {@link RandomKey}
 * stands for this number, so that rows of a table can be keyed without their texts.
 *
 * @param start The hash of a text that this one goes on from.
 */
export function hashKey(text: string, start: number = ID_START): number {
  let hash = start;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** What a random number is for: a purpose, the run's seed, and up to four counters or ids. */
export type RandomKey = readonly [purpose: string, seed: number, ...counters: (number | string)[]];

function words(key: RandomKey): [number, number, number, number] {
  const [purpose, seed, ...counters] = key;
  if (counters.length > 4) {
    throw new RangeError(`Cannot key randomness by more than 4 counters: ${counters.length} given`);
  }
  const counter: [number, number, number, number] = [0, 0, 0, 0];
  counters.forEach((value, i) => {
    counter[i] = typeof value === "number" ? value >>> 0 : hashKey(value);
  });
  return philox4x32(counter, [hashKey(purpose), seed >>> 0]);
}

/**
 * A uniform number in [0, 1) with 32 random bits, the same whenever the same key is asked for.
 *
 * @example
 * ```ts
 * import { uniform } from "@terse/data";
 * import { assertEquals } from "@std/assert";
 * assertEquals(uniform("budget", 7, "q-12"), uniform("budget", 7, "q-12"));
 * ```
 */
export function uniform(...key: RandomKey): number {
  return words(key)[0] / 0x100000000;
}

/** A uniform integer in [low, high], both ends included. */
export function uniformInteger(low: number, high: number, ...key: RandomKey): number {
  return low + Math.floor(uniform(...key) * (high - low + 1));
}

/** A permutation of 0 .. count-1 (Fisher-Yates), keyed; at most three counters beside the index. */
export function permutation(count: number, ...key: RandomKey): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = uniformInteger(0, i, ...key, i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
