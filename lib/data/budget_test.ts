import { assert, assertEquals, assertLess, assertNotEquals, assertThrows } from "@std/assert";
import { type BudgetSpec, drawBudget } from "./budget.ts";
import { hashKey } from "./random.ts";

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

Deno.test("log_uniform draws each doubling equally often and both ends", () => {
  const spec: BudgetSpec = { kind: "log_uniform", mode: "maximum", low: 1, high: 7 };
  const counts = new Map<number, number>();
  for (let i = 0; i < 8000; i++) {
    const tokens = tokensOf(spec, 1, `q-${i}`, 0);
    counts.set(tokens, (counts.get(tokens) ?? 0) + 1);
  }
  // P(n) = ln((n + 1) / n) / ln 8: a third for 1, for 2 and 3, and for 4 to 7.
  for (let n = 1; n <= 7; n++) {
    const share = Math.log((n + 1) / n) / Math.log(8);
    const deviation = Math.sqrt(8000 * share * (1 - share));
    assertLess(Math.abs((counts.get(n) ?? 0) - 8000 * share), 4 * deviation, `of ${n}`);
  }
  assertEquals([...counts.keys()].sort(), [1, 2, 3, 4, 5, 6, 7]);
});

Deno.test("normal draws around its mean with its deviation, within its bounds", () => {
  const wide: BudgetSpec = {
    kind: "normal",
    mode: "exact",
    mean: 500,
    deviation: 50,
    low: 1,
    high: 2000,
  };
  const draws = Array.from({ length: 4000 }, (_, i) => tokensOf(wide, 3, `q-${i}`, 0));
  const mean = draws.reduce((sum, tokens) => sum + tokens, 0) / draws.length;
  const variance = draws.reduce((sum, tokens) => sum + (tokens - mean) ** 2, 0) / draws.length;
  // Standard errors: 50 / sqrt(4000) = 0.79 for the mean, 50 / sqrt(8000) = 0.56 for the deviation.
  assertLess(Math.abs(mean - 500), 3.2);
  assertLess(Math.abs(Math.sqrt(variance) - 50), 2.3);
  const within = draws.filter((tokens) => Math.abs(tokens - 500) <= 50).length / draws.length;
  // A normal value is within one deviation with probability 0.683 (0.689 for whole tokens).
  assertLess(Math.abs(within - 0.689), 0.03);
  const narrow = { ...wide, low: 490, high: 510 };
  const ends = Array.from({ length: 200 }, (_, i) => tokensOf(narrow, 3, `q-${i}`, 0));
  assertEquals([Math.min(...ends), Math.max(...ends)], [490, 510]);
});

Deno.test("halves gives each question one of its two kinds, half and half", () => {
  const spec: BudgetSpec = {
    kind: "halves",
    first: { kind: "none" },
    second: { kind: "uniform", mode: "maximum", low: 5, high: 9 },
  };
  let none = 0;
  for (let i = 0; i < 4000; i++) {
    const budget = drawBudget(spec, 1, `q-${i}`, 0);
    if (budget.mode === "none") none++;
    else assertEquals(budget, drawBudget(spec.second, 1, `q-${i}`, 0));
  }
  // Standard deviation: sqrt(4000) / 2 = 31.6.
  assertLess(Math.abs(none - 2000), 127);
});

Deno.test("a record's key and its hash ask for the same budget", () => {
  assertEquals(drawBudget(PAPER, 1, hashKey("MedQA/7"), 0), drawBudget(PAPER, 1, "MedQA/7", 0));
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
  assertThrows(
    () =>
      drawBudget(
        { kind: "normal", mode: "exact", mean: NaN, deviation: 1, low: 1, high: 2 },
        1,
        "q",
        0,
      ),
    RangeError,
    "mean must be a number of at least 0: current value is NaN",
  );
});
