import { assert, assertEquals, assertRejects } from "@std/assert";
import pl from "nodejs-polars";
import { writeParquet } from "../parquet.ts";
import { buildMessages } from "../prompt.ts";
import { defaultTemplate, hashTemplate, tinyTemplate } from "../prompt_template.ts";
import type { QuestionRecord } from "../record.ts";
import { writeRecords } from "../loaders/terse_record.ts";
import { EXPORT_FORMATS, exportManifestPath, exportQuestions } from "./export_questions.ts";
import type { ExportedQuestion } from "./layout.ts";
import { readQuestions } from "./read_questions.ts";

const CHOICE: QuestionRecord = {
  id: "c1",
  source: "MedQA",
  question: "Which?",
  context: "",
  options: { A: "x", B: "y \u00e9" },
  gold: { kind: "choice", letter: "B" },
  split: "train",
  licence: "CC-BY-4.0",
  tags: [],
  passRate: 0.25,
};
const CALCULATION: QuestionRecord = {
  ...CHOICE,
  id: "n1",
  source: "MedCalc-Bench",
  context: "He weighs 80 kg.",
  question: "How much?",
  options: null,
  gold: { kind: "calculation", answer: "25.2", lower: 23.94, upper: 26.46, output: "decimal" },
  licence: "CC-BY-SA-4.0",
};
const { passRate: _, ...UNRATED } = CHOICE;
const OPEN: QuestionRecord = {
  ...UNRATED,
  id: "o1",
  options: null,
  gold: { kind: "open", answer: "iron" },
  split: "test",
};
const DATE: QuestionRecord = {
  ...CALCULATION,
  id: "d1",
  gold: { kind: "calculation", answer: "02/29/2020", lower: null, upper: null, output: "date" },
};

const QUESTIONS: readonly ExportedQuestion[] = [
  { record: CHOICE, budget: { mode: "maximum", tokens: 300 } },
  { record: CALCULATION, budget: { mode: "exact", tokens: 50 } },
  { record: OPEN, budget: { mode: "none" } },
  { record: DATE, budget: { mode: "none" } },
];

const folder = await Deno.makeTempDir();

// Polars' own type of a row knows plain cells alone.
const readNested = (path: string) =>
  pl.readParquet(path).toRecords() as unknown as Record<string, unknown>[];

Deno.test("verl's parquet holds chats, ground truths, limits, budgets and what graders need", async () => {
  const path = `${folder}/verl.parquet`;
  await exportQuestions(path, QUESTIONS, "verl", defaultTemplate);
  const rows = readNested(path);
  assertEquals(
    rows.map((row) => row.prompt),
    QUESTIONS.map(({ record, budget }) => buildMessages(record, budget, defaultTemplate)),
  );
  assertEquals(Object.keys(rows[0]!), [
    "data_source",
    "prompt",
    "ability",
    "reward_model",
    "extra_info",
  ]);
  assertEquals(rows.map((row) => row.data_source), [
    "MedQA",
    "MedCalc-Bench",
    "MedQA",
    "MedCalc-Bench",
  ]);
  assertEquals(rows.map((row) => row.reward_model), [
    { style: "rule", ground_truth: "B", num_tokens: -300, lower_limit: null, upper_limit: null },
    { style: "rule", ground_truth: "25.2", num_tokens: 50, lower_limit: 23.94, upper_limit: 26.46 },
    { style: "rule", ground_truth: "iron", num_tokens: -1, lower_limit: null, upper_limit: null },
    {
      style: "rule",
      ground_truth: "02/29/2020",
      num_tokens: -1,
      lower_limit: null,
      upper_limit: null,
    },
  ]);
  assertEquals(rows[0]!.extra_info, {
    split: "train",
    index: 0,
    id: "c1",
    kind: "choice",
    output: null,
    options: '{"A":"x","B":"y \u00e9"}',
    pass_rate: 0.25,
  });
  assertEquals(rows[3]!.extra_info, {
    split: "train",
    index: 3,
    id: "d1",
    kind: "calculation",
    output: "date",
    options: null,
    pass_rate: 0.25,
  });
});

Deno.test("TRL's parquet and JSON lines hold the same rows: a chat, and columns for the rewards", async () => {
  const [parquet, lines] = [`${folder}/trl.parquet`, `${folder}/trl.jsonl`];
  const one = await exportQuestions(parquet, QUESTIONS, "trl-parquet", tinyTemplate);
  const other = await exportQuestions(lines, QUESTIONS, "trl-jsonl", tinyTemplate);
  const rows = (await Deno.readTextFile(lines)).trimEnd().split("\n").map((row) => JSON.parse(row));
  assertEquals(readNested(parquet), rows);
  assertEquals(one.hash, other.hash);
  assertEquals(rows[1], {
    prompt: [{ role: "user", content: "He weighs 80 kg.\nHow much?\nThink for 50 tokens." }],
    answer: "25.2",
    kind: "calculation",
    output: "decimal",
    lower: 23.94,
    upper: 26.46,
    options: null,
    num_tokens: 50,
    id: "n1",
    source: "MedCalc-Bench",
    split: "train",
    pass_rate: 0.25,
  });
});

