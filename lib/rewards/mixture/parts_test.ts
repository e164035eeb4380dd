import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { nextFactor } from "./controllers.ts";
import { difficultyFactors } from "./difficulty.ts";
import { applyGates } from "./gates.ts";
import { separatedWeights } from "./lexicographic.ts";
import { scheduledFactor } from "./schedule.ts";
import { weightedSum } from "./weighted_sum.ts";

Deno.test("a gate opens at its threshold; null keeps it shut and stays null behind it", () => {
  const scores = { answer: [1, 0.99, -1, null, 1], length: [0.5, 0.5, -0.5, 0.5, null] };
  const gated = applyGates(scores, [{ component: "length", by: "answer", atLeast: 1 }]);
  assertEquals(gated["length"], [0.5, 0, 0, 0, null]);
  assertEquals(gated["answer"], scores.answer);
});

Deno.test("two gates of one component must both be open, and look at scores as they came", () => {
  const scores = { a: [1, 1, 0], b: [1, 0, 1], c: [5, 5, 5] };
  const gates = [
    { component: "c", by: "a", atLeast: 1 },
    { component: "c", by: "b", atLeast: 1 },
    { component: "a", by: "b", atLeast: 1 },
  ];
  assertEquals(applyGates(scores, gates), { a: [1, 0, 0], b: [1, 0, 1], c: [5, 0, 0] });
  assertThrows(
    () => applyGates(scores, [{ component: "c", by: "d", atLeast: 0 }]),
    RangeError,
    "current components are a, b, c",
  );
});

Deno.test("weighted sums leave out what does not apply and what has weight 0", () => {
  const scores = { a: [1, null], b: [-2, 3], c: [Infinity, Infinity] };
  assertEquals(weightedSum({ a: 0.5, b: 2, c: 0 }, scores, 2), [-3.5, 6]);
  assertEquals(weightedSum({}, scores, 2), [0, 0]);
});

Deno.test("a gap of a level outweighs all that the lower levels can give, and only just", () => {
  const levels = [
    { component: "answer", low: -1, high: 1, gap: 2 },
    { component: "format", low: -1, high: 1, gap: 2 },
    { component: "length", low: 0.25, high: 1, gap: 0.1 },
  ];
  const weights = separatedWeights(levels);
  // length: range 1 with the 0 of what does not apply; format: 1.05 x 1 / 2; answer: 1.05 x (1 + 1.05) / 2.
  assertEquals(weights["length"], 1);
  assertAlmostEquals(weights["format"]!, 0.525, 1e-12);
  assertAlmostEquals(weights["answer"]!, 1.05 * 2.05 / 2, 1e-12);
  const worstRight = weights["answer"]! - weights["format"]!;
  const bestWrong = -weights["answer"]! + weights["format"]! + weights["length"]!;
  assertEquals(worstRight > bestWrong, true);
  assertThrows(
    () => separatedWeights([{ component: "x", low: 0, high: 1, gap: 0 }]),
    RangeError,
    "gap 0",
  );
});

Deno.test("schedules rise and fall between their steps", () => {
  const down = { kind: "linear", from: 2, to: 0.5, firstStep: 4, lastStep: 10 } as const;
  assertEquals([1, 4, 6, 7, 10, 50].map((step) => scheduledFactor(down, step)), [
    2,
    2,
    1.5,
    1.25,
    0.5,
    0.5,
  ]);
});

Deno.test("multipliers grow while their constraint is broken, and never fall below 0", () => {
  const cost = { kind: "lagrangian", initial: 1, rate: 2, limit: 0.5 } as const;
  const seen = (meanScore: number | null) => ({ meanScore, accuracy: 0.5 });
  assertEquals(nextFactor(cost, 1, seen(0.75)), 1.5);
  assertEquals(nextFactor(cost, 1, seen(0.25)), 0.5);
  assertEquals(nextFactor(cost, 0.2, seen(0)), 0);
  assertEquals(nextFactor(cost, 0.2, seen(null)), 0.2);
  const accuracy = { kind: "accuracy", initial: 1, rate: 0.5, target: 0.75 } as const;
  assertEquals(nextFactor(accuracy, 1, { meanScore: null, accuracy: 1 }), 1.125);
  assertEquals(nextFactor(accuracy, 1, { meanScore: 9, accuracy: 0.25 }), 0.75);
  assertEquals(nextFactor(accuracy, 1, { meanScore: 9, accuracy: null }), 1);
});

Deno.test("GRPO-LEAD's weight: 1.5 to 0.4, half way at three quarters right", () => {
  const lead = { low: 0.4, high: 1.5, midpoint: 0.75, slope: 10 };
  assertAlmostEquals(difficultyFactors(lead, 0.75).above, 0.95, 1e-12);
  // 0.4 + 1.1 / (1 + e^-5) and 0.4 + 1.1 / (1 + e^-2.5).
  assertAlmostEquals(difficultyFactors(lead, 0.25).above, 1.4926378638, 1e-9);
  assertAlmostEquals(difficultyFactors(lead, 0.5).below, 1.4165560020, 1e-9);
  assertAlmostEquals(difficultyFactors(lead, 0.75).below, 1.4926378638, 1e-9);
});
