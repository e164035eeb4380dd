import { assertAlmostEquals, assertEquals } from "@std/assert";
import { wilsonInterval } from "../statistics.ts";
import type { AnswerRow } from "./answers.ts";
import { formatScores } from "./score_table.ts";
import { scoreAnswers, scoreBudget } from "./scores.ts";

function row(id: string, sample: number, changes: Partial<AnswerRow>): AnswerRow {
  return {
    split: "test",
    prompt_id: id,
    sample,
    source: id < "c" ? "one" : "two",
    kind: "choice",
    question: "?",
    prompt: "?",
    completion: "x",
    tokens: 10,
    thinking_tokens: 6,
    answer_tokens: 1,
    finish_reason: "stop",
    budget_mode: "maximum",
    budget_tokens: 12,
    gold: "A",
    correct: false,
    format_ok: true,
    cause: null,
    ...changes,
  };
}

function failed(id: string, sample: number): AnswerRow {
  const none = { completion: null, tokens: null, thinking_tokens: null, answer_tokens: null };
  const grade = { correct: null, format_ok: null };
  return row(id, sample, { ...none, ...grade, finish_reason: "failed", cause: "status 500" });
}

Deno.test("a question counts once, with its share of right completions", () => {
  // Shares 1/2, 1 and 0 of three questions: the interval is that of 1.5 of 3.
  const rows = [
    row("a", 0, { correct: true }),
    row("a", 1, {}),
    row("b", 0, { correct: true }),
    row("b", 1, { correct: true }),
    row("c", 0, {}),
    row("c", 1, { format_ok: false, finish_reason: "length", tokens: 40 }),
  ];
  const score = scoreAnswers(rows);
  assertEquals([score.questions, score.answers, score.failed], [3, 6, 0]);
  assertEquals(score.accuracy, wilsonInterval(1.5, 3));
  assertEquals(score.formatRate, wilsonInterval(2.5, 3));
  assertEquals([score.clippedRatio, score.meanTokens, score.meanThinkingTokens], [1 / 6, 15, 6]);
});

Deno.test("Wilson's interval of 1 of 2 is what its formula gives by hand", () => {
  // (1/2 + z2/4) / (1 + z2/2) = 1/2 in the middle; half = z / (1 + z2/2) * sqrt(1/8 + z2/16).
  const z = 1.959963984540054, z2 = z * z;
  const half = z / (1 + z2 / 2) * Math.sqrt(1 / 8 + z2 / 16);
  const { accuracy } = scoreAnswers([row("a", 0, { correct: true }), row("b", 0, {})]);
  assertAlmostEquals(accuracy!.low, 0.5 - half, 1e-12);
  assertAlmostEquals(accuracy!.high, 0.5 + half, 1e-12);
});

Deno.test("failed requests are counted and are no wrong answers", () => {
  const score = scoreAnswers([row("a", 0, { correct: true }), failed("b", 0), failed("a", 1)]);
  assertEquals([score.questions, score.answers, score.failed], [1, 1, 2]);
  assertEquals(score.accuracy?.mean, 1);
  const nothing = scoreAnswers([failed("a", 0)]);
  assertEquals([nothing.accuracy, nothing.meanTokens, nothing.failed], [null, null, 1]);
});

Deno.test("pass@k leaves out questions with fewer answers", () => {
  const rows = [
    ...[true, false, false].map((correct, i) => row("a", i, { correct })),
    row("b", 0, { correct: true }),
    failed("b", 1),
    failed("b", 2),
  ];
  const { passAtK } = scoreBudget("none", "test", rows, 3);
  assertEquals(passAtK.map(({ k, questions }) => [k, questions]), [[1, 2], [2, 1], [3, 1]]);
  // k = 1: (1/3 + 1) / 2; k = 2 of the first: 1 - 1/3.
  assertAlmostEquals(passAtK[0]!.mean, 2 / 3, 1e-12);
  assertAlmostEquals(passAtK[1]!.mean, 2 / 3, 1e-12);
  assertEquals(passAtK[2]!.mean, 1);
});

Deno.test("budgets are compared with all tokens used", () => {
  const rows = [8, 12, 20].map((tokens, i) => row("abc"[i]!, 0, { tokens }));
  const { budgetUse, bySource, byKind } = scoreBudget("12", "test", rows, 1);
  assertEquals(budgetUse?.meanRequestedTokens, 12);
  assertAlmostEquals(budgetUse!.meanUsedTokens, 40 / 3, 1e-12);
  assertAlmostEquals(budgetUse!.meanOverrunTokens, 8 / 3, 1e-12);
  assertEquals(budgetUse?.within, wilsonInterval(2, 3));
  assertEquals(Object.entries(bySource).map(([name, s]) => [name, s.questions]), [["one", 2], [
    "two",
    1,
  ]]);
  assertEquals(Object.keys(byKind), ["choice"]);
  const free = rows.map((r) => ({ ...r, budget_mode: "none", budget_tokens: null }));
  assertEquals(scoreBudget("none", "test", free, 1).budgetUse, null);
});

Deno.test("the table says what is missing", () => {
  const uncounted = { tokens: null, thinking_tokens: null, answer_tokens: null };
  const text = formatScores([
    scoreBudget("64", "test", [row("a", 0, uncounted), failed("b", 0)], 1),
  ]);
  assertEquals(text.includes("The server gives no token counts: lengths are missing."), true);
  assertEquals(text.includes("1 requests failed; they count nowhere above."), true);
});
