import type { QuestionRecord } from "@terse/data";
import { type RewardBatch, scoreBatch } from "@terse/rewards";
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { findArm } from "./experiment.ts";
import { lengthPenalty } from "./length_penalty.ts";

const record: QuestionRecord = {
  id: "1",
  source: "example",
  question: "Which vitamin prevents scurvy?",
  context: "",
  options: { A: "Vitamin C", B: "Vitamin K" },
  gold: { kind: "choice", letter: "A" },
  split: "train",
  licence: "CC0-1.0",
  tags: [],
};

/** Right, wrong and missing answers of 50 tokens under a maximum of 60 and 50 of 20. */
const completions = [
  "<think>x</think><answer>A</answer>",
  "<think>x</think><answer>B</answer>",
  "<think>x",
];
const batch: RewardBatch = {
  prompts: [...completions, ...completions].map(() => "?"),
  completions: [...completions, ...completions],
  completionIds: [...completions, ...completions].map(() => new Array<number>(50).fill(1)),
  records: [...completions, ...completions].map(() => record),
  budgets: [60, 60, 60, 20, 20, 20].map((tokens) => ({ mode: "maximum", tokens })),
  thinkingTokens: [...completions, ...completions].map(() => 1),
  answerTokens: [1, 1, 0, 1, 1, 0],
  groups: [0, 0, 0, 1, 1, 1],
  finishReasons: [...completions, ...completions].map(() => "stop"),
  step: 1,
};

async function rewardsOf(arm: string): Promise<number[]> {
  const settings = { ...lengthPenalty.settings.tiny, tolerance: { exact: 60, maximum: 40 } };
  const components = findArm(lengthPenalty, arm).rewards(settings);
  const scored = await scoreBatch(components, batch);
  assertEquals(scored.failures, []);
  return scored.rewards;
}

function assertRewards(found: number[], expected: number[]): void {
  found.forEach((value, index) => assertAlmostEquals(value, expected[index]!, 1e-12));
}

Deno.test("the arms pay what their descriptions say, worked out by hand", async () => {
  // Format + answer: 2 right, 0 wrong, -2 neither.
  assertRewards(await rewardsOf("none"), [2, 0, -2, 2, 0, -2]);
  // Exact, tolerance 60: 1 - 10/60 and 1 - 30/60 where there is an answer.
  assertRewards(await rewardsOf("exact"), [2 + 5 / 6, 5 / 6, -2, 2.5, 0.5, -2]);
  // Maximum, tolerance 40: 10/40 saved and 30/40 too many.
  assertRewards(await rewardsOf("maximum"), [2.25, 0.25, -2, 1.25, -0.75, -2]);
  // For right answers only.
  assertRewards(await rewardsOf("maximum_if_right"), [2.25, 0, -2, 1.25, 0, -2]);
});
