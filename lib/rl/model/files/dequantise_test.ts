import { assertEquals } from "@std/assert";
import { TENSOR_TYPES } from "./dequantise.ts";

// float16 bits, low byte first: 0.5 is 3800, 2 is 4000, -1 is bc00.
const HALF = [0x00, 0x38], TWO = [0x00, 0x40], MINUS_ONE = [0x00, 0xbc];

function dequantise(type: number, bytes: readonly number[]): Float32Array {
  return TENSOR_TYPES.get(type)!.dequantise(Uint8Array.from(bytes));
}

/** 16 bytes whose byte i has low nibble i and high nibble 15 - i. */
const NIBBLES = Array.from({ length: 16 }, (_, i) => i | ((15 - i) << 4));
const low = (i: number) => i % 16, high = (i: number) => 15 - (i % 16);
/** The nibble of value i of a 32-value block: first all low ones, then all high ones. */
const nibble = (i: number) => i < 16 ? low(i) : high(i);
const values = (count: number, of: (i: number) => number) =>
  Float32Array.from({ length: count }, (_, i) => of(i));

Deno.test("F32, F16 and BF16 are widened", () => {
  assertEquals(dequantise(0, [0, 0, 0xc0, 0x3f]), Float32Array.of(1.5));
  assertEquals(dequantise(1, [...HALF, ...MINUS_ONE]), Float32Array.of(0.5, -1));
  assertEquals(dequantise(30, [0x80, 0x3f, 0x00, 0xc0]), Float32Array.of(1, -2));
});

Deno.test("Q4_0: d * (q - 8), low nibbles first, block after block", () => {
  const block = [...HALF, ...NIBBLES], other = [...TWO, ...Array(16).fill(0x98)];
  assertEquals(
    dequantise(2, [...block, ...other]),
    values(64, (i) => i < 32 ? 0.5 * (nibble(i) - 8) : i < 48 ? 0 : 2),
  );
});

Deno.test("Q4_1: d * q + m", () => {
  assertEquals(
    dequantise(3, [...HALF, ...MINUS_ONE, ...NIBBLES]),
    values(32, (i) => 0.5 * nibble(i) - 1),
  );
});

// Bits 0, 9, 16 and 31 of the word of fifth bits.
const FIFTHS = [0x01, 0x02, 0x01, 0x80];
const fifth = (i: number) => [0, 9, 16, 31].includes(i) ? 16 : 0;

Deno.test("Q5_0: d * (q - 16) with the fifth bits of a word", () => {
  assertEquals(
    dequantise(6, [...HALF, ...FIFTHS, ...NIBBLES]),
    values(32, (i) => 0.5 * (nibble(i) + fifth(i) - 16)),
  );
});

Deno.test("Q5_1: d * q + m with the fifth bits of a word", () => {
  assertEquals(
    dequantise(7, [...TWO, ...MINUS_ONE, ...FIFTHS, ...NIBBLES]),
    values(32, (i) => 2 * (nibble(i) + fifth(i)) - 1),
  );
});

Deno.test("Q8_0: d times signed bytes", () => {
  const bytes = Array.from({ length: 32 }, (_, i) => (i * 8 + 128) & 255);
  assertEquals(dequantise(8, [...HALF, ...bytes]), values(32, (i) => 0.5 * (i * 8 - 128)));
});

// Pairs 0..3: scale i + 1, minimum i + 10. Pairs 4..7: scale 16 * (i - 3) + i, minimum 48 + i, their
// upper two bits at the top of the first eight bytes.
const SCALES = [1, 2, 3, 4, 20, 37, 54, 7], MINIMA = [10, 11, 12, 13, 52, 53, 54, 55];
const PACKED_SCALES = [
  ...[0, 1, 2, 3].map((i) => SCALES[i]! | ((SCALES[i + 4]! >> 4) << 6)),
  ...[0, 1, 2, 3].map((i) => MINIMA[i]! | ((MINIMA[i + 4]! >> 4) << 6)),
  ...[0, 1, 2, 3].map((i) => (SCALES[i + 4]! & 15) | ((MINIMA[i + 4]! & 15) << 4)),
];
/** Four runs of 32 bytes: run r, byte i has low nibble (i + r) mod 16, high nibble (i + 2r + 5) mod 16. */
const K_NIBBLES = [0, 1, 2, 3].flatMap((r) =>
  Array.from({ length: 32 }, (_, i) => ((i + r) % 16) | (((i + 2 * r + 5) % 16) << 4))
);
function kNibble(value: number): number {
  const r = value >> 6, i = value % 32;
  return (value >> 5) % 2 === 0 ? (i + r) % 16 : (i + 2 * r + 5) % 16;
}

Deno.test("Q4_K: eight sub-blocks with 6-bit scales and minima", () => {
  assertEquals(
    dequantise(12, [...HALF, ...MINUS_ONE, ...PACKED_SCALES, ...K_NIBBLES]),
    values(256, (i) => 0.5 * SCALES[i >> 5]! * kNibble(i) + MINIMA[i >> 5]!),
  );
});

Deno.test("Q5_K: as Q4_K with bit j of byte i for value i of sub-block j", () => {
  const fifths = Array.from({ length: 32 }, (_, i) => (i * 37) & 255);
  const fifthBit = (i: number) => ((fifths[i % 32]! >> (i >> 5)) & 1) * 16;
  assertEquals(
    dequantise(13, [...TWO, ...HALF, ...PACKED_SCALES, ...fifths, ...K_NIBBLES]),
    values(256, (i) => 2 * SCALES[i >> 5]! * (kNibble(i) + fifthBit(i)) - 0.5 * MINIMA[i >> 5]!),
  );
});

Deno.test("Q6_K: 16 signed scales, nibbles and bit pairs in the order of ggml", () => {
  const lows = Array.from({ length: 128 }, (_, i) => (i * 7 + 3) & 255);
  const highs = Array.from({ length: 64 }, (_, i) => (i * 29 + 1) & 255);
  const scales = Array.from({ length: 16 }, (_, i) => (i - 8) & 255);
  const block = [...lows, ...highs, ...scales, ...HALF];
  // Each half of 128 values by its four quarters, written out: low byte, shift, shift of the bit pair.
  const expected = values(256, (i) => {
    const half = i >> 7, quarter = (i >> 5) & 3, within = i % 32;
    const [offset, shift] = ([[0, 0], [32, 0], [0, 4], [32, 4]] as const)[quarter]!;
    const nibble = (lows[half * 64 + offset + within]! >> shift) & 15;
    const pair = (highs[half * 32 + within]! >> (2 * quarter)) & 3;
    return 0.5 * ((i >> 4) - 8) * (nibble + 16 * pair - 32);
  });
  assertEquals(dequantise(14, block), expected);
});
