import { assert, assertEquals, assertLess, assertNotEquals, assertThrows } from "@std/assert";
import { permutation, philox4x32, uniform, uniformInteger } from "./random.ts";

// Known answers of Random123, the authors' library (kat_vectors, philox4x32 with 10 rounds).
Deno.test("philox4x32 gives the published words for zeros, ones and digits of pi", () => {
  const ones = 0xffffffff;
  assertEquals(philox4x32([0, 0, 0, 0], [0, 0]), [
    0x6627e8d5,
    0xe169c58d,
    0xbc57ac4c,
    0x9b00dbd8,
  ]);
  assertEquals(philox4x32([ones, ones, ones, ones], [ones, ones]), [
    0x408f276d,
    0x41c83b0e,
    0xa20bc7c6,
    0x6d5451fd,
  ]);
  assertEquals(
    philox4x32([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]),
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  );
});

Deno.test("uniform fills [0, 1) evenly: chi-squared over 64 bins", () => {
  const bins = new Array<number>(64).fill(0);
  const draws = 64_000;
  for (let i = 0; i < draws; i++) {
    const value = uniform("test", 1, i);
    assert(value >= 0 && value < 1);
    bins[Math.floor(value * 64)]!++;
  }
  const expected = draws / 64;
  const chiSquared = bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  // 63 degrees of freedom: 99.9 % of samples lie below 103.4.
  assertLess(chiSquared, 103.4);
});

Deno.test("uniform is even over text ids that differ in the last character only", () => {
  let sum = 0;
  for (let i = 0; i < 10_000; i++) sum += uniform("split", 3, `test-${String(i).padStart(5, "0")}`);
  // Standard error of the mean of 10,000 draws is 0.0029.
  assertLess(Math.abs(sum / 10_000 - 0.5), 0.0116);
});

Deno.test("uniform does not depend on the order of calls", () => {
  const keys = [4, 1, 3, 0, 2];
  const forward = keys.map((key) => uniform("order", 9, key, "x"));
  const backward = [...keys].reverse().map((key) => uniform("order", 9, key, "x"));
  assertEquals(backward.reverse(), forward);
});

Deno.test("uniform changes with purpose, seed and each counter", () => {
  const values = [
    uniform("a", 1, 1, 1, 1, 1),
    uniform("b", 1, 1, 1, 1, 1),
    uniform("a", 2, 1, 1, 1, 1),
    uniform("a", 1, 2, 1, 1, 1),
    uniform("a", 1, 1, 2, 1, 1),
    uniform("a", 1, 1, 1, 2, 1),
    uniform("a", 1, 1, 1, 1, 2),
  ];
  assertEquals(new Set(values).size, values.length);
});

Deno.test("uniform refuses more than four counters", () => {
  assertThrows(() => uniform("a", 1, 1, 2, 3, 4, 5), RangeError, "4 counters");
});

Deno.test("uniformInteger reaches both ends and nothing beyond", () => {
  const seen = new Set<number>();
  for (let i = 0; i < 500; i++) seen.add(uniformInteger(-1, 2, "ends", 5, i));
  assertEquals([...seen].sort((a, b) => a - b), [-1, 0, 1, 2]);
});

Deno.test("permutation holds every index once, and all six of three are equally likely", () => {
  assertEquals(
    permutation(100, "p", 1).sort((a, b) => a - b),
    Array.from({ length: 100 }, (_, i) => i),
  );
  assertNotEquals(permutation(100, "p", 1), permutation(100, "p", 2));
  const counts = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const order = permutation(3, "p", 1, i).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assertEquals(counts.size, 6);
  // Standard deviation of each count is 28.9.
  for (const count of counts.values()) assertLess(Math.abs(count - 1000), 116);
});
