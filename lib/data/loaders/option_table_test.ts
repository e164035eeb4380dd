import { assertEquals, assertThrows } from "@std/assert";
import { DataError } from "../data_error.ts";
import { optionTableLayout } from "./option_table.ts";

const WHERE = { path: "f.jsonl", row: 1 };
const ROW = { question: "Which?", options: { A: "x", B: "y" }, answer: "y", answer_idx: "B" };
const parse = (more: Record<string, unknown>) =>
  optionTableLayout.parse({ ...ROW, ...more }, WHERE);

Deno.test("options by letter: each set is told by its columns", () => {
  assertEquals(parse({}).source, "MedBullets");
  assertEquals(parse({ meta_info: "step1" }).source, "MedQA");
  const xpert = optionTableLayout.parse({
    id: "Text-1",
    question: "Which?",
    options: { A: "x", B: "y" },
    label: "A",
    medical_task: "Diagnosis",
    body_system: "Skeletal",
    question_type: "Reasoning",
  }, WHERE);
  assertEquals([xpert.source, xpert.id, xpert.gold, xpert.tags], [
    "MedXpertQA",
    "Text-1",
    { kind: "choice", letter: "A" },
    ["Diagnosis", "Skeletal", "Reasoning"],
  ]);
});

Deno.test("MediQ's sentences become one context", () => {
  const record = parse({ id: 3, context: ["A man.", "He coughs."] });
  assertEquals([record.source, record.id, record.context], ["MediQ", "3", "A man. He coughs."]);
});

Deno.test("bad options, answers and contexts are refused", () => {
  const cases: [Record<string, unknown>, string][] = [
    [
      { answer_idx: "C" },
      'answer_idx must be one of the options\' letters A, B: current value is "C"',
    ],
    [{ answer_idx: null }, "current value is null"],
    [
      { answer: "z" },
      'answer must be the text of option B, which answer_idx names: current value is "z"',
    ],
    [{ options: { A: "x" } }, "2 to 26 options"],
    [{ options: { A: "x", C: "y" } }, 'A, B, C and on: current value is ["A","C"]'],
    [{ options: JSON.parse('{"__proto__":"x","A":"y"}') }, "2 to 26 options"],
    [{ options: "x, y" }, "options by letter, or a list of option texts"],
    [{ options: ["x"] }, "2 to 26 options"],
    [
      { options: { A: "x", B: " " } },
      'options.B must be a text with characters: current value is " "',
    ],
    [{ options: { A: "x", B: 5 } }, "options.B must be a text: current value is 5"],
    [{ context: "one text" }, "context must be a list of texts"],
    [{ context: ["a", 1] }, "context[1] must be a text: current value is 1"],
    [{ question: "   " }, "question must be a text with more than white space"],
    [{ question: "x".repeat(1_000_001) }, "at most 1000000 characters long, not 1000001"],
  ];
  for (const [more, message] of cases) assertThrows(() => parse(more), DataError, message);
});
