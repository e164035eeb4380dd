import { assertAlmostEquals, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type EvaluatedSplit, type EvaluationRow, summarizeSplit } from "./evaluate.ts";
import { type ArmResult, summarizeRun } from "./summary.ts";
import { formatSummary } from "./summary_table.ts";

function row(
  split: EvaluatedSplit,
  question: string,
  sample: number,
  correct: boolean,
  tokens: number,
): EvaluationRow {
  return {
    split,
    prompt_id: question,
    sample,
    source: "made",
    kind: question < "c" ? "choice" : "open",
    question,
    prompt: question,
    completion: "",
    tokens,
    thinking_tokens: tokens / 2,
    finish_reason: tokens > 50 ? "length" : "stop",
    budget_mode: "none",
    budget_tokens: null,
    gold: "A",
    correct,
    format_ok: tokens <= 50,
    reward: correct ? 2 : 0,
  };
}

const reference: ArmResult[] = [
  {
    arm: "none",
    seed: 1,
    outcome: { rows: [row("test", "a", 0, true, 40), row("test", "b", 0, false, 60)] },
  },
  {
    arm: "none",
    seed: 2,
    outcome: { rows: [row("test", "a", 0, true, 20), row("test", "b", 0, true, 40)] },
  },
];

Deno.test("summarizeRun averages seeds and questions, and pairs differences with the reference", () => {
  const summary = summarizeRun([
    ...reference,
    // In another order, and with two samples of a question.
    {
      arm: "short",
      seed: 1,
      outcome: {
        rows: [
          row("test", "b", 0, true, 20),
          row("test", "a", 0, true, 10),
          row("test", "a", 1, false, 30),
        ],
      },
    },
    { arm: "short", seed: 2, outcome: { error: "out of memory" } },
  ], "none");
  const [none, short] = summary.arms;
  assertEquals([none!.seeds, none!.failed], [[1, 2], []]);
  assertEquals(none!.splits.test!.accuracy.mean, 0.75);
  assertEquals(none!.splits.test!.tokens.mean, 40);
  assertEquals(none!.splits.test!.reward.mean, 1.5);
  assertEquals(none!.splits.test!.deltaTokensVsReference, null);
  assertEquals(none!.splits.ood, undefined);

  assertEquals([short!.seeds, short!.failed], [[1], [{ seed: 2, error: "out of memory" }]]);
  assertEquals(short!.splits.test!.accuracy.mean, 0.75);
  assertEquals(short!.splits.test!.tokens.mean, 20);
  // Against seed 1 of the reference alone: tokens a 20 - 40, b 20 - 60; right a .5 - 1, b 1 - 0.
  // One seed and two questions: the bootstrap reaches both ends.
  assertEquals(short!.splits.test!.deltaTokensVsReference, { mean: -30, low: -40, high: -20 });
  assertEquals(short!.splits.test!.deltaAccuracyVsReference, { mean: 0.25, low: -0.5, high: 1 });
});

Deno.test("overrun counts what is over the budget, for the questions that named one", () => {
  const asked = (question: string, tokens: number, budget: number | null): EvaluationRow => ({
    ...row("test", question, 0, true, tokens),
    budget_mode: budget === null ? "none" : "maximum",
    budget_tokens: budget,
  });
  const rows = [asked("a", 50, 30), asked("b", 10, 30), asked("c", 99, null)];
  const shorter = [asked("a", 34, 30), asked("b", 30, 30), asked("c", 40, null)];
  const [none, short] = summarizeRun([
    { arm: "none", seed: 1, outcome: { rows } },
    { arm: "short", seed: 1, outcome: { rows: shorter } },
  ], "none").arms;
  // (20 + 0) / 2 and (4 + 0) / 2; two questions, so the bootstrap reaches both ends.
  assertEquals(none!.splits.test!.overrun, { mean: 10, low: 0, high: 20 });
  assertEquals(short!.splits.test!.overrun, { mean: 2, low: 0, high: 4 });
  assertEquals(short!.splits.test!.deltaOverrunVsReference, { mean: -8, low: -16, high: 0 });
  assertEquals(none!.splits.test!.deltaOverrunVsReference, null);
  assertEquals(summarizeSplit(rows).meanOverrunTokens, 10);
  const [unasked] = summarizeRun(reference, "none").arms;
  assertEquals(unasked!.splits.test!.overrun, null);
});

Deno.test("accuracy of all or nothing has Wilson's interval", () => {
  const rows = ["a", "b", "c", "d"].map((question) => row("ood", question, 0, false, 10));
  const { accuracy } = summarizeRun([{ arm: "none", seed: 1, outcome: { rows } }], "none").arms[0]!
    .splits.ood!;
  const z2 = 1.959963984540054 ** 2;
  assertEquals([accuracy.mean, accuracy.low], [0, 0]);
  assertAlmostEquals(accuracy.high, z2 / (4 + z2), 1e-12);
});

Deno.test("an arm without a finished seed stays in the summary and in the table", () => {
  const summary = summarizeRun([
    ...reference,
    { arm: "short", seed: 1, outcome: { error: "NaN" } },
  ], "none");
  assertEquals(summary.arms[1], {
    arm: "short",
    seeds: [],
    failed: [{ seed: 1, error: "NaN" }],
    splits: {},
  });
  const table = formatSummary(summary);
  assertStringIncludes(table, "accuracy - none");
  assertEquals(/^none +2 +75\.0 \[/m.test(table), true);
  assertEquals(/^short +0 +failed$/m.test(table), true);
  assertStringIncludes(table, "95 % percentile bootstrap");
});

Deno.test("seeds evaluated on different questions are not compared", () => {
  const rows = [row("test", "a", 0, true, 1), row("test", "x", 0, true, 1)];
  assertThrows(
    () => summarizeRun([...reference, { arm: "short", seed: 1, outcome: { rows } }], "none"),
    RangeError,
    "same questions",
  );
});

Deno.test("summarizeSplit counts questions and averages completions", () => {
  const split = summarizeSplit([
    row("test", "a", 0, true, 20),
    row("test", "a", 1, false, 60),
    row("test", "c", 0, true, 30),
    row("test", "c", 1, true, 50),
  ]);
  assertEquals(split, {
    n: 2,
    accuracy: 0.75,
    meanTokens: 40,
    samples: 2,
    meanThinkingTokens: 20,
    meanOverrunTokens: null,
    formatRate: 0.75,
    clippedRatio: 0.25,
    meanReward: 1.5,
    byKind: {
      choice: { n: 1, accuracy: 0.5, meanTokens: 40 },
      open: { n: 1, accuracy: 1, meanTokens: 40 },
    },
    bySource: { made: { n: 2, accuracy: 0.75, meanTokens: 40 } },
  });
});
