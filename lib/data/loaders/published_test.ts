// Rows of our own making in the layouts in which the sets are published (../shared/notes/datasets.md).
import { assertEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import pl from "nodejs-polars";
import { DataError } from "../data_error.ts";
import type { QuestionRecord } from "../record.ts";
import { type LoadedData, loadRecords } from "./load_records.ts";

const folder = await Deno.makeTempDir();
let files = 0;

type Rows = readonly Record<string, unknown>[];

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

interface Published {
  readonly layout: string;
  readonly rows: Rows;
  readonly expected: readonly Partial<QuestionRecord>[];
}

const SCURVY = { A: "vitamin A", B: "vitamin C", C: "vitamin D", D: "vitamin K" };

const SETS: readonly Published[] = [
  {
    layout: "option table", // MedQA (GBaker 4-option)
    rows: [{
      question: "Which vitamin prevents scurvy?",
      answer: "vitamin C",
      options: SCURVY,
      meta_info: "step1",
      answer_idx: "B",
      metamap_phrases: ["vitamin", "scurvy"],
    }],
    expected: [{
      source: "MedQA",
      licence: "CC-BY-4.0",
      question: "Which vitamin prevents scurvy?",
      options: SCURVY,
      gold: { kind: "choice", letter: "B" },
      tags: ["step1"],
    }],
  },
  {
    layout: "MedMCQA",
    rows: [
      {
        id: "e9ad821a",
        question: "Scurvy is a lack of &quot;vitamin&quot;",
        opa: "A",
        opb: "C",
        opc: "D &amp; K",
        opd: "E",
        cop: 1,
        choice_type: "single",
        exp: null,
        subject_name: "Biochemistry",
        topic_name: null,
      },
      {
        id: "e9ad821b",
        question: "Rickets is a lack of vitamin",
        opa: "D",
        opb: "C",
        opc: "K",
        opd: "E",
        cop: 0,
        choice_type: "multi",
        exp: "Bones need it.",
        subject_name: "Biochemistry",
        topic_name: "Vitamins",
      },
    ],
    expected: [
      {
        id: "e9ad821a",
        source: "MedMCQA",
        licence: "Apache-2.0",
        question: "Scurvy is a lack of &quot;vitamin&quot;",
        options: { A: "A", B: "C", C: "D &amp; K", D: "E" },
        gold: { kind: "choice", letter: "B" },
        tags: ["Biochemistry"],
      },
      { gold: { kind: "choice", letter: "A" }, tags: ["Biochemistry", "Vitamins"] },
    ],
  },
  {
    layout: "PubMedQA (hub)",
    rows: [{
      pubid: 21645374,
      question: "Do lime plants die of cold?",
      context: {
        contexts: ["Limes were cooled.", "Most of them died \u2013 at \u22124\u00b0C."],
        labels: ["METHODS", "RESULTS"],
        meshes: ["Citrus"],
      },
      long_answer: "They do.",
      final_decision: "maybe",
    }],
    expected: [{
      id: "21645374",
      source: "PubMedQA",
      licence: "MIT",
      context: "Limes were cooled.\nMost of them died \u2013 at \u22124\u00b0C.",
      options: { A: "yes", B: "no", C: "maybe" },
      gold: { kind: "choice", letter: "C" },
    }],
  },
  {
    layout: "option table", // MedXpertQA Text
    rows: [{
      id: "Text-7",
      question: "Which bone is it?\nAnswer Choices: (A) Ulna (B) Tibia",
      options: [{ letter: "A", content: "Ulna" }, { letter: "B", content: "Tibia" }],
      label: "B",
      medical_task: "Basic Science",
      body_system: "Skeletal",
      question_type: "Understanding",
    }, {
      id: "Text-8",
      question: "Which of ten?",
      options: Array.from("ABCDEFGHIJ", (letter) => ({ letter, content: `bone ${letter}` })),
      label: "J",
      medical_task: "Diagnosis",
      body_system: "Skeletal",
      question_type: "Reasoning",
    }],
    expected: [
      {
        id: "Text-7",
        source: "MedXpertQA",
        licence: "MIT",
        question: "Which bone is it?",
        options: { A: "Ulna", B: "Tibia" },
        gold: { kind: "choice", letter: "B" },
        tags: ["Basic Science", "Skeletal", "Understanding"],
      },
      { gold: { kind: "choice", letter: "J" } },
    ],
  },
  {
    layout: "option table", // MediQ
    rows: [{
      id: 0,
      question: "Which is the next step?",
      context: ["A man coughs.", "He has no fever."],
      options: { A: "rest", B: "an x-ray" },
      answer: "an x-ray",
      answer_idx: "B",
      facts: ["1. The man coughs."],
      patient: { age: "40 years", gender: "male", specialties: ["Pulmonology"] },
    }],
    expected: [{
      id: "0",
      source: "MediQ",
      licence: "CC-BY-4.0",
      context: "A man coughs. He has no fever.",
      gold: { kind: "choice", letter: "B" },
    }],
  },
  {
    layout: "option table", // MediQ craft_md
    rows: [{
      id: 0,
      question: "Which is the diagnosis?",
      context: ["A man itches", " He has bumps "],
      options: { A: "hives", B: "scabies" },
      answer: "hives",
      answer_idx: "A",
      facts: ["1. The man itches."],
      patient: { age: "40 years", gender: "male" },
    }],
    expected: [{ id: "0", source: "MediQ craft_md", context: "A man itches He has bumps" }],
  },
  {
    layout: "MMLU-Pro",
    rows: [{
      question_id: 6093,
      question: "Which of these is a bone?",
      options: ["liver", "ulna", "lens"],
      answer: "B",
      answer_index: 1,
      cot_content: "",
      category: "health",
      src: "ori_mmlu-anatomy",
    }, {
      question_id: 70,
      question: "Which of ten?",
      options: Array.from("0123456789"),
      answer: "J",
      answer_index: 9,
      cot_content: "",
      category: "law",
      src: "x",
    }],
    expected: [
      {
        id: "6093",
        source: "MMLU-Pro",
        licence: "MIT",
        options: { A: "liver", B: "ulna", C: "lens" },
        gold: { kind: "choice", letter: "B" },
        tags: ["health", "ori_mmlu-anatomy"],
      },
      { gold: { kind: "choice", letter: "J" } },
    ],
  },
  {
    layout: "EHRNoteQA",
    rows: [{
      patient_id: 17,
      question: "What was the made-up patient given?",
      choice_A: "salt",
      choice_B: "chalk",
      choice_C: "rest",
      choice_D: "tea",
      choice_E: "broth",
      answer: "E",
      num_notes: 2,
      note_1: "Made-up note one.",
      note_2: "Made-up note two: broth.",
      note_3: null,
    }],
    expected: [{
      id: "17",
      source: "EHRNoteQA",
      licence: "PhysioNet-Credentialed-Health-Data-1.5.0",
      context: "Made-up note one.\n\nMade-up note two: broth.",
      options: { A: "salt", B: "chalk", C: "rest", D: "tea", E: "broth" },
      gold: { kind: "choice", letter: "E" },
    }],
  },
  {
    layout: "medical-o1-verifiable-problem",
    rows: [{
      "Open-ended Verifiable Question": "Which vitamin prevents scurvy?",
      "Ground-True Answer": "Vitamin C",
    }],
    expected: [{
      source: "medical-o1-verifiable-problem",
      licence: "Apache-2.0",
      question: "Which vitamin prevents scurvy?",
      gold: { kind: "open", answer: "Vitamin C" },
    }],
  },
  {
    layout: "medical-o1-reasoning-SFT",
    rows: [{
      Question: "Which vitamin prevents scurvy?",
      Complex_CoT: "Sailors took limes.",
      Response: "It is vitamin C.",
    }],
    expected: [{
      source: "medical-o1-reasoning-SFT",
      licence: "Apache-2.0",
      gold: { kind: "open", answer: "It is vitamin C." },
    }],
  },
  {
    layout: "MedCalc-Bench",
    rows: [13, 69, 4, 60].map((calculator, i) => {
      const answer = ["12/07/2021", "('17 weeks', '6 days')", "5.0", "100"][i]!;
      return {
        "Row Number": String(i + 1),
        "Calculator ID": String(calculator),
        "Calculator Name": `Calculator ${calculator}`,
        Category: "date",
        "Output Type": ["date", "weeks/days", "integer", "decimal"][i]!,
        "Note ID": `pmc-${i}`,
        "Note Type": "Extracted",
        "Patient Note": 'A made-up "note",\nof two lines.',
        Question: `How much by ${calculator}?`,
        "Relevant Entities": "{'age': [40, 'years']}",
        "Ground Truth Answer": answer,
        "Lower Limit": i === 3 ? "95.0" : answer,
        "Upper Limit": i === 3 ? "105.0" : answer,
        "Ground Truth Explanation": "It is so.",
      };
    }),
    expected: [
      {
        id: "1-13-pmc-0",
        source: "MedCalc-Bench",
        licence: "CC-BY-SA-4.0",
        question: "How much by 13?",
        context: 'A made-up "note",\nof two lines.',
        gold: {
          kind: "calculation",
          answer: "12/07/2021",
          lower: null,
          upper: null,
          output: "date",
        },
        tags: ["Calculator 13", "date"],
      },
      {
        gold: {
          kind: "calculation",
          answer: "('17 weeks', '6 days')",
          lower: null,
          upper: null,
          output: "weeks_days",
        },
      },
      { gold: { kind: "calculation", answer: "5.0", lower: 5, upper: 5, output: "integer" } },
      { gold: { kind: "calculation", answer: "100", lower: 95, upper: 105, output: "decimal" } },
    ],
  },
];

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
