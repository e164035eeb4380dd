import { assert, assertEquals, assertThrows } from "@std/assert";
import type { QuestionRecord, Split } from "../record.ts";
import { hashRecords } from "../record_hash.ts";
import { CALCULATORS } from "./calculators/mod.ts";
import { generateQuestions, planOf } from "./questions.ts";
import { UNSEEN_FORMULAS } from "./unseen_formulas.ts";

const SPLITS: readonly Split[] = ["train", "validation", "test", "ood"];

Deno.test("train, validation and test keep their bytes: the tiny policy was trained on them", async () => {
  const hash = (split: Split) => hashRecords(generateQuestions({ seed: 0, split, count: 2000 }));
  assertEquals([await hash("train"), await hash("validation"), await hash("test")], [
    "ad6c3d7bcc36d48058314327a718fdd5e874ee37134042ea925d73d14ad17453",
    "a141c4593caa378ee9052098107a377a7fc63e80af6e32ac4dcc3ee0084f8931",
    "57e00f57f8d232ab3ae5cb2f64c0870d66818b2108fc1be5117c8760f433235f",
  ]);
});

function promptOf(record: QuestionRecord): string {
  const options = Object.entries(record.options ?? {}).map(([letter, text]) =>
    `${letter}: ${text}`
  );
  return [record.question, ...options].join("\n");
}

function questionsOf(split: Split, count = 2000, seed = 1): QuestionRecord[] {
  return generateQuestions({ seed, split, count });
}

Deno.test("half calculations, three in ten choices, two in ten open, in every ten", () => {
  for (const split of SPLITS) {
    const records = questionsOf(split, 200);
    for (let start = 0; start < records.length; start += 10) {
      const kinds = records.slice(start, start + 10).map((record) => record.gold.kind).sort();
      assertEquals(
        kinds.join(" "),
        "calculation ".repeat(5) + "choice ".repeat(3) + "open open",
      );
    }
  }
});

Deno.test("no question text of test or validation stands in train, under any seeds", () => {
  const train = new Set(
    [1, 2, 3].flatMap((seed) => questionsOf("train", 3000, seed)).map((r) => r.question),
  );
  for (const split of ["validation", "test", "ood"] as const) {
    for (const record of [1, 4].flatMap((seed) => questionsOf(split, 3000, seed))) {
      assert(!train.has(record.question), record.question);
    }
  }
  const test = new Set(questionsOf("test").map((record) => record.question));
  for (const record of questionsOf("validation")) assert(!test.has(record.question));
});

Deno.test("test questions ask for the same formulas and topics as train, ood for other formulas", () => {
  const tags = (split: Split, kind: string) =>
    [
      ...new Set(
        questionsOf(split).filter((r) => r.gold.kind === kind).flatMap((r) => r.tags),
      ),
    ].sort();
  for (const kind of ["calculation", "choice", "open"]) {
    assertEquals(tags("test", kind), tags("train", kind));
  }
  const trained = tags("train", "calculation");
  assertEquals(trained.length, 9);
  const unseen = tags("ood", "calculation");
  const named = [...UNSEEN_FORMULAS, ...CALCULATORS].map(({ name }) => name);
  assertEquals(named.filter((name) => !unseen.includes(name)), []);
  assertEquals(unseen.filter((tag) => trained.includes(tag)), []);
  assert(new Set([...trained, ...named]).size >= 30);
});

Deno.test("out of distribution, facts are asked for the other way round", () => {
  const answers = (split: Split) =>
    questionsOf(split).flatMap((r) => r.gold.kind === "open" ? [r.gold.answer] : []);
  const trained = new Set(answers("train"));
  assertEquals(trained.size, 60);
  for (const answer of answers("ood")) assert(!trained.has(answer), answer);
});

Deno.test("right letters are balanced to within one block of four", () => {
  for (const split of SPLITS) {
    const counts: Record<string, number> = { A: 0, B: 0, C: 0, D: 0 };
    const records = questionsOf(split, 2000);
    for (const { gold } of records) {
      if (gold.kind === "choice") counts[gold.letter]! += 1;
    }
    assertEquals(counts, { A: 150, B: 150, C: 150, D: 150 });
  }
});

