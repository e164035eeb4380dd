import { assert, assertEquals, assertLess, assertNotEquals, assertThrows } from "@std/assert";
import { type BudgetSpec, drawBudget } from "./budget.ts";

const PAPER: BudgetSpec = { kind: "uniform", mode: "exact", low: 100, high: 2000 };

function tokensOf(spec: BudgetSpec, seed: number, key: string, epoch: number): number {
  const budget = drawBudget(spec, seed, key, epoch);
  assert(budget.mode !== "none");
  return budget.tokens;
}

Deno.test("drawBudget gives none and fixed budgets as they are", () => {
  assertEquals(drawBudget({ kind: "none" }, 1, "a", 0), { mode: "none" });
  const fixed = { kind: "fixed", mode: "maximum", tokens: 64 } as const;
  assertEquals(drawBudget(fixed, 1, "a", 0), { mode: "maximum", tokens: 64 });
});

Deno.test("drawBudget draws whole numbers over the whole range, around its middle", () => {
  const draws = Array.from({ length: 4000 }, (_, i) => tokensOf(PAPER, 1, `q-${i}`, 0));
  assert(draws.every((tokens) => Number.isInteger(tokens) && tokens >= 100 && tokens <= 2000));
  assertLess(Math.min(...draws), 110);
  assertLess(1990, Math.max(...draws));
  const mean = draws.reduce((sum, tokens) => sum + tokens, 0) / draws.length;
  // Standard error: sqrt((1901^2 - 1) / 12 / 4000) = 8.7 tokens.
  assertLess(Math.abs(mean - 1050), 35);
});

Deno.test("drawBudget depends on seed, question and epoch, not on what was drawn before", () => {
  const once = tokensOf(PAPER, 1, "q", 0);
  for (let i = 0; i < 10; i++) tokensOf(PAPER, 1, `other-${i}`, 0);
  assertEquals(tokensOf(PAPER, 1, "q", 0), once);
  assertNotEquals(tokensOf(PAPER, 2, "q", 0), once);
  assertNotEquals(tokensOf(PAPER, 1, "r", 0), once);
  assertNotEquals(tokensOf(PAPER, 1, "q", 1), once);
});

Deno.test("drawBudget with one number in the range gives that number", () => {
  assertEquals(tokensOf({ kind: "uniform", mode: "exact", low: 7, high: 7 }, 1, "q", 0), 7);
});

Deno.test("drawBudget refuses bounds that are no positive whole numbers or are swapped", () => {
  const draw = (low: number, high: number) => () =>
    drawBudget({ kind: "uniform", mode: "exact", low, high }, 1, "q", 0);
  assertThrows(draw(0, 5), RangeError, "low must be a whole number of at least 1");
  assertThrows(draw(20, 10), RangeError, "high must be a whole number of at least 20");
  assertThrows(draw(1, NaN), RangeError, "current value is NaN");
  assertThrows(
    () => drawBudget({ kind: "fixed", mode: "exact", tokens: 1.5 }, 1, "q", 0),
    RangeError,
    "current value is 1.5",
  );
});
