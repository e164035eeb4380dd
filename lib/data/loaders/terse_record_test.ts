import { assertEquals, assertThrows } from "@std/assert";
import { DataError } from "../data_error.ts";
import type { QuestionRecord } from "../record.ts";
import { loadRecords } from "./load_records.ts";
import { terseRecordLayout, writeRecords } from "./terse_record.ts";

const CHOICE: QuestionRecord = {
  id: "c-1",
  source: "Demo",
  question: " Which \u{1f600}?\n",
  context: "",
  options: { A: "x", B: "y" },
  gold: { kind: "choice", letter: "B" },
  split: "validation",
  licence: "MIT",
  tags: ["a", ""],
};

const NUMBER = { kind: "calculation", answer: "4", lower: 3, upper: 5, output: "decimal" } as const;
const CALCULATION: QuestionRecord = { ...CHOICE, id: "n-1", options: null, gold: NUMBER };

const parse = (record: unknown) =>
  terseRecordLayout.parse(record as Record<string, unknown>, { path: "r.jsonl", row: 9 });

Deno.test("records come back from a file as they were written", async () => {
  const path = `${await Deno.makeTempDir()}/records.jsonl`;
  const records: QuestionRecord[] = [
    CHOICE,
    CALCULATION,
    { ...CALCULATION, id: "n-2", gold: { ...NUMBER, lower: null, upper: null } },
    {
      ...CALCULATION,
      id: "n-3",
      gold: { ...NUMBER, answer: "1/2/2020", lower: null, upper: null, output: "date" },
    },
    { ...CALCULATION, id: "o-1", gold: { kind: "open", answer: "iron" }, split: "ood" },
    { ...CHOICE, id: "p-1", passRate: 0.25 },
  ];
  await writeRecords(path, records);
  const loaded = await loadRecords(path);
  assertEquals(loaded.records, records);
  assertEquals(loaded.layout, "terse record");
});

Deno.test("options, gold answer and tags may be JSON texts, as in cells of a table", () => {
  const { options, gold, tags } = CHOICE;
  const [optionsText, goldText, tagsText] = [options, gold, tags].map((v) => JSON.stringify(v));
  assertEquals(parse({ ...CHOICE, options: optionsText, gold: goldText, tags: tagsText }), CHOICE);
  assertThrows(() => parse({ ...CHOICE, gold: '"B"' }), DataError, "gold must be an object");
});

Deno.test("records that break a rule are refused", () => {
  const cases: [unknown, string][] = [
    [{ ...CHOICE, id: "" }, "r.jsonl, row 9: id must be"],
    [
      { ...CHOICE, id: undefined },
      "id must be a text of 1 to 200 characters: current value is missing",
    ],
    [
      { ...CHOICE, split: "dev" },
      'split must be one of train, validation, test, ood: current value is "dev"',
    ],
    [{ ...CHOICE, passRate: 1.5 }, "passRate must be a number from 0 to 1"],
    [{ ...CHOICE, passRate: "0.5" }, "passRate must be a number from 0 to 1"],
    [{ ...CHOICE, tags: { a: 1 } }, "tags must be a list of texts"],
    [{ ...CHOICE, tags: "a" }, 'tags must be whole JSON where it is a text: current value is "a"'],
    [{ ...CHOICE, licence: "" }, "licence must be a text with more than white space"],
    [{ ...CHOICE, options: null }, "options must be an object where gold.kind is choice"],
    [{ ...CHOICE, options: undefined }, "options must be options by letter"],
    [{ ...CHOICE, gold: { kind: "choice", letter: "C" } }, "gold.letter must be one of"],
    [{ ...CHOICE, gold: null }, "gold must be an object with a kind"],
    [{ ...CHOICE, gold: { kind: "essay" } }, "gold.kind must be one of choice, calculation, open"],
    [
      { ...CHOICE, gold: { kind: "open", answer: " " } },
      "gold.answer must be a text with characters",
    ],
    [{ ...CALCULATION, gold: { ...NUMBER, lower: 6 } }, "gold.lower must be at most gold.upper 5"],
    [
      { ...CALCULATION, gold: { ...NUMBER, upper: "5" } },
      "gold.upper must be a finite number or null",
    ],
    [{ ...CALCULATION, gold: { ...NUMBER, answer: "7" } }, "a number within the limits 3 and 5"],
    [{ ...CALCULATION, gold: { ...NUMBER, answer: "four" } }, "a number within the limits"],
    [{ ...CALCULATION, gold: { ...NUMBER, output: "text" } }, "gold.output must be one of decimal"],
    [{ ...CALCULATION, gold: { ...NUMBER, output: "date" } }, "a date m/d/yyyy"],
    [
      { ...CALCULATION, gold: { ...NUMBER, output: "weeks_days" } },
      "written like ('17 weeks', '6 days')",
    ],
  ];
  for (const [record, message] of cases) assertThrows(() => parse(record), DataError, message);
});
