/**
 * MinHash sketches: a short list of numbers in which two sets agree as often as they are similar.
 *
 * @module
 */

import { mix32 } from "./hashing.ts";
import type { HashList } from "./shingles.ts";

/** Keys for each text; two texts are compared if they agree in one. */
export const BANDS = 21;

/** Numbers of the sketch that make a key. */
export const ROWS_PER_BAND = 6;

/** Numbers in a sketch. */
export const SKETCH_LENGTH: number = BANDS * ROWS_PER_BAND;

/** Odd multipliers and offsets of the rounds' hash functions. */
const ROUNDS = 2 * SKETCH_LENGTH;
const MULTIPLIERS = Int32Array.from({ length: ROUNDS }, (_, i) => mix32(2 * i + 1) | 1);
const OFFSETS = Int32Array.from({ length: ROUNDS }, (_, i) => mix32(0x51ed270b + i) | 0);

/**
 * Sketches sets by fast similarity sketching (Dahlgaard, Knudsen, Thorup, 2017, arXiv 1704.04370): in
 * each round every element falls into one bin, and each bin keeps the least value of the first round
 * that fills it; in rounds from the sketch's length on, all fall into one bin after the other. Bins are
 * filled after a few rounds, where MinHash as first published hashes every element once for every number
 * of the sketch. Deviation: hashes are multiply-add with MurmurHash3's finaliser, not mixed tabulation.
 */
export class Sketcher {
  /** The sketch of the set given last. */
  readonly sketch: Uint32Array = new Uint32Array(SKETCH_LENGTH);
  readonly #isFilled = new Uint8Array(SKETCH_LENGTH);

  /** Sketches a set; elements may be repeated. An empty set has the sketch of zeros. */
  take({ values, length }: HashList): void {
    const { sketch } = this;
    const isFilled = this.#isFilled;
    sketch.fill(0);
    isFilled.fill(0);
    if (length === 0) return;
    let unfilled = SKETCH_LENGTH;
    for (let round = 0; round < ROUNDS && unfilled > 0; round++) {
      const multiplier = MULTIPLIERS[round]!, offset = OFFSETS[round]!;
      const forcedBin = round - SKETCH_LENGTH;
      // 1 = filled in an earlier round; 2 = in this one.
      for (let i = 0; i < length; i++) {
        let h = (Math.imul(values[i]!, multiplier) + offset) | 0;
        h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
        h ^= h >>> 13;
        const bin = forcedBin >= 0 ? forcedBin : ((h >>> 16) * SKETCH_LENGTH) >>> 16;
        const state = isFilled[bin]!;
        if (state === 1) continue;
        const value = Math.imul(h, 0xc2b2ae35) >>> 0;
        if (state === 0) {
          isFilled[bin] = 2;
          sketch[bin] = value;
          unfilled--;
        } else if (value < sketch[bin]!) sketch[bin] = value;
      }
      for (let bin = 0; bin < SKETCH_LENGTH; bin++) {
        if (isFilled[bin] !== 2) continue;
        isFilled[bin] = 1;
        // Equal values of different rounds are no agreement.
        sketch[bin] = mix32(sketch[bin]! + round);
      }
    }
  }

  /**
   * Writes a key for each band at `at`, `at + stride`, and on.
   *
   * @param guard Texts with different guards never get the same key but by chance.
   */
  writeKeys(guard: number, out: Uint32Array, at: number, stride: number): void {
    for (let band = 0; band < BANDS; band++) {
      let key = guard ^ Math.imul(band + 1, 0x9e3779b9);
      for (let row = 0; row < ROWS_PER_BAND; row++) {
        key = Math.imul(key ^ this.sketch[band * ROWS_PER_BAND + row]!, 0x01000193);
        key ^= key >>> 15;
      }
      out[at + band * stride] = mix32(key);
    }
  }
}
