import { assertEquals, assertThrows } from "@std/assert";
import { DataError } from "../data_error.ts";
import { medu1Layout } from "./medu1.ts";

const parse = (answer: unknown) =>
  medu1Layout.parse(
    { Source: "medical-o1-reasoning-SFT", problem: "Why?", answer, think: "<think>..</think>" },
    { path: "h.json", row: 1 },
  );

Deno.test("an open answer loses its tags", () => {
  const record = parse("<answer>\nBecause of\nx.\n</answer>\n");
  assertEquals(record.gold, { kind: "open", answer: "Because of\nx." });
  assertEquals([record.source, record.question, record.id], [
    "medical-o1-reasoning-SFT",
    "Why?",
    "",
  ]);
});

Deno.test("an open answer without its tags, or with nothing in them, is refused", () => {
  for (const answer of ["x", "<answer></answer>", "<answer>x", "<answer>a<answer>b</answer>"]) {
    assertThrows(() => parse(answer), DataError, "between <answer> and </answer>, each once");
  }
  assertThrows(() => parse(null), DataError, "answer must be a text: current value is null");
});

const WHERE = { path: "m.json", row: 4 };
const OPTIONS = { A: "rest", B: "it's tea" };

const choice = (more: Record<string, unknown>) =>
  medu1Layout.parse({
    Source: "MedIQ",
    id: 7,
    problem: "<Context>A man coughs.</Context> <Question>What helps?</Question>",
    options: OPTIONS,
    answer: "B",
    solution: "it's tea",
    ...more,
  }, WHERE);

Deno.test("choices have their options in a field, as an object or as Python writes it", () => {
  const expected = {
    id: "7",
    source: "MedIQ",
    question: "What helps?",
    context: "A man coughs.",
    options: OPTIONS,
    gold: { kind: "choice", letter: "B" },
    split: "train",
    licence: "CC-BY-4.0",
    tags: [],
  } as const;
  assertEquals(choice({}), expected);
  assertEquals(choice({ options: `{'A': 'rest', 'B': "it's tea"}` }), expected);
  assertEquals(choice({ options: null, choices: OPTIONS }), expected);
  assertEquals(choice({ options: undefined, choices: '["rest", "it\'s tea"]' }), expected);
  assertEquals(choice({ answer: "<answer>B</answer>", solution: undefined }), expected);
});

Deno.test("choices may repeat their options in the problem, or have them there alone", () => {
  const lines =
    "<Context>A man coughs.</Context> <Question>What helps?</Question>\nA: rest\nB: it's tea";
  const list = "What helps?\nAnswer Choices: (A) rest (B) it's tea";
  for (const problem of [lines, list]) {
    for (const options of [OPTIONS, undefined]) {
      const record = choice({ problem, options });
      assertEquals([record.question, record.options], ["What helps?", OPTIONS]);
    }
  }
  const expert = choice({
    Source: "MedXpertQA",
    problem: list,
    options: undefined,
    choices: OPTIONS,
    solution: undefined,
    medical_task: "Treatment",
    body_system: "Lung",
    question_type: "Reasoning",
  });
  assertEquals([expert.licence, expert.tags], ["MIT", ["Treatment", "Lung", "Reasoning"]]);
  const other = choice({ problem: "Which (A) or (B)?\nA: rest\nB: tea" });
  assertEquals(other.question, "Which (A) or (B)?\nA: rest\nB: tea");
});

Deno.test("choices that break a rule are refused", () => {
  const cases: [Record<string, unknown>, string][] = [
    [{ answer: "C" }, 'answer must be one of the options\' letters A, B: current value is "C"'],
    [{ answer: ["A", "B"] }, 'current value is ["A","B"]'],
    [{ solution: "rest" }, "solution must be the text of option B, which answer names"],
    [{ options: "{'A': 'rest', 'B': }" }, "options must be options by letter"],
    [{ options: undefined }, "options must be options by letter, as MedIQ has"],
    [{ problem: "\nA: rest\nB: it's tea" }, "problem must be a"],
  ];
  for (const [more, message] of cases) assertThrows(() => choice(more), DataError, message);
});

Deno.test("one file may hold rows of all kinds, with null where a kind has no such field", () => {
  const none = { options: null, choices: null, solution: null, "Lower Limit": null };
  const limits = { "Lower Limit": "95", "Upper Limit": "105" };
  const kinds = [
    { Source: "MedIQ", problem: "What?", answer: "A", ...none, options: OPTIONS },
    { Source: "MedCalc-Bench", problem: "How?", answer: "100", ...none, ...limits },
    { Source: "o1", problem: "Why?", answer: "<answer>So.</answer>", ...none, "Upper Limit": null },
  ].map((row) => medu1Layout.parse(row, WHERE).gold.kind);
  assertEquals(kinds, ["choice", "calculation", "open"]);
});
