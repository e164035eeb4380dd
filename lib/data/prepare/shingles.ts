/**
 * What near-duplicates have in common: runs of five characters of the normal text.
 *
 * @module
 */

import { hashUnits, mix32 } from "./hashing.ts";
import type { NormalText } from "./normal_text.ts";

/** Characters in a shingle. */
export const SHINGLE_UNITS = 5;

const BASE = 0x01000193;
const SEED = 0x9e3779b9;

function power(base: number, exponent: number): number {
  let result = 1;
  for (let i = 0; i < exponent; i++) result = Math.imul(result, base);
  return result;
}

const OUTGOING = power(BASE, SHINGLE_UNITS);

/** A list of numbers that grows and is used again. */
export class HashList {
  values: Uint32Array = new Uint32Array(4096);
  length = 0;

  /** Makes room for so many more. */
  reserve(more: number): void {
    if (this.length + more <= this.values.length) return;
    const larger = new Uint32Array(2 * (this.length + more));
    larger.set(this.values.subarray(0, this.length));
    this.values = larger;
  }
}

/**
 * Writes the hashes of all shingles of all parts, repeats included; none crosses from one part to the
 * next, so that the order of options does not matter. A part with fewer characters is one shingle.
 */
export function shingleHashes(text: NormalText, out: HashList): void {
  out.length = 0;
  const { units } = text;
  for (let part = 0; part < text.starts.length; part++) {
    const start = text.starts[part]!, end = text.ends[part]!;
    if (end === start) continue;
    out.reserve(end - start);
    const { values } = out;
    let at = out.length;
    if (end - start <= SHINGLE_UNITS) {
      values[at++] = hashUnits(units, start, end, SEED);
    } else {
      let rolling = 0;
      for (let i = start; i < start + SHINGLE_UNITS; i++) {
        rolling = (Math.imul(rolling, BASE) + units[i]!) | 0;
      }
      values[at++] = mix32(rolling ^ SEED);
      for (let i = start + SHINGLE_UNITS; i < end; i++) {
        rolling = (Math.imul(rolling, BASE) + units[i]! -
          Math.imul(units[i - SHINGLE_UNITS]!, OUTGOING)) | 0;
        values[at++] = mix32(rolling ^ SEED);
      }
    }
    out.length = at;
  }
}

/** The different values of a list, in rising order. */
export function sortedSet(list: HashList): Uint32Array {
  const sorted = list.values.slice(0, list.length).sort();
  let count = 0;
  for (let i = 0; i < sorted.length; i++) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[count++] = sorted[i]!;
  }
  return sorted.slice(0, count);
}

/**
 * Jaccard similarity of two sets: what they share over what either has; 1 for two empty ones.
 *
 * @param a Different numbers in rising order.
 * @param b Likewise.
 */
export function jaccard(a: Uint32Array, b: Uint32Array): number {
  let shared = 0, i = 0, j = 0;
  while (i < a.length && j < b.length) {
    const left = a[i]!, right = b[j]!;
    if (left === right) shared++;
    if (left <= right) i++;
    if (right <= left) j++;
  }
  const either = a.length + b.length - shared;
  return either === 0 ? 1 : shared / either;
}
