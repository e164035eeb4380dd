import { assertEquals } from "@std/assert";
import { float16Value, widenBfloat16, widenFloat16 } from "./float_formats.ts";

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
