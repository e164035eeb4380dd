import { buildMessages, type QuestionRecord } from "@terse/data";
import { extractAnswer, hasFormat, isCorrect } from "@terse/rewards";
import { assert, assertEquals } from "@std/assert";
import { realLengthTemplate } from "./real_length_template.ts";

const record: QuestionRecord = {
  id: "1",
  source: "example",
  question: "Which organ makes bile?",
  context: "",
  options: { A: "Liver", B: "Heart" },
  gold: { kind: "choice", letter: "A" },
  split: "train",
  licence: "CC0-1.0",
  tags: [],
};

Deno.test("the worked examples earn full marks, and ask as the question after them does", () => {
  const messages = buildMessages(record, { mode: "maximum", tokens: 90 }, realLengthTemplate);
  assertEquals(messages.map(({ role }) => role), [
    ...["system", "user", "assistant", "user", "assistant", "user"],
  ]);
  const asked = messages.at(-1)!.content.split("\n");
  realLengthTemplate.examples!.forEach(({ question, reply }, i) => {
    const gold = { kind: "choice", letter: ["C", "B"][i]! } as const;
    assert(hasFormat(reply), reply);
    assert(isCorrect(reply, { ...record, options: null, gold }), reply);
    assert(extractAnswer(reply)?.length === 1);
    assertEquals(question.split("\n").slice(-2), asked.slice(-2));
  });
});
