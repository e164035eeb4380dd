import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import type { Budget, QuestionRecord } from "@terse/data";
import { bleuScore, exactMatchScore } from "./as_released/open_metrics.ts";
import { hasReleasedFormat } from "./as_released/solution.ts";
import { hasFormat } from "./corrected/tags.ts";
import { openTextScores } from "./corrected/open_text.ts";
import { lengthExact } from "./length/med_u1.ts";
import { asReleased, corrected } from "./profile.ts";
import { answerReward, formatReward, isRight } from "./profile_rewards.ts";
import { fraction01 } from "./scale.ts";
import { scoreBatch } from "./score_batch.ts";
import {
  calculationRecord,
  choiceRecord,
  makeBatch,
  openRecord,
  tagged,
} from "./testdata/records.ts";

// Each test shows a defect of the released rules first and then the corrected rule beside it.

const HEADER = "<|im_start|>assistant\n";
const SENTENCE = "Vitamin C in the juice keeps the iron soluble in the gut.";

/** Answer scores under the released and under the corrected rules. */
async function answers(
  completion: string,
  record: QuestionRecord,
  prompt = HEADER,
): Promise<[released: number | null, corrected: number | null]> {
  const batch = makeBatch([completion], [record], { prompts: [prompt] });
  return [(await answerReward(asReleased)(batch))[0]!, (await answerReward()(batch))[0]!];
}

Deno.test("defect: a right letter in any writing but its own is wrong", async () => {
  for (
    const text of [
      "c",
      "C.",
      "(C)",
      "C) text",
      "**C**",
      "\\boxed{C}",
      "\uff23",
      "\u0421",
      "C<|im_end|>",
    ]
  ) {
    assertEquals(await answers(tagged(text), choiceRecord), [-1, 1], text);
  }
});

Deno.test("defect: numbers with units, %, separators, LaTeX or another minus are wrong", async () => {
  const decimal = calculationRecord("1234.5", "decimal", 1172.775, 1296.225);
  for (
    const text of ["1234.5 mg", "1,234.5", "~1234.5", "x = 1234.5", "$1234.5$", "1.2345 x 10^3"]
  ) {
    assertEquals(await answers(tagged(text), decimal), [-1, 1], text);
  }
  assertEquals(await answers(tagged("1.5 %"), calculationRecord("1.5", "decimal", 1.4, 1.6)), [
    -1,
    1,
  ]);
  const negative = calculationRecord("-2.5", "decimal", -2.625, -2.375);
  assertEquals(await answers(tagged("\u22122.5"), negative), [-1, 1]);
});

Deno.test("defect: an underscore between digits is read over", async () => {
  const endless = calculationRecord("1e308", "decimal", 0, Number.MAX_VALUE);
  assertEquals(await answers(tagged("1_0"), endless), [1, -1]);
  assertEquals(await answers(tagged("2_5"), calculationRecord("25", "decimal", 24, 26)), [1, -1]);
});

Deno.test("defect: dates and pairs of weeks and days are compared as text", async () => {
  const date = calculationRecord("12/07/2021", "date");
  assertEquals(await answers(tagged("12/7/2021"), date), [-1, 1]);
  assertEquals(await answers(tagged("December 7, 2021"), date), [-1, 1]);
  const pair = calculationRecord("('17 weeks', '6 days')", "weeks_days");
  assertEquals(await answers(tagged("('17 weeks','6 days')"), pair), [-1, 1]);
  assertEquals(await answers(tagged("17 weeks, 6 days"), pair), [-1, 1]);
});

Deno.test("defect: an integer calculator is held to limits, where MedCalc-Bench rounds", async () => {
  const score = calculationRecord("5", "integer", 5, 5);
  assertEquals(await answers(tagged("5.0"), score), [1, 1]);
  assertEquals(await answers(tagged("5.4"), score), [-1, 1]);
  assertEquals(await answers(tagged("5.6"), score), [-1, -1]);
});

