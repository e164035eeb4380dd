/**
 * Sorting rows by 32-bit keys without an object for any row.
 *
 * @module
 */

const RADIX = 1 << 16;

/**
 * The rows in the order of their keys; rows of the same key stay in the order given.
 *
 * @param keys A key for each row.
 * @param rows The rows to sort.
 */
export function orderByKey(keys: Uint32Array, rows: Uint32Array): Uint32Array {
  const once = countingPass(keys, rows, 0);
  return countingPass(keys, once, 16);
}

function countingPass(keys: Uint32Array, rows: Uint32Array, shift: number): Uint32Array {
  const starts = new Uint32Array(RADIX + 1);
  for (let i = 0; i < rows.length; i++) starts[((keys[rows[i]!]! >>> shift) & 0xffff) + 1]!++;
  for (let digit = 0; digit < RADIX; digit++) starts[digit + 1]! += starts[digit]!;
  const sorted = new Uint32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const digit = (keys[rows[i]!]! >>> shift) & 0xffff;
    sorted[starts[digit]!++] = rows[i]!;
  }
  return sorted;
}