Deno.test("the manifest says what is in the file, and changes with the wording", async () => {
  const path = `${folder}/manifest.jsonl`;
  const manifest = await exportQuestions(path, QUESTIONS, "trl-jsonl", defaultTemplate);
  assertEquals(JSON.parse(await Deno.readTextFile(exportManifestPath(path))), manifest);
  const { features, hash, ...rest } = manifest;
  assertEquals(rest, {
    format: "trl-jsonl",
    rows: 4,
    rowsBySource: { "MedQA": 2, "MedCalc-Bench": 2 },
    rated: 3,
    licences: ["CC-BY-4.0", "CC-BY-SA-4.0"],
    template: { name: "default", hash: await hashTemplate(defaultTemplate) },
  });
  const types = features as Record<string, unknown>;
  const text = { dtype: "string", _type: "Value" };
  assertEquals(types.prompt, [{ role: text, content: text }]);
  assertEquals(types.lower, { dtype: "float64", _type: "Value" });
  const reworded = { ...defaultTemplate, separator: "\n" };
  const other = await exportQuestions(path, QUESTIONS, "trl-jsonl", reworded);
  assert(other.hash !== hash && other.template.hash !== manifest.template.hash);
});

Deno.test("the same questions give the same bytes in every format", async () => {
  for (const format of EXPORT_FORMATS) {
    const bytes = async (name: string) => {
      await exportQuestions(`${folder}/${name}`, QUESTIONS, format, defaultTemplate);
      return await Deno.readFile(`${folder}/${name}`);
    };
    assertEquals(await bytes("once"), await bytes("twice"), format);
  }
});

Deno.test("a folder's files are read in order, with the budgets that data:prepare wrote", async () => {
  const prepared = await Deno.makeTempDir();
  await writeRecords(`${prepared}/a.jsonl`, [OPEN]);
  await Deno.writeTextFile(`${prepared}/manifest.json`, "{}");
  const cells = (record: QuestionRecord) => ({
    ...record,
    kind: record.gold.kind,
    options: record.options && JSON.stringify(record.options),
    gold: JSON.stringify(record.gold),
    tags: JSON.stringify(record.tags),
    passRate: record.passRate ?? null,
  });
  const rows = [cells(CHOICE), cells(CALCULATION), cells({ ...OPEN, id: "o2" })];
  const names = Object.keys(rows[0]!) as (keyof (typeof rows)[number])[];
  await writeParquet(
    `${prepared}/train-00000-of-00001.parquet`,
    {
      ...Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name] as string)])),
      budget_mode: ["maximum", "exact", "none"],
      budget_tokens: [300, 50, null],
    },
    {
      ...Object.fromEntries(
        names.map((name) => [name, name === "passRate" ? "float" as const : "string" as const]),
      ),
      budget_mode: "string",
      budget_tokens: "int",
    },
  );
  const { questions, skipped } = await readQuestions(prepared, "fail");
  assertEquals(skipped, []);
  assertEquals(questions, [
    { record: OPEN, budget: { mode: "none" } },
    { record: CHOICE, budget: { mode: "maximum", tokens: 300 } },
    { record: CALCULATION, budget: { mode: "exact", tokens: 50 } },
    { record: { ...OPEN, id: "o2" }, budget: { mode: "none" } },
  ]);
});

Deno.test("budgets that break a rule and empty folders are refused", async () => {
  const path = `${folder}/budgets.jsonl`;
  const row = { ...OPEN, budget_mode: "exact", budget_tokens: 0 };
  await Deno.writeTextFile(path, JSON.stringify(row));
  await assertRejects(
    () => readQuestions(path, "fail"),
    Error,
    "row 1: budget_tokens must be a whole number, 1 or more: current value is 0",
  );
  await Deno.writeTextFile(path, JSON.stringify({ ...row, budget_mode: "much" }));
  await assertRejects(
    () => readQuestions(path, "fail"),
    Error,
    'row 1: budget_mode must be none, exact or maximum: current value is "much"',
  );
  const empty = await Deno.makeTempDir();
  await assertRejects(
    () => readQuestions(empty, "fail"),
    RangeError,
    "a folder must hold .parquet, .jsonl",
  );
});
