import { assertEquals, assertThrows } from "@std/assert";
import { DataError } from "../data_error.ts";
import { answerChoicesLayout } from "./answer_choices.ts";

const WHERE = { path: "medqa.jsonl", row: 3 };

const parse = (choices: string, more: Record<string, unknown> = {}) =>
  answerChoicesLayout.parse({
    id: "t-1",
    question: `Which is it?\nAnswer Choices: ${choices}`,
    label: ["B"],
    ...more,
  }, WHERE);

Deno.test("answer choices become options and leave the question", () => {
  assertEquals(parse("(A) 5 mg (oral) (B) 10 mg (C) None"), {
    id: "t-1",
    source: "MedQA",
    licence: "CC-BY-4.0",
    question: "Which is it?",
    context: "",
    options: { A: "5 mg (oral)", B: "10 mg", C: "None" },
    gold: { kind: "choice", letter: "B" },
    split: "train",
    tags: [],
  });
});

Deno.test("the set is told by its columns and subjects become tags", () => {
  const medmcqa = parse("(A) x (B) y", { subject_name: "Anatomy", topic_name: null });
  assertEquals([medmcqa.source, medmcqa.licence, medmcqa.tags], [
    "MedMCQA",
    "Apache-2.0",
    ["Anatomy"],
  ]);
  const mmlu = parse("(A) x (B) y", { subject: "genetics", id: undefined });
  assertEquals([mmlu.source, mmlu.id, mmlu.tags], ["MMLU-medical", "", ["genetics"]]);
});

Deno.test("an option may name options before it", () => {
  assertEquals(parse("(A) x (B) y (C) z (D) Both (A) & (C)").options?.D, "Both (A) & (C)");
});

Deno.test("choices that cannot be told apart are refused", () => {
  for (const choices of ["(A) not (B) or (C) (B) y (C) z", "(A) x (B) see (C) (C) y"]) {
    assertThrows(() => parse(choices), DataError, "told apart by their letters");
  }
});

Deno.test("broken choices and labels are refused with file, row, field, value and rule", () => {
  const cases: [() => unknown, string][] = [
    [
      () => parse("(A) x (B) y", { label: ["E"] }),
      "Cannot read medqa.jsonl, row 3: label must be one of the options' letters A, B: " +
      'current value is "E".',
    ],
    [
      () => parse("(A) x (B) y", { label: ["A", "B"] }),
      'list of one letter: current value is ["A"',
    ],
    [() => parse("(A) x (B) y", { label: "A" }), "list of one letter"],
    [() => parse("(A) x (B) y", { label: [["A"]] }), 'current value is ["A"]'],
    [() => parse("(A) x (B) y", { label: ["toString"] }), "letters A, B"],
    [() => parse("(A) x (B) "), "option B must be a text with characters"],
    [() => parse("(A) x"), "at least two choices"],
    [() => parse("(B) x (C) y"), "(A) first"],
    [() => parse("(A) x (B) y", { question: 7 }), "question must be a text: current value is 7"],
    [() => parse("(A) x (B) y", { question: "What?" }), 'a line "Answer Choices: (A) ..."'],
    [() => parse("(A) x (B) y", { id: 1.5 }), "id must be a whole number or a text"],
  ];
  for (const [call, message] of cases) assertThrows(call, DataError, message);
});
