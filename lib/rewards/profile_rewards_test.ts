import { assertEquals, assertStringIncludes } from "@std/assert";
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

Deno.test("corrected: right +1, wrong and missing -1, by kind of gold answer", async () => {
  const number = calculationRecord("5", "decimal", 4, 6);
  const batch = makeBatch(
    [tagged("(c)"), tagged("A"), "C", tagged("5 mg"), tagged("7"), tagged("low iron")],
    [choiceRecord, choiceRecord, choiceRecord, number, number, openRecord("Low iron.")],
  );
  assertEquals(await answerReward()(batch), [1, -1, -1, 1, -1, 1]);
  assertEquals(await formatReward()(batch), [1, 1, -1, 1, 1, 1]);
});

Deno.test("corrected: neither the prompt nor 'Assistant:' in a completion matters", async () => {
  const completions = [`${tagged("C")} Assistant: done`, "no tags"];
  const batch = makeBatch(completions, [choiceRecord, choiceRecord], {
    prompts: ["Assistant: <answer>A</answer>", "Assistant: <answer>C</answer>"],
  });
  assertEquals(await answerReward()(batch), [1, -1]);
  assertEquals(await formatReward()(batch), [1, -1]);
});

Deno.test("as released: the prompt matters, a missing answer is -2, writings are exact", async () => {
  const completions = [tagged("C"), tagged("(C)"), "no tags", "no tags", tagged("C")];
  const batch = makeBatch(completions, completions.map(() => choiceRecord), {
    prompts: ["Assistant:", "Assistant:", "Assistant:", "Assistant: <answer>C</answer>", ""],
  });
  assertEquals(await answerReward(asReleased)(batch), [1, -1, -2, 1, -2]);
  assertEquals(await formatReward(asReleased)(batch), [1, 1, -1, -1, 1]);
});

Deno.test("as released: one word of the reference earns full marks, corrected it does not", async () => {
  const batch = makeBatch([tagged("iron")], [
    openRecord("Vitamin C keeps iron soluble in the gut"),
  ]);
  assertEquals(await answerReward(asReleased)(batch), [1]);
  // 1 of 8 words: F1 = 2 / 9.
  assertEquals(await answerReward(corrected)(batch), [2 * (2 / 9) - 1]);
  assertEquals(isRight(batch, 0, asReleased), true);
  assertEquals(isRight(batch, 0, corrected), false);
  assertEquals(isRight(batch, 0, { ...corrected, openThreshold: fraction01(0.2) }), true);
});

Deno.test("a record that cannot be graded fails alone", async () => {
  const batch = makeBatch([tagged("5"), tagged("C")], [
    calculationRecord("5", "decimal", 6, 4),
    choiceRecord,
  ]);
  const scored = await scoreBatch([{ name: "answer", weight: 1, reward: answerReward() }], batch);
  assertEquals(scored.rewards, [0, 1]);
  assertEquals(scored.failures.length, 1);
  assertStringIncludes(scored.failures[0]!.cause, "GoldAnswerError");
});

Deno.test("as released: a null limit is Python's TypeError on record", async () => {
  const batch = makeBatch([tagged("5")], [calculationRecord("5", "decimal")]);
  const scored = await scoreBatch(
    [{ name: "answer", weight: 1, reward: answerReward(asReleased) }],
    batch,
  );
  assertStringIncludes(scored.failures[0]!.cause, "TypeError");
});
