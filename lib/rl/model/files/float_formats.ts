/**
 * 16-bit floating-point formats: widened to float32 without loss, and float32 narrowed to them.
 *
 * @module
 */

/**
 * The value of an IEEE 754 binary16 number, given as its 16 bits; subnormals, infinities and NaN
 * included.
 *
 * @example
 * ```ts
 * import { float16Value } from "@terse/rl";
 * import { assertEquals } from "@std/assert";
 * assertEquals(float16Value(0xc000), -2);
 * assertEquals(float16Value(0x0001), 2 ** -24);
 * ```
 */
export function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

let table: Float32Array | null = null;

/** float32 values by binary16 bits, built at first use: 256 KiB, about 10 times faster than arithmetic. */
export function float16Table(): Float32Array {
  table ??= Float32Array.from({ length: 0x10000 }, (_, bits) => float16Value(bits));
  return table;
}

/** Widens binary16 numbers; `bits` holds one number an element. */
export function widenFloat16(bits: Uint16Array): Float32Array<ArrayBuffer> {
  const values = float16Table();
  const wide = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) wide[i] = values[bits[i]!]!;
  return wide;
}

/** Widens bfloat16 numbers (the upper half of a float32); `bits` holds one number an element. */
export function widenBfloat16(bits: Uint16Array): Float32Array<ArrayBuffer> {
  const wide = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) wide[i] = bits[i]! << 16;
  return new Float32Array(wide.buffer);
}

/**
 * Narrows to bfloat16, to the nearest value and of two equally near ones to the even one, as PyTorch does.
 *
 * @example
 * ```ts
 * import { narrowBfloat16 } from "@terse/rl";
 * import { assertEquals } from "@std/assert";
 * // 1 + 2^-8 lies between 1 (3f80, even) and 1 + 2^-7 (3f81).
 * assertEquals([...narrowBfloat16(Float32Array.of(1 + 2 ** -8))], [0x3f80]);
 * ```
 */
export function narrowBfloat16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const wide = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const bits = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) {
    const w = wide[i]!;
    // Rounding a NaN could carry it over into infinity.
    const isNaN = (w & 0x7fffffff) > 0x7f800000;
    bits[i] = isNaN ? w >>> 16 | 0x40 : (w + 0x7fff + (w >>> 16 & 1)) >>> 16;
  }
  return bits;
}

/** Narrows to binary16 in the same way; beyond 65,504 lies infinity. */
export function narrowFloat16(values: Float32Array): Uint16Array<ArrayBuffer> {
  return new Uint16Array(new Float16Array(values).buffer);
}
