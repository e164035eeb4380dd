import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Inspection, inspectRecords, type QuestionRecord } from "@terse/data";
import { lengthsSpec, lettersSpec } from "./inspection/charts.ts";
import { renderInspection } from "./write_inspection.ts";

function choice(id: number, source: string, letter: string, words: number): QuestionRecord {
  return {
    id: `${id}`,
    source,
    question: `Number ${id}: ${"word ".repeat(words)}`,
    context: "",
    options: { A: `x ${id}`, B: `y ${id}` },
    gold: { kind: "choice", letter },
    split: "train",
    licence: "MIT",
    tags: [],
  };
}

function inspect(records: readonly QuestionRecord[]): Inspection {
  return {
    title: "made.jsonl",
    files: [{ path: "made.jsonl", layout: "made", sha256: "0".repeat(64), rows: 1, skipped: 0 }],
    skipped: [],
    notices: [],
    ...inspectRecords({ parts: [{ name: "train", records }], checkGold() {} }),
  };
}

Deno.test("a page shows every number of an inspection's tables, and its charts", async () => {
  const records = [
    ...Array.from({ length: 40 }, (_, i) => choice(i, "Even", "AB"[i % 2]!, 1 + i)),
    ...Array.from({ length: 1234 }, (_, i) => choice(i, "Uneven", "A", 3)),
  ];
  const html = await renderInspection(inspect(records));
  for (const text of ["1,274 questions of 2 sources", "A 100.0 %", "uneven", "MIT", "made.jsonl"]) {
    assert(html.includes(text), text);
  }
  assertEquals(html.match(/<svg/g)?.length, 2);
  assertEquals(html.match(/<details class="sample"/g)?.length, 4);
});

Deno.test("an empty set, one row, and many sources with long names still make a page", async () => {
  const empty = inspect([]);
  assertEquals([lengthsSpec(empty), lettersSpec(empty)], [null, null]);
  assertMatch(await renderInspection(empty), /0 questions of 0 sources/);
  assertMatch(
    await renderInspection(inspect([choice(1, "One", "A", 0)])),
    /1 question of 1 source/,
  );
  const many = Array.from(
    { length: 40 },
    (_, i) => choice(i, `Source ${i} ${"x".repeat(300)}`, "A", i),
  );
  const html = await renderInspection(inspect(many));
  assertEquals(html.match(/<svg/g)?.length, 2);
  assert(html.length < 1_000_000, `${html.length} characters`);
});

Deno.test("what must not be shown is said, and terms are", async () => {
  const record = { ...choice(1, "EHRNoteQA", "A", 5), question: "SECRET" };
  const html = await renderInspection({ ...inspect([record]), notices: ["Terms <of> use"] });
  assert(!html.includes("SECRET"));
  assertMatch(html, /not shown: credentialed data/);
  assertMatch(html, /Terms &lt;of&gt; use/);
});
