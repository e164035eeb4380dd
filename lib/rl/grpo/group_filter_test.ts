import { assertEquals } from "@std/assert";
import { keptInGroup } from "./group_filter.ts";

Deno.test("the shortest stay, whatever they earned", () => {
  const filter = { numRemainsInGroup: 2, by: "length" } as const;
  assertEquals(keptInGroup([1, -1, 0, 1], [9, 3, 7, 4], filter), [false, true, false, true]);
});

Deno.test("the highest rewards per token stay", () => {
  const filter = { numRemainsInGroup: 2, by: "reward_per_token" } as const;
  // 1/10, 3/20, 0, 1/8.
  assertEquals(keptInGroup([1, 3, 0, 1], [10, 20, 1, 8], filter), [false, true, false, true]);
});

Deno.test("of equal ones the first stays, and failed ones never", () => {
  const filter = { numRemainsInGroup: 2, by: "length" } as const;
  assertEquals(keptInGroup([1, 1, 1], [5, 5, 5], filter), [true, true, false]);
  assertEquals(keptInGroup([null, NaN, 1], [1, 2, 3], filter), [false, false, true]);
});
