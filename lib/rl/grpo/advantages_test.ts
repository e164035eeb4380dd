import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { groupAdvantages } from "./advantages.ts";

const scaled = { scaleRewards: "group", epsilon: 1e-6 } as const;
const centred = { scaleRewards: "none", epsilon: 1e-6 } as const;

Deno.test("advantages are deviations over the sample standard deviation of their own group", () => {
  // Group 0: mean 1, squared deviations 4 + 0 + 4, std 2. Group 1: mean 0.5, std sqrt(0.5).
  const [first, second] = groupAdvantages([[3, 1, -1], [1, 0]], scaled);
  first!.forEach((value, i) => assertAlmostEquals(value, [1, 0, -1][i]!, 1e-6));
  assertAlmostEquals(first![0]!, 2 / (2 + 1e-6), 1e-15);
  second!.forEach((value, i) => assertAlmostEquals(value, [1, -1][i]! / Math.SQRT2, 2e-6));
});

Deno.test("without scaling only the mean is taken off", () => {
  assertEquals(groupAdvantages([[3, 1, -1], [1, 0]], centred), [[2, 0, -2], [0.5, -0.5]]);
});

Deno.test("batch divides by the deviation of all rewards", () => {
  // Rewards 3, 1, -1, 1: mean 1, squared deviations 4 + 0 + 4 + 0, deviation sqrt(8 / 3).
  const advantages = groupAdvantages([[3, 1], [-1, 1, null]], {
    scaleRewards: "batch",
    epsilon: 0,
  });
  const std = Math.sqrt(8 / 3);
  assertEquals(advantages, [[1 / std, -1 / std], [-1 / std, 1 / std, 0]]);
});

Deno.test("equal rewards give exact zeros, whether or not they are dyadic", () => {
  for (const reward of [0, 2, 0.1, -1.7846, 0.8789, 2.7896, 1e-30, 1e30]) {
    for (const size of [2, 3, 5, 7, 8, 16]) {
      const group = Array(size).fill(reward);
      assertEquals(groupAdvantages([group], scaled), [Array(size).fill(0)]);
      assertEquals(groupAdvantages([group], centred), [Array(size).fill(0)]);
      const batch = { scaleRewards: "batch", epsilon: 1e-6 } as const;
      assertEquals(groupAdvantages([group], batch), [Array(size).fill(0)]);
    }
  }
});

Deno.test("a group of one keeps its reward over 1 + epsilon", () => {
  assertEquals(groupAdvantages([[-3]], scaled), [[-3 / (1 + 1e-6)]]);
  assertEquals(groupAdvantages([[-3]], centred), [[-3]]);
});

Deno.test("a failed rollout counts as never sampled and has advantage 0", () => {
  const [whole] = groupAdvantages([[3, 1, -1]], scaled);
  const [a, b, c] = whole!;
  assertEquals(groupAdvantages([[3, null, 1, NaN, -1]], scaled), [[a!, 0, b!, 0, c!]]);
  assertEquals(groupAdvantages([[null, null], []], scaled), [[0, 0], []]);
});

Deno.test("an infinite reward or a bad epsilon is refused by its value", () => {
  assertThrows(() => groupAdvantages([[1, 2], [1, Infinity]], scaled), RangeError, "group 1");
  assertThrows(
    () => groupAdvantages([[1, 2]], { scaleRewards: "group", epsilon: -1 }),
    RangeError,
    "current value is -1",
  );
});
