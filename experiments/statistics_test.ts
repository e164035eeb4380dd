import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  bootstrapMean,
  drawResamples,
  quantile,
  type Resamples,
  wilsonInterval,
} from "./statistics.ts";

Deno.test("quantile interpolates linearly between neighbours", () => {
  assertEquals(quantile([3], 0.975), 3);
  assertEquals(quantile([1, 2, 3, 4], 0.5), 2.5);
  assertAlmostEquals(quantile([0, 10, 20, 30, 40], 0.975), 39, 1e-12);
  assertThrows(() => quantile([], 0.5), RangeError, "must not be empty");
});

Deno.test("bootstrapMean matches replicates worked out by hand", () => {
  const values_S_Q = [[0, 1, 1], [2, 4, 6]];
  const resamples: Resamples = {
    seeds_R_S: [[0, 1], [1, 1], [0, 0]].map((row) => Uint32Array.from(row)),
    questions_R_Q: [[0, 1, 2], [2, 2, 2], [0, 0, 1]].map((row) => Uint32Array.from(row)),
  };
  // Replicate means: (0+1+1+2+4+6)/6 = 7/3; 6; (0+0+1)/3 = 1/3. Sorted: 1/3, 7/3, 6.
  const interval = bootstrapMean(values_S_Q, resamples);
  assertAlmostEquals(interval.mean, 14 / 6, 1e-12);
  assertAlmostEquals(interval.low, 1 / 3 + 0.05 * (7 / 3 - 1 / 3), 1e-12);
  assertAlmostEquals(interval.high, 7 / 3 + 0.95 * (6 - 7 / 3), 1e-12);
});

Deno.test("bootstrapMean of one seed comes near the normal interval of a proportion", () => {
  const values = Array.from({ length: 400 }, (_, i) => i % 4 === 0 ? 1 : 0);
  const interval = bootstrapMean([values], drawResamples(1, 400, 2000, 3));
  const half = 1.96 * Math.sqrt(0.25 * 0.75 / 400);
  assertEquals(interval.mean, 0.25);
  assertAlmostEquals(interval.low, 0.25 - half, 0.006);
  assertAlmostEquals(interval.high, 0.25 + half, 0.006);
});

Deno.test("bootstrapMean sees the spread between seeds", () => {
  // Two seeds that answer everything 0 or everything 1: a quarter of the replicates is 0, a quarter 1.
  const interval = bootstrapMean([[0, 0, 0], [1, 1, 1]], drawResamples(2, 3, 400, 5));
  assertEquals(interval, { mean: 0.5, low: 0, high: 1 });
});

Deno.test("drawResamples is keyed: the same arguments give the same draws, another seed others", () => {
  assertEquals(drawResamples(2, 5, 3, 1), drawResamples(2, 5, 3, 1));
  const one = drawResamples(2, 50, 1, 1).questions_R_Q[0]!;
  const two = drawResamples(2, 50, 1, 2).questions_R_Q[0]!;
  assertEquals(one.join() === two.join(), false);
  assertEquals(one.every((index) => index < 50), true);
  assertThrows(() => drawResamples(0, 5, 3, 1), RangeError, "numSeeds must be a positive integer");
});

Deno.test("bootstrapMean refuses rows that do not match the draws", () => {
  const resamples = drawResamples(2, 3, 10, 1);
  assertThrows(
    () => bootstrapMean([[1, 2, 3], [1, 2]], resamples),
    RangeError,
    "2 seeds x 3 questions",
  );
});

Deno.test("wilsonInterval matches published and hand-calculated values", () => {
  // 81 of 263, an example of Newcombe (1998): 0.2553 to 0.3662.
  const { low, high } = wilsonInterval(81, 263);
  assertAlmostEquals(low, 0.2553, 5e-5);
  assertAlmostEquals(high, 0.3662, 5e-5);
  // None of n: high = z^2 / (n + z^2).
  const z2 = 1.959963984540054 ** 2;
  assertEquals(wilsonInterval(0, 20).low, 0);
  assertAlmostEquals(wilsonInterval(0, 20).high, z2 / (20 + z2), 1e-12);
  assertThrows(() => wilsonInterval(3, 2), RangeError, "3 of 2");
});
