// Rows of our own making in the layouts in which the sets are published (../shared/notes/datasets.md).
import { assertEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import pl from "nodejs-polars";
import { DataError } from "../data_error.ts";
import type { QuestionRecord } from "../record.ts";
import { type LoadedData, loadRecords } from "./load_records.ts";
import { type Rows, SCURVY, SETS } from "./testdata/published_sets.ts";

const folder = await Deno.makeTempDir();
let files = 0;

const toLines = (rows: Rows) => rows.map((row) => JSON.stringify(row)).join("\n");

function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return `"${text.replaceAll('"', '""')}"`;
}

function toCsv(rows: Rows): string {
  const names = Object.keys(rows[0]!);
  return [names.map(cell), ...rows.map((row) => names.map((name) => cell(row[name])))]
    .map((cells) => cells.join(",")).join("\r\n");
}

/** A table as Hugging Face writes it: objects become structs, lists stay lists. */
function toParquet(rows: Rows): Uint8Array {
  const path = `${folder}/nested.parquet`;
  pl.readJSON(Buffer.from(toLines(rows)), { format: "lines" }).writeParquet(path);
  return Deno.readFileSync(path);
}

/** Every kind of file that the rows can be published in, under a name that says nothing. */
const WRITERS: Readonly<Record<string, (rows: Rows) => string | Uint8Array>> = {
  lines: toLines,
  list: (rows) => JSON.stringify(rows, null, 2),
  parquet: toParquet,
  csv: toCsv,
};

async function load(content: string | Uint8Array): Promise<LoadedData> {
  const path = `${folder}/${++files}`;
  if (typeof content === "string") await Deno.writeTextFile(path, content);
  else await Deno.writeFile(path, content);
  return await loadRecords(path);
}

for (const { layout, rows, expected } of SETS) {
  for (const [kind, write] of Object.entries(WRITERS)) {
    Deno.test(`${expected[0]!.source} loads from ${kind} as it is published`, async () => {
      const loaded = await load(write(rows));
      assertEquals(loaded.layout, layout);
      assertEquals(loaded.records.length, expected.length);
      expected.forEach((part, i) => {
        for (const [key, value] of Object.entries(part)) {
          assertEquals(loaded.records[i]![key as keyof QuestionRecord], value, `row ${i}: ${key}`);
        }
      });
    });
  }
}

async function refusal(rows: Rows): Promise<DataError> {
  const path = `${folder}/${++files}.jsonl`;
  await Deno.writeTextFile(path, toLines(rows));
  return await assertRejects(() => loadRecords(path), DataError, path);
}

const MCQ = SETS[1]!.rows[0]!;

Deno.test("published rows that break a rule name field, value and rule", async () => {
  const mmlu = SETS[6]!.rows[0]!;
  const ehr = SETS[7]!.rows[0]!;
  const medcalc = SETS[10]!.rows;
  const cases: [Rows, string][] = [
    [[{ ...MCQ, cop: -1 }], "cop must be 0 to 3; the test file is published without answers"],
    [[{ ...MCQ, cop: undefined }], "current value is missing"],
    [[{ ...MCQ, cop: 5 }], "row 1: cop must be 0, 1, 2 or 3: current value is 5"],
    [[{ ...MCQ, opc: "" }], 'opc must be a text with characters: current value is ""'],
    [[{ ...mmlu, answer_index: 2 }], "answer_index must be the place from 0 of option B"],
    [[{ ...mmlu, answer: "D" }], "answer must be one of the options' letters A, B, C"],
    [[{ ...ehr, choice_C: null }], "choice_C must be a text: current value is null"],
    [[{ ...ehr, answer: "F" }], "answer must be one of the options' letters A, B, C, D, E"],
    [
      [{ ...medcalc[0], "Ground Truth Answer": "4" }],
      "Ground Truth Answer must be a date m/d/yyyy",
    ],
    [
      [{ ...medcalc[1], "Ground Truth Answer": "12/07/2021" }],
      "Ground Truth Answer must be weeks and days like",
    ],
    [
      [{ ...medcalc[2], "Ground Truth Answer": "5.5" }],
      "Ground Truth Answer must be a whole number",
    ],
    [
      [{ ...medcalc[0], "Lower Limit": "12/08/2021" }],
      "Lower Limit must be at most the Upper Limit 12/07/2021",
    ],
    [
      [{ ...medcalc[0], "Lower Limit": "12/08/2021", "Upper Limit": "12/08/2021" }],
      "Ground Truth Answer must be within the limits 12/08/2021 and 12/08/2021",
    ],
    [[{ ...SETS[8]!.rows[0], "Ground-True Answer": "" }], "more than white space"],
  ];
  for (const [rows, message] of cases) {
    const error = await refusal(rows);
    assertEquals([error.bad.row, error.message.includes(message)], [1, true], error.message);
  }
});

Deno.test("a MedMCQA file that counts the right option from 1 is refused whole", async () => {
  const rows = [2, 4, 1].map((cop, i) => ({ ...MCQ, id: `m${i}`, cop }));
  const path = `${folder}/${++files}`;
  await Deno.writeTextFile(path, toLines(rows));
  await assertRejects(
    () => loadRecords(path, { onBadRow: "skip" }),
    DataError,
    "row 2, cop must be 0 to 3 as on the Hugging Face hub; this file seems to count from 1",
  );
  await Deno.writeTextFile(path, toLines([{ ...MCQ, id: "m", cop: 0 }, ...rows]));
  const { records, skipped } = await loadRecords(path, { onBadRow: "skip" });
  assertEquals([records.length, skipped[0]?.field, skipped[0]?.found], [3, "cop", "4"]);
});

Deno.test("options may have fewer letters than another row of their table", async () => {
  const { expected, rows } = SETS[0]!;
  const more = { ...rows[0]!, options: { ...SCURVY, E: "vitamin E" }, answer_idx: "E" };
  const loaded = await load(toParquet([{ ...more, answer: "vitamin E" }, rows[0]!]));
  assertEquals(loaded.records[0]?.gold, { kind: "choice", letter: "E" });
  assertEquals(loaded.records[1]?.options, expected[0]!.options!);
});

Deno.test("lists and objects may be texts in JSON or as Python writes them", async () => {
  const row = { question: "Which?", answer: 'Crohn\'s "disease"', answer_idx: "A" };
  const options = `{'A': 'Crohn\\'s "disease"', "B": "it's\\u00e9", 'C': None}`;
  const loaded = await load(toLines([{ ...row, options, context: "('One.', 'Two.')" }]));
  assertEquals(loaded.records[0]?.options, { A: 'Crohn\'s "disease"', B: "it's\u00e9" });
  assertEquals(loaded.records[0]?.context, "One. Two.");
});

Deno.test("who loads EHRNoteQA or MedCalc-Bench v1.0 is told what to know", async () => {
  const [row] = SETS[7]!.rows;
  const [terms, notes] = (await load(toLines([{ ...row, note_1: null, note_2: null }]))).notices;
  assertEquals(terms?.includes("PhysioNet Credentialed Health Data License 1.5.0"), true);
  assertEquals(notes?.startsWith("1 EHRNoteQA questions have no notes: join note_1"), true);
  const medcalc = SETS[10]!.rows[3]!;
  const many = Array.from({ length: 1047 }, (_, i) => ({ ...medcalc, "Row Number": i + 1 }));
  assertEquals((await load(toLines(many))).notices.length, 1);
  assertEquals((await load(toLines(many.slice(1)))).notices, []);
});
