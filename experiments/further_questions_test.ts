import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { PreparedQuestion } from "@terse/rl";
import { furtherQuestionsOfStep } from "./further_questions.ts";

const questions = Array.from(
  { length: 20 },
  (_, i) => ({ prompt: { key: String(i) } }) as PreparedQuestion,
);

const keys = (found: readonly PreparedQuestion[]) => found.map(({ prompt }) => prompt.key);

Deno.test("further questions are repeatable, new to the step, and run out", () => {
  const further = furtherQuestionsOfStep(questions, 3, 5);
  const first = keys(further(4, new Set(["0", "1"])));
  assertEquals(new Set(first).size, 4);
  assert(!first.includes("0") && !first.includes("1"));
  const taken = new Set(["0", "1", ...first]);
  const second = keys(further(99, taken));
  assertEquals(second.length, 14);
  assert(second.every((key) => !taken.has(key)));
  assertEquals(keys(furtherQuestionsOfStep(questions, 3, 5)(4, new Set(["0", "1"]))), first);
  assertNotEquals(keys(furtherQuestionsOfStep(questions, 3, 6)(4, new Set(["0", "1"]))), first);
  assertNotEquals(keys(furtherQuestionsOfStep(questions, 4, 5)(4, new Set(["0", "1"]))), first);
});