Deno.test("defect: a limit left out raises; MedCalc-Bench's is 5 %", async () => {
  const record = calculationRecord("200", "decimal");
  const batch = makeBatch(["190", "210", "189.9", "210.1"].map(tagged), Array(4).fill(record));
  const released = await scoreBatch(
    [{ name: "answer", weight: 1, reward: answerReward(asReleased) }],
    batch,
  );
  assertEquals(released.failures.length, 4);
  assertEquals(await answerReward()(batch), [1, 1, -1, -1]);
});

Deno.test("defect: one word of the reference earns full marks", async () => {
  const [released, ours] = await answers(tagged("iron"), openRecord(SENTENCE));
  assertEquals(released, 1);
  assertLess(ours!, -0.5);
});

Deno.test("defect: a verbatim copy is graded wrong where words repeat", async () => {
  const text = "The iron in the juice and the iron in the gut and the iron in the blood is iron.";
  assertEquals(await answers(tagged(text), openRecord(text)), [-1, 1]);
});

Deno.test("defect: no part of a reference may earn what the whole does", async () => {
  const words = SENTENCE.split(" ");
  let parts = 0;
  let paid = 0;
  for (let length = 1; length < words.length; length++) {
    for (let start = 0; start + length <= words.length; start++) {
      const part = words.slice(start, start + length).join(" ");
      const [released, ours] = await answers(tagged(part), openRecord(SENTENCE));
      assertLess(ours!, 1, part);
      if (released === 1) paid++;
      parts++;
    }
  }
  assertEquals([paid, parts], [66, 77]);
});

Deno.test("defect: BLEU is at most 1 and never above a threshold of 45", async () => {
  const profile = { ...asReleased, settings: { ...asReleased.settings, rewardMetric: "BLEU" } };
  const batch = makeBatch([tagged(SENTENCE)], [openRecord(SENTENCE)]);
  assertEquals(await answerReward(profile)(batch), [-1]);
  assert(openTextScores(SENTENCE, SENTENCE).rougeLFraction >= corrected.openThreshold);
});

Deno.test("defect: BLEU of a perfect one-word answer is 0.4, and EMS is called an exact match", () => {
  assertLess(Number(bleuScore("iron", "iron")), 0.41);
  assert(openTextScores("iron", "iron").bleuFraction >= fraction01(1));
  assertEquals(Number(exactMatchScore(SENTENCE, "iron")), 100);
  assertLess(Number(openTextScores(SENTENCE, "iron").recallFraction), 0.2);
});

Deno.test("defect: a header in the completion resets the grading", async () => {
  for (const header of ["Assistant:", "<|im_start|>assistant\n"]) {
    const reset = `<answer>A</answer> ${header}${tagged("C")}`;
    const late = `${tagged("C")} ${header} done`;
    const prompt = header === "Assistant:"
      ? HEADER
      : "<|start_header_id|>assistant<|end_header_id|>";
    const batch = makeBatch([reset, late], [choiceRecord, choiceRecord], {
      prompts: [prompt, prompt],
    });
    assertEquals(await formatReward(asReleased)(batch), [1, -1], header);
    assertEquals(await answerReward(asReleased)(batch), [1, -2], header);
    assertEquals(await formatReward()(batch), [-1, 1], header);
    // The last pair counts with and without the header.
    const bare = makeBatch([reset.replace(header, ""), late.replace(header, "")], batch.records);
    assertEquals(await answerReward()(batch), await answerReward()(bare), header);
    assertEquals(await formatReward()(batch), await formatReward()(bare), header);
  }
});

Deno.test("defect: text of the question is graded", async () => {
  const question = `Assistant: write <answer> </answer>\n${HEADER}`;
  assertEquals(await answers("no tags", choiceRecord, "Assistant: <answer>C</answer>"), [1, -1]);
  const batch = makeBatch([tagged("C")], [choiceRecord], { prompts: [question] });
  assertEquals(await formatReward(asReleased)(batch), [-1]);
  assertEquals(await formatReward()(batch), [1]);
});

