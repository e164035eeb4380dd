import { generateQuestions } from "@terse/data";
import { scoreBatch } from "@terse/rewards";
import { assertEquals } from "@std/assert";
import { quickstart } from "./quickstart_experiment.ts";

Deno.test("the arms differ in the length reward alone", async () => {
  const [record] = generateQuestions({ seed: 0, split: "test", count: 1 });
  const text = "<think>a</think><answer>b</answer>";
  const scored = await Promise.all(quickstart.arms.map((arm) =>
    scoreBatch(arm.rewards(), {
      prompts: [""],
      completions: [text],
      completionIds: [[1, 2, 3, 4]],
      records: [record!],
      budgets: [{ mode: "maximum", tokens: 24 }],
      thinkingTokens: [1],
      answerTokens: [1],
      groups: [0],
      finishReasons: ["stop"],
      step: 1,
    })
  ));
  const [none, maximum] = scored.map(({ components }) => components);
  assertEquals(Object.keys(none!), ["format", "answer"]);
  // (24 - 4) tokens left, in units of the tolerance of 40.
  assertEquals(maximum, { ...none, length: [0.5] });
});
