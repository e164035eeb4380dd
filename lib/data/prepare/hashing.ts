/**
 * 32-bit hashes of normal texts, for tables and sketches; never for security.
 *
 * @module
 */

import type { NormalText } from "./normal_text.ts";

/** MurmurHash3's finaliser: every bit of the input changes half of the output's bits. */
export function mix32(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** FNV-1a over code units, mixed; different starts give independent hashes. */
export function hashUnits(units: Uint16Array, start: number, end: number, seed: number): number {
  let hash = seed;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ units[i]!, 0x01000193);
  return mix32(hash);
}

/** Two independent hashes of 32 bits each. */
export type Hash64 = readonly [high: number, low: number];

const HIGH_SEED = 0x811c9dc5;
const LOW_SEED = 0x3c6ef372;

function add(sum: number, hash: number): number {
  return (sum + hash) >>> 0;
}

/**
 * Hash of a whole question: the first `ordered` parts where they stand, the others (options) in any
 * order.
 */
export function hashParts(text: NormalText, ordered: number): Hash64 {
  let high = 0, low = 0;
  for (let part = 0; part < text.starts.length; part++) {
    const place = part < ordered ? part : ordered;
    const start = text.starts[part]!, end = text.ends[part]!;
    high = add(high, mix32(hashUnits(text.units, start, end, HIGH_SEED) ^ (place + 1)));
    low = add(low, mix32(hashUnits(text.units, start, end, LOW_SEED) ^ (place + 1)));
  }
  return [high, low];
}

/** Hash of the numbers in the parts: in their order within a part; options in any order. */
export function hashNumbers(text: NormalText, ordered: number): number {
  let sum = 0;
  for (let part = 0; part < text.starts.length; part++) {
    const { units } = text;
    const end = text.ends[part]!;
    let hash = Math.min(part, ordered) + 1;
    let isInside = false;
    for (let i = text.starts[part]!; i < end; i++) {
      const unit = units[i]!;
      // Digits, the point within a number and the sign before one.
      const isNumber = (unit >= 48 && unit <= 57) || unit === 46 || unit === 45;
      if (isNumber) hash = Math.imul(hash ^ unit, 0x01000193);
      else if (isInside) hash = mix32(hash);
      isInside = isNumber;
    }
    sum = add(sum, mix32(hash));
  }
  return sum;
}
