import { assertEquals, assertThrows } from "@std/assert";
import { DataError } from "../data_error.ts";
import { medu1OpenLayout } from "./medu1_open.ts";

const parse = (answer: unknown) =>
  medu1OpenLayout.parse(
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
