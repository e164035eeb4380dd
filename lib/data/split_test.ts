import { assertEquals, assertLess, assertNotEquals, assertThrows } from "@std/assert";
import type { QuestionRecord } from "./record.ts";
import { assignSplits } from "./split.ts";

function ask(id: string, question: string, context = ""): QuestionRecord {
  return {
    id,
    source: "Demo",
    question,
    context,
    options: null,
    gold: { kind: "open", answer: "yes" },
    split: "train",
    licence: "MIT",
    tags: [],
  };
}

const MANY = Array.from({ length: 4000 }, (_, i) => ask(`q-${i}`, `Question ${i}?`));

const sides = (records: readonly QuestionRecord[]) =>
  new Map(records.map((record) => [record.id, record.split]));

Deno.test("assignSplits takes about the fraction asked for, and all or none at the ends", () => {
  const split = assignSplits(MANY, { seed: 1, test: 0.2 });
  const tests = split.filter((record) => record.split === "test").length;
  // Standard deviation: sqrt(4000 * 0.2 * 0.8) = 25.3.
  assertLess(Math.abs(tests - 800), 101);
  assertEquals(assignSplits(MANY, { seed: 1, test: 0 }).every((r) => r.split === "train"), true);
  assertEquals(assignSplits(MANY, { seed: 1, test: 1 }).every((r) => r.split === "test"), true);
});

Deno.test("assignSplits keeps a question's side whatever the order and company", () => {
  const all = sides(assignSplits(MANY, { seed: 1, test: 0.3 }));
  const some = assignSplits([...MANY].reverse().slice(0, 500), { seed: 1, test: 0.3 });
  for (const record of some) assertEquals(record.split, all.get(record.id));
  assertNotEquals(sides(assignSplits(MANY, { seed: 2, test: 0.3 })), all);
});

Deno.test("assignSplits grows the test set: a larger fraction keeps the smaller's questions", () => {
  const small = sides(assignSplits(MANY, { seed: 1, test: 0.1 }));
  for (const record of assignSplits(MANY, { seed: 1, test: 0.4 })) {
    if (small.get(record.id) === "test") assertEquals(record.split, "test");
  }
});

Deno.test("assignSplits puts questions of the same text on one side", () => {
  const pairs = Array.from({ length: 300 }, (_, i) => [
    ask(`a-${i}`, `What is drug ${i} for?`),
    ask(`b-${i}`, `  what is DRUG ${i},\nfor`),
  ]).flat();
  const split = sides(assignSplits(pairs, { seed: 4, test: 0.5 }));
  for (let i = 0; i < 300; i++) assertEquals(split.get(`a-${i}`), split.get(`b-${i}`));
  assertEquals(new Set(split.values()).size, 2);
});

Deno.test("assignSplits tells questions apart by their context", () => {
  const records = Array.from({ length: 100 }, (_, i) => ask(`q-${i}`, "What next?", `Case ${i}`));
  const split = new Set(assignSplits(records, { seed: 1, test: 0.5 }).map((r) => r.split));
  assertEquals(split.size, 2);
});

Deno.test("assignSplits leaves ood records where they are and its input unchanged", () => {
  const record: QuestionRecord = { ...ask("x", "y"), split: "ood" };
  assertEquals(assignSplits([record], { seed: 1, test: 1 }), [record]);
  assignSplits(MANY, { seed: 1, test: 1 });
  assertEquals(MANY[0]?.split, "train");
});

Deno.test("assignSplits refuses a fraction outside 0 to 1", () => {
  for (const test of [-0.1, 1.1, NaN]) {
    assertThrows(() => assignSplits(MANY, { seed: 1, test }), RangeError, `value is ${test}`);
  }
});
