import { assert, assertEquals } from "@std/assert";
import { generateQuestions, type Split } from "@terse/data";
import { goldCompletion, isCorrect, validateGold } from "./corrected/grade.ts";
import { hasFormat } from "./corrected/tags.ts";

const SPLITS: readonly Split[] = ["train", "validation", "test", "ood"];

Deno.test("every sample question's gold answer scores full marks, other options none", () => {
  for (const split of SPLITS) {
    for (const record of generateQuestions({ seed: 2, split, count: 3000 })) {
      validateGold(record);
      assert(hasFormat(goldCompletion(record)), record.id);
      assert(isCorrect(goldCompletion(record), record), record.id);
      if (record.gold.kind !== "choice") continue;
      for (const [letter, text] of Object.entries(record.options!)) {
        const isGold = letter === record.gold.letter;
        for (const answer of [letter, text]) {
          const completion = `<think>x</think><answer>${answer}</answer>`;
          assertEquals(isCorrect(completion, record), isGold, `${record.id}: ${answer}`);
        }
      }
    }
  }
});

Deno.test("an open question is not answered by another fact of its topic", () => {
  const open = generateQuestions({ seed: 2, split: "ood", count: 1000 }).flatMap((record) =>
    record.gold.kind === "open"
      ? [{ record, topic: record.tags[0]!, answer: record.gold.answer }]
      : []
  );
  for (const { record, topic, answer } of open) {
    for (const other of open) {
      if (other.topic !== topic || other.answer === answer) continue;
      const completion = `<think>x</think><answer>${other.answer}</answer>`;
      assertEquals(isCorrect(completion, record), false, `${other.answer} for ${answer}`);
    }
  }
});
