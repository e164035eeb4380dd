import { assertEquals } from "@std/assert";
import {
  float16Value,
  narrowBfloat16,
  narrowFloat16,
  widenBfloat16,
  widenFloat16,
} from "./float_formats.ts";

Deno.test("binary16 by hand: ones, ends of the range, subnormals, infinities, signed zero", () => {
  const expected: [number, number][] = [
    [0x0000, 0],
    [0x8000, -0],
    [0x3c00, 1],
    [0x3555, 1365 / 4096],
    [0x0001, 2 ** -24],
    [0x83ff, -1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x7bff, 65504],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
    [0x7e00, NaN],
  ];
  for (const [bits, value] of expected) assertEquals(float16Value(bits), value);
});

Deno.test("binary16 agrees with V8's DataView for all 65,536 values", () => {
  const bits = Uint16Array.from({ length: 0x10000 }, (_, i) => i);
  const view = new DataView(bits.buffer);
  const wide = widenFloat16(bits);
  const different = bits.filter((_, i) => !Object.is(wide[i], view.getFloat16(i * 2, true)));
  assertEquals([...different], []);
});

Deno.test("bfloat16 by hand: ones, subnormals, infinities, NaN", () => {
  const wide = widenBfloat16(
    Uint16Array.of(0x3f80, 0xc049, 0x0001, 0x7f80, 0xff80, 0x7fc0, 0x8000),
  );
  assertEquals([...wide], [1, -3.140625, 2 ** -133, Infinity, -Infinity, NaN, -0]);
});

/** The 16 bits whose value is nearest, of two equally near ones the even one: found by trying all. */
function nearestBits(value: number, valueOf: (bits: number) => number, infinity: number): number {
  let best = 0, distance = Infinity;
  for (let bits = 0; bits <= infinity; bits++) {
    // Infinity stands where the next finite number would.
    const there = bits === infinity ? 2 * valueOf(bits - 1) - valueOf(bits - 2) : valueOf(bits);
    const d = Math.abs(there - Math.abs(value));
    if (d < distance || (d === distance && bits % 2 === 0)) [best, distance] = [bits, d];
  }
  return value < 0 || Object.is(value, -0) ? best | 0x8000 : best;
}

const TRICKY = Float32Array.of(
  ...[0, -0, 1, -1, 1 + 2 ** -8, 1 + 3 * 2 ** -8, 1 + 2 ** -11, 1 + 3 * 2 ** -11, -1 / 3, 1e-45],
  ...[2 ** -24, 2 ** -25, 1.5 * 2 ** -25, 65_504, 65_519, 65_520, -70_000, 3.3895314e38, 3.4e38],
  ...[1 + 2 ** -8 + 2 ** -23, 1 + 2 ** -11 - 2 ** -23],
);

Deno.test("narrowing takes the nearest value, of two the even one", () => {
  const bfloat16 = (bits: number) => widenBfloat16(Uint16Array.of(bits))[0]!;
  assertEquals(
    [...narrowBfloat16(TRICKY)],
    [...TRICKY].map((value) => nearestBits(value, bfloat16, 0x7f80)),
  );
  assertEquals(
    [...narrowFloat16(TRICKY)],
    [...TRICKY].map((value) => nearestBits(value, float16Value, 0x7c00)),
  );
});

Deno.test("what has come from 16 bits goes back to the same bits; NaN stays NaN", () => {
  const all = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits);
  for (const [widen, narrow] of [[widenBfloat16, narrowBfloat16], [widenFloat16, narrowFloat16]]) {
    const wide = widen!(all as never) as unknown as Float32Array;
    const back = narrow!(wide as never) as Uint16Array<ArrayBuffer>;
    const again = widen!(back as never) as unknown as Float32Array;
    all.forEach((bits, i) => {
      if (Number.isNaN(wide[i])) assertEquals(again[i], NaN);
      else assertEquals(back[i], bits);
    });
  }
  // A view into a larger array: only its own values count.
  assertEquals([...narrowBfloat16(Float32Array.of(9, 1, -2, 9).subarray(1, 3))], [0x3f80, 0xc000]);
});
