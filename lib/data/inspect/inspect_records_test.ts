import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import { uniformInteger } from "../random.ts";
import type { QuestionRecord } from "../record.ts";
import { inspectRecords } from "./inspect_records.ts";
import { countLetters } from "./letters.ts";
import { countWords, measureLengths } from "./lengths.ts";

function open(id: string, more: Partial<QuestionRecord> = {}): QuestionRecord {
  return {
    id,
    source: "Demo",
    question: `Which of the many vitamins is it that question number ${id} asks for?`,
    context: "",
    options: null,
    gold: { kind: "open", answer: "vitamin C" },
    split: "train",
    licence: "MIT",
    tags: [],
    ...more,
  };
}

function choice(id: string, letter: string, more: Partial<QuestionRecord> = {}): QuestionRecord {
  const options = { A: `a ${id}`, B: `b ${id}`, C: `c ${id}`, D: `d ${id}` };
  return open(id, { options, gold: { kind: "choice", letter }, ...more });
}

const whole = (name: string, records: readonly QuestionRecord[]) => [{ name, records }];

Deno.test("lengths are nearest-rank quantiles, and every question is in the bin of its length", () => {
  const records = Array.from(
    { length: 100 },
    (_, i) => open(`${i}`, { question: "w ".repeat(i + 1) }),
  );
  const { edges, rows } = measureLengths(records, countWords);
  const [row] = rows;
  assertEquals([row?.least, row?.median, row?.p95, row?.most], [1, 50, 95, 100]);
  assertEquals(edges.slice(0, 6), [0, 1, 2, 3, 4, 6]);
  row!.bins.forEach((count, bin) => {
    const expected = records.filter((_, i) => i + 1 >= edges[bin]! && i + 1 < edges[bin + 1]!);
    assertEquals(count, expected.length);
  });
  assertEquals(row!.bins.reduce((sum, count) => sum + count), 100);
  const none = measureLengths([open("x", { question: "" })], countWords);
  assertEquals([none.edges, none.rows[0]?.bins], [[0, 1, 2], [1, 0]]);
});

Deno.test("lengths count context, question and options", () => {
  const record = choice("1", "A", { context: "two words", question: "three more words" });
  assertEquals(measureLengths([record], countWords).rows[0]?.most, 2 + 3 + 4 * 2);
});

Deno.test("fair letters are not called uneven, unfair ones are, too few are not judged", () => {
  const draw = (i: number) => "ABCD"[uniformInteger(0, 3, "letter", 1, i)]!;
  const fair = Array.from({ length: 2000 }, (_, i) => choice(`f${i}`, draw(i), { source: "fair" }));
  const unfair = Array.from(
    { length: 400 },
    (_, i) => choice(`u${i}`, i % 3 === 0 ? "A" : draw(i), { source: "unfair" }),
  );
  const few = Array.from({ length: 19 }, (_, i) => choice(`s${i}`, "A", { source: "few" }));
  const rows = countLetters([...few, ...fair, ...unfair]);
  assertEquals(rows.map(({ source, isSkewed }) => [source, isSkewed]), [
    ["fair", false],
    ["unfair", true],
    ["few", false],
  ]);
  assertEquals(rows[2]?.test, null);
  assertEquals(rows[1]!.counts.reduce((sum, count) => sum + count), 400);
  assertEquals(rows.some(({ isFixed }) => isFixed), false);
});

Deno.test("about one in a hundred fair tables is called uneven, not one in ten", () => {
  let uneven = 0;
  for (let trial = 0; trial < 400; trial++) {
    const records = Array.from(
      { length: 100 },
      (_, i) => choice(`${i}`, "ABCD"[uniformInteger(0, 3, "fair", 2, trial, i)]!),
    );
    if (countLetters(records)[0]!.isSkewed) uneven++;
  }
  // Binomial with 400 trials of 1 %: more than 12 has a chance of 0.0006.
  assert(uneven <= 12, String(uneven));
});

Deno.test("the same options everywhere are classes, and the warning says so", () => {
  const options = { A: "yes", B: "no", C: "maybe" };
  const records = Array.from(
    { length: 90 },
    (_, i) => choice(`${i}`, i < 70 ? "A" : "B", { options }),
  );
  const { letters, warnings } = inspectRecords({ parts: whole("all", records), checkGold() {} });
  assertEquals([letters[0]?.isFixed, letters[0]?.isSkewed], [true, true]);
  assertMatch(warnings[0]!, /its 3 answers are not equally common; always A is right in 77\.8 %/);
});

Deno.test("duplicates, overlaps of parts and bad gold answers are counted and warned of", () => {
  const train = [open("1"), open("2"), open("3", { question: open("1").question.toUpperCase() })];
  const test = [
    open("4", { question: open("2").question, split: "test" }),
    open("5", { split: "test" }),
  ];
  const found = inspectRecords({
    parts: [{ name: "train", records: train }, { name: "test", records: test }],
    checkGold(record) {
      if (record.id === "5") throw new Error("no good");
    },
  });
  assertEquals([found.duplicates.exact, found.duplicates.near], [2, 0]);
  assertEquals(found.duplicates.examples.map(({ first, second }) => [first, second]), [
    ["Demo/1", "Demo/3"],
    ["Demo/2", "Demo/4"],
  ]);
  assertEquals(found.overlaps.map(({ part, other, exact, ngram }) => [part, other, exact, ngram]), [
    ["train", "test", 1, 0],
  ]);
  assertEquals(found.gold, { checked: 5, failed: 1, examples: ["Demo/5: no good"] });
  assertEquals(found.warnings, [
    "duplicates of earlier questions: 2 exact, 0 near",
    "questions of train that give away questions of test: 1",
    "gold answers that do not earn full marks: 1",
  ]);
  assertEquals(found.counts.map(({ split, rows }) => [split, rows]), [["test", 2], ["train", 3]]);
});

Deno.test("samples are bounded, the same every time, and of every group", () => {
  const long = "x".repeat(100_000);
  const records = [
    ...Array.from({ length: 50 }, (_, i) => open(`${i}`)),
    open("long", {
      source: "Long",
      question: long,
      context: long,
      gold: { kind: "open", answer: long },
      tags: Array.from({ length: 100 }, () => long),
    }),
  ];
  const request = { parts: whole("all", records), checkGold() {} };
  const { samples } = inspectRecords(request);
  assertEquals(samples.map(({ source }) => source), ["Demo", "Demo", "Long"]);
  assertEquals(inspectRecords(request).samples, samples);
  assertGreater(10_000, JSON.stringify(samples).length);
});

Deno.test("of credentialed sets no text is kept", () => {
  const secret = "SECRET";
  const records = ["1", "2"].map((id) =>
    open(id, { source: "EHRNoteQA", question: secret, context: secret, tags: [secret] })
  );
  const found = inspectRecords({
    parts: whole("all", records),
    checkGold() {
      throw new Error(secret);
    },
  });
  assertEquals([found.duplicates.exact, found.gold.failed], [1, 2]);
  assert(!JSON.stringify(found).includes(secret));
});

Deno.test("an empty set is inspected, too", () => {
  const found = inspectRecords({ parts: [], checkGold() {} });
  assertEquals([found.rows, found.lengths, found.letters, found.warnings], [0, [], [], []]);
});