Deno.test("a choice has four different options, of which the gold letter's is the right one", () => {
  for (const split of SPLITS) {
    for (const record of questionsOf(split)) {
      if (record.gold.kind !== "choice") {
        assertEquals(record.options, null);
        continue;
      }
      assertEquals(Object.keys(record.options!), ["A", "B", "C", "D"]);
      assertEquals(new Set(Object.values(record.options!)).size, 4);
    }
  }
});

Deno.test("the same seed gives the same bytes whatever the count, another seed gives others", () => {
  for (const split of SPLITS) {
    const bytes = JSON.stringify(questionsOf(split, 300));
    assertEquals(JSON.stringify(questionsOf(split, 500).slice(0, 300)), bytes);
    assert(JSON.stringify(questionsOf(split, 300, 2)) !== bytes);
  }
});

Deno.test("records are complete: unique ids, sources by kind, gold of the record's own kind", () => {
  const records = SPLITS.flatMap((split) => questionsOf(split, 500));
  assertEquals(new Set(records.map((record) => record.id)).size, records.length);
  const sources = { calculation: "SampleCalc", choice: "SampleChoice", open: "SampleOpen" };
  for (const record of records) {
    assertEquals(record.source, sources[record.gold.kind]);
    // A patient's case has a note, and its organ system for a second tag.
    const isCase = record.context !== "";
    assertEquals([record.licence, record.tags.length], ["MIT", isCase ? 2 : 1]);
    assert(!isCase || record.split === "ood", record.id);
    if (record.gold.kind === "calculation") {
      const { answer, lower, upper, output } = record.gold;
      const isNumber = output === "decimal" || output === "integer";
      assertEquals([lower === null, upper === null], [!isNumber, !isNumber]);
      if (isNumber) assert(Number(answer) >= lower! && Number(answer) <= upper!, record.id);
    }
  }
});

/** Out of distribution, every other question is in plain sentences. */
const isPlain = ({ question }: QuestionRecord) => /^[A-Z]/.test(question);

Deno.test("half of ood is in plain sentences, of every kind, and nothing of the other splits", () => {
  const plain = questionsOf("ood", 1000).filter(isPlain);
  const count = (kind: string) => plain.filter(({ gold }) => gold.kind === kind).length;
  assertEquals([count("calculation"), count("choice"), count("open")], [250, 150, 100]);
  for (const split of ["train", "validation", "test"] as const) {
    assertEquals(questionsOf(split, 1000).filter(isPlain), []);
  }
  const outputs = plain.flatMap(({ gold }) => gold.kind === "calculation" ? [gold.output] : []);
  assertEquals(new Set(outputs), new Set(["decimal", "integer", "date", "weeks_days"]));
});

Deno.test("other prompts are ASCII, lower case but for options' letters, and at most 45 words long", () => {
  for (const split of SPLITS) {
    for (const record of questionsOf(split).filter((one) => !isPlain(one))) {
      const prompt = promptOf(record);
      assert(/^[\n -~]+$/.test(prompt), prompt);
      assertEquals(record.question, record.question.toLowerCase());
      assert(prompt.split(/\s+/).length <= 45, prompt);
    }
  }
});

Deno.test("numbers and facts run through all before one comes again", () => {
  const pulse = questionsOf("test", 2700).filter((record) =>
    record.gold.kind === "calculation" && record.tags[0] === "pulse pressure"
  ).map((record) => /sbp (\d+)/.exec(record.question)![1] + /dbp (\d+)/.exec(record.question)![1]!);
  assertEquals(pulse.length, 150);
  const first = new Set(pulse.slice(0, 30));
  assertEquals(first.size, 30);
  assertEquals(new Set(pulse).size, 30);
  const open = questionsOf("test", 300).filter((record) => record.gold.kind === "open");
  assertEquals(new Set(open.map((record) => record.question)).size, 60);
});

Deno.test("bad counts and foreign records are refused", () => {
  for (const count of [-1, 1.5, NaN]) {
    assertThrows(
      () => generateQuestions({ seed: 1, split: "train", count }),
      RangeError,
      `current value is ${count}`,
    );
  }
  const [record] = questionsOf("train", 1);
  assertThrows(() => planOf({ ...record!, id: "17" }), RangeError, '"17"');
  assertThrows(() => planOf({ ...record!, source: "MedQA" }), RangeError, "MedQA");
});
