/**
 * Runs of words, hashed: what two texts share when one is copied into the other.
 *
 * @module
 */

import { hashUnits, mix32 } from "./hashing.ts";
import type { NormalText } from "./normal_text.ts";
import type { HashList } from "./shingles.ts";

const SPACE = 32;
const WORD_SEED = 0x811c9dc5;
const BASE = 0x5bd1e995;

/** Writes the hash of each word of a part, in order. */
export function wordHashes(text: NormalText, part: number, out: HashList): void {
  out.length = 0;
  const { units } = text;
  const end = text.ends[part]!;
  let start = text.starts[part]!;
  out.reserve(end - start);
  for (let i = start; i <= end; i++) {
    if (i < end && units[i] !== SPACE) continue;
    if (i > start) out.values[out.length++] = hashUnits(units, start, i, WORD_SEED);
    start = i + 1;
  }
}

/** Hashes of all runs of n words of a list, in order, repeats included; none if it has fewer words. */
export function writeGrams(words: HashList, n: number, out: HashList): void {
  out.reserve(words.length);
  let outgoing = 1;
  for (let i = 0; i < n; i++) outgoing = Math.imul(outgoing, BASE);
  let rolling = 0;
  for (let i = 0; i < words.length; i++) {
    rolling = (Math.imul(rolling, BASE) + words.values[i]!) | 0;
    if (i >= n) rolling = (rolling - Math.imul(words.values[i - n]!, outgoing)) | 0;
    if (i >= n - 1) out.values[out.length++] = mix32(rolling);
  }
}
