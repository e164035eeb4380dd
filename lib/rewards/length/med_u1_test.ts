import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { Budget } from "@terse/data";
import { asReleased } from "../profile.ts";
import { choiceRecord, makeBatch, tagged } from "../testdata/records.ts";
import { exactTerm, maximumTerm } from "./budget_terms.ts";
import { lengthExact, lengthMaximum } from "./med_u1.ts";

const exact = (tokens: number): Budget => ({ mode: "exact", tokens });
const maximum = (tokens: number): Budget => ({ mode: "maximum", tokens });

function batchOf(completions: string[], budgets: Budget[], tokens: number) {
  return makeBatch(completions, completions.map(() => choiceRecord), {
    budgets,
    groups: completions.map((_, i) => i),
    completionIds: completions.map(() => Array<number>(tokens).fill(0)),
  });
}

Deno.test("exactTerm falls evenly on both sides of the budget down to -1", () => {
  assertEquals(exactTerm(700, 700, 1500), 1);
  assertEquals(exactTerm(699, 700, 1500), exactTerm(701, 700, 1500));
  assertAlmostEquals(exactTerm(1075, 700, 1500), 0.75, 1e-12);
  assertEquals(exactTerm(3700, 700, 1500), -1);
  assertEquals(exactTerm(9000, 700, 1500), -1);
});

Deno.test("maximumTerm rewards what is saved, up to 1, and punishes what is spent, down to -1", () => {
  assertEquals(maximumTerm(700, 700, 500) + 0, 0);
  assertEquals(maximumTerm(200, 700, 500), 1);
  assertEquals(maximumTerm(0, 700, 500), 1);
  assertAlmostEquals(maximumTerm(825, 700, 500), -0.25, 1e-12);
  assertEquals(maximumTerm(5000, 700, 500), -1);
});

Deno.test("a tolerance must be above 0", () => {
  assertThrows(() => exactTerm(1, 1, 0), RangeError, "above 0");
  assertThrows(() => maximumTerm(1, 1, NaN), RangeError, "above 0");
});

Deno.test("each length reward is for its own kind of budget", async () => {
  const texts = [tagged("C"), tagged("C"), tagged("C")];
  const batch = batchOf(texts, [exact(10), maximum(10), { mode: "none" }], 60);
  assertEquals(await lengthExact({ tolerance: 100 })(batch), [0.5, null, null]);
  assertEquals(await lengthMaximum({ tolerance: 100 })(batch), [null, -0.5, null]);
});

Deno.test("gates let through all, the answered, or the right", async () => {
  const texts = [tagged("C"), tagged("A"), "no answer"];
  const batch = batchOf(texts, texts.map(() => exact(5)), 5);
  assertEquals(await lengthExact()(batch), [1, 1, 1]);
  assertEquals(await lengthExact({ gate: "answered" })(batch), [1, 1, null]);
  assertEquals(await lengthExact({ gate: "correct" })(batch), [1, null, null]);
});

Deno.test("the gate's rules are the profile's", async () => {
  const batch = batchOf([tagged("(C)")], [exact(5)], 5);
  assertEquals(await lengthExact({ gate: "correct" })(batch), [1]);
  assertEquals(await lengthExact({ gate: "correct", profile: asReleased })(batch), [null]);
});

Deno.test("the thinking or the answer alone can be counted", async () => {
  const batch = batchOf(["<think>123</think><answer>C</answer>"], [exact(3)], 50);
  const score = (count: "all" | "thinking" | "answer") =>
    lengthExact({ count, tolerance: 50 })(batch);
  assertEquals(await score("thinking"), [1]);
  assertEquals(await score("answer"), [1 - 2 / 50]);
  assertEquals(await score("all"), [1 - 47 / 50]);
});

Deno.test("every budget can be read as one kind", async () => {
  const batch = batchOf([tagged("C"), tagged("C")], [maximum(5), { mode: "none" }], 5);
  assertEquals(await lengthExact()(batch), [null, null]);
  assertEquals(await lengthExact({ readBudgetsAs: "exact" })(batch), [1, null]);
});