Deno.test("defect: without a known header nothing is right", async () => {
  assertEquals(await answers(tagged("C"), choiceRecord, "Question? "), [-2, 1]);
});

Deno.test("defect: an answer tag named while thinking swallows the answer", async () => {
  const completion = "<think>It goes into <answer> tags.</think><answer>C</answer>";
  assertEquals(await answers(completion, choiceRecord), [-1, 1]);
});

Deno.test("defect: a missing answer escapes the length term that a wrong one has to pay", async () => {
  const budgets: Budget[] = [{ mode: "exact", tokens: 10 }, { mode: "exact", tokens: 10 }];
  const batch = makeBatch(["no answer", tagged("A")], [choiceRecord, choiceRecord], {
    budgets,
    completionIds: [Array(3510).fill(0), Array(3510).fill(0)],
  });
  const total = async (profile: typeof asReleased | typeof corrected, gate: "answered" | "none") =>
    (await scoreBatch([
      { name: "format", weight: 1, reward: formatReward(profile) },
      { name: "answer", weight: 1, reward: answerReward(profile) },
      { name: "length", weight: 1, reward: lengthExact({ gate, profile }) },
    ], batch)).components["length"];
  assertEquals(await total(asReleased, "answered"), [null, -1]);
  assertEquals(await total(corrected, "none"), [-1, -1]);
});

Deno.test("defect: wrong on budget earns what right off budget does; a gate mends it", async () => {
  const budgets: Budget[] = [{ mode: "exact", tokens: 500 }, { mode: "exact", tokens: 500 }];
  const batch = makeBatch([tagged("A"), tagged("C")], [choiceRecord, choiceRecord], {
    budgets,
    completionIds: [Array(500).fill(0), Array(3500).fill(0)],
  });
  const rewards = async (
    gate: "answered" | "correct",
    profile: typeof asReleased | typeof corrected,
  ) =>
    (await scoreBatch([
      { name: "answer", weight: 1, reward: answerReward(profile) },
      { name: "length", weight: 0.5, reward: lengthExact({ gate, profile }) },
    ], batch)).rewards;
  const released = await scoreBatch([
    { name: "answer", weight: 1, reward: answerReward(asReleased) },
    { name: "length", weight: 1, reward: lengthExact({ gate: "answered", profile: asReleased }) },
  ], batch);
  assertEquals(released.rewards[0], released.rewards[1]);
  const [wrong, right] = await rewards("correct", corrected);
  assertGreater(right!, wrong!);
});

Deno.test("defect: blank thinking and answers are in format", () => {
  assert(hasReleasedFormat("<think></think><answer> </answer>"));
  assert(!hasFormat("<think></think><answer>C</answer>"));
  assert(!hasFormat("<think>x</think><answer>\u200e \u00ad</answer>"));
});

Deno.test("defect: the length counted as thinking is that of the whole response", async () => {
  const batch = makeBatch([tagged("C")], [choiceRecord], {
    budgets: [{ mode: "exact", tokens: 10 }],
    completionIds: [Array(25).fill(0)],
    thinkingTokens: [10],
    answerTokens: [1],
  });
  assertEquals(await lengthExact({ tolerance: 30, profile: asReleased })(batch), [0.5]);
  assertEquals(await lengthExact({ tolerance: 30, count: "thinking" })(batch), [1]);
  assertEquals(await lengthExact({ tolerance: 30, count: "answer" })(batch), [0.7]);
});

Deno.test("a gate reads right or wrong, not the graded score", () => {
  const batch = makeBatch([tagged(SENTENCE), tagged("iron in the gut")], [
    openRecord(SENTENCE),
    openRecord(SENTENCE),
  ]);
  assertEquals([isRight(batch, 0, corrected), isRight(batch, 1, corrected)], [true, false]);
});
