/**
 * Length of the longest common subsequence.
 *
 * @module
 */

/** Bits of a machine word. */
const BITS = 32;

/**
 * Length of the longest common subsequence of two lists of words, 32 of the first list's words at a time
 * (Crochemore et al., 2001): the time is the product of the lengths by 32.
 *
 * @example
 * ```ts
 * import { longestCommonLength } from "@terse/rewards";
 * import { assertEquals } from "@std/assert";
 * assertEquals(longestCommonLength(["a", "b", "c", "d"], ["b", "x", "a", "c", "d"]), 3);
 * ```
 */
export function longestCommonLength(a: readonly string[], b: readonly string[]): number {
  const blocks = Math.ceil(a.length / BITS);
  const positions = new Map<string, Int32Array>();
  a.forEach((word, i) => {
    let mask = positions.get(word);
    if (mask === undefined) positions.set(word, mask = new Int32Array(blocks));
    mask[i >> 5]! |= 1 << (i & 31);
  });
  // A bit turns to 0 where the subsequence grows by the word at that place.
  const open = new Int32Array(blocks).fill(-1);
  for (const word of b) {
    const mask = positions.get(word);
    if (mask === undefined) continue;
    let carry = 0;
    for (let block = 0; block < blocks; block++) {
      const bits = open[block]!;
      const matched = bits & mask[block]!;
      const sum = (bits >>> 0) + (matched >>> 0) + carry;
      carry = sum > 0xffffffff ? 1 : 0;
      open[block] = sum | (bits & ~mask[block]!);
    }
  }
  let length = 0;
  for (let i = 0; i < a.length; i++) length += (open[i >> 5]! >>> (i & 31) & 1) ^ 1;
  return length;
}
