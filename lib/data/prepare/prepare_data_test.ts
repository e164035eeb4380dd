import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { join } from "node:path";
import { type BudgetSpec, drawBudget } from "../budget.ts";
import { DataError } from "../data_error.ts";
import { writeRecords } from "../loaders/terse_record.ts";
import { readParquet } from "../parquet.ts";
import type { QuestionRecord } from "../record.ts";
import type { Manifest } from "./manifest.ts";
import { prepareData, type PrepareOptions } from "./prepare_data.ts";
import { recordTable } from "./question_table.ts";
import { readPrepared } from "./read_prepared.ts";
import { defineRecipe, type RecipeSource, type RecipeStep } from "./recipe.ts";
import { ask, makeCase } from "./testdata_question.ts";

/** Prepares files by the names of their sources. */
async function prepare(
  files: Readonly<Record<string, string>>,
  steps: readonly RecipeStep[],
  { splits = {}, seed = 3, ...options }: Partial<PrepareOptions> & {
    readonly seed?: number;
    readonly splits?: Readonly<Record<string, NonNullable<RecipeSource["split"]>>>;
  } = {},
) {
  const sources = Object.keys(files).map((name) =>
    splits[name] === undefined ? { name } : { name, split: splits[name]! }
  );
  const recipe = defineRecipe({ name: "demo", description: "For tests.", seed, sources, steps });
  const out = options.out ?? join(await Deno.makeTempDir(), "out");
  const manifest = await prepareData(
    { recipe, path: "/recipe.ts", sourcePaths: Object.values(files) },
    {
      out,
      onBadRow: "fail",
      onProgress: () => {},
      signal: new AbortController().signal,
      threads: 1,
      loadTokenizer: () => Promise.resolve((text) => text.split(/\s+/).filter(Boolean).length),
      ...options,
    },
  );
  return { out, manifest };
}

async function write(name: string, records: readonly QuestionRecord[]): Promise<string> {
  const path = join(await Deno.makeTempDir(), name);
  if (name.endsWith(".parquet")) recordTable(records).writeParquet(path);
  else await writeRecords(path, records);
  return path;
}

async function writeJson(value: unknown): Promise<string> {
  const path = join(await Deno.makeTempDir(), "data.json");
  await Deno.writeTextFile(path, JSON.stringify(value));
  return path;
}

async function removedLines(out: string) {
  const text = await Deno.readTextFile(join(out, "removed.jsonl"));
  return text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

const cases = (count: number, fields: (i: number) => Partial<QuestionRecord> = () => ({})) =>
  Array.from({ length: count }, (_, i) => ask(String(i), { question: makeCase(i), ...fields(i) }));

const BUDGETS: RecipeStep = {
  step: "budgets",
  budgets: { kind: "uniform", mode: "exact", low: 100, high: 2000 },
};

const ALL_STEPS: readonly RecipeStep[] = [
  { step: "filter", withoutTags: ["bad"] },
  { step: "exact_duplicates" },
  { step: "near_duplicates", threshold: 0.8 },
  { step: "split", validation: 0.1, test: 0.2 },
  { step: "decontaminate", ngram: 8, overlap: 0.7 },
  { step: "mix", weights: { Demo: 1, Other: 2 }, epochs: 2 },
  { step: "curriculum", by: "random" },
  BUDGETS,
];

Deno.test("what Med-U1's splits share is found and listed", async () => {
  const calculation = (i: number) => ({
    Source: "MedCalc-Bench",
    id: i,
    problem: `<Context> ${makeCase(i)} </Context> <Question> What is the score? </Question>`,
    answer: "4.5",
    "Lower Limit": "4",
    "Upper Limit": "5",
    "Ground Truth Explanation": "",
  });
  const open = (i: number) => ({
    Source: "medical-o1-reasoning-SFT",
    problem: makeCase(1000 + i),
    answer: "<answer>iron</answer>",
    think: "",
  });
  const range = (first: number, count: number) =>
    Array.from({ length: count }, (_, i) => first + i);
  // 3 calculations in validation and test; 2 open prompts of validation and 4 of test in train.
  const files = {
    train_calculation: await writeJson(range(0, 30).map(calculation)),
    train_open: await writeJson(range(0, 40).map(open)),
    validation_calculation: await writeJson(range(100, 10).map(calculation)),
    validation_open: await writeJson([...range(5, 2), ...range(50, 8)].map(open)),
    test_calculation: await writeJson([...range(107, 3), ...range(200, 7)].map(calculation)),
    test_open: await writeJson([...range(10, 4), ...range(70, 6)].map(open)),
  };
  const splits = Object.fromEntries(
    Object.keys(files).map((name) => [name, name.split("_")[0] as "train"]),
  );
  const { out, manifest } = await prepare(files, [
    { step: "exact_duplicates" },
    { step: "near_duplicates", threshold: 0.8 },
    { step: "decontaminate", ngram: 8, overlap: 0.7 },
  ], { splits });
  const step = manifest.steps[2]!;
  assertEquals(step.in, { train: 70, validation: 20, test: 20, ood: 0 });
  assertEquals(step.out, { train: 64, validation: 17, test: 20, ood: 0 });
  const pairs = (await removedLines(out)).map(({ removed, match }) =>
    `${removed.source} ${removed.split}-${match.split}`
  );
  assertEquals(
    Object.fromEntries(
      Object.entries(Object.groupBy(pairs, (p) => p)).map(
        ([pair, found]) => [pair, found!.length],
      ),
    ),
    {
      "MedCalc-Bench validation-test": 3,
      "medical-o1-reasoning-SFT train-validation": 2,
      "medical-o1-reasoning-SFT train-test": 4,
    },
  );
  for (const { removed, match } of await removedLines(out)) {
    assertEquals(removed.question, match.question);
  }
  const left = (await readPrepared(out)).records.map(({ context, question }) => context + question);
  assertEquals(new Set(left).size, left.length);
});

async function fileBytes(out: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for await (const { name } of Deno.readDir(out)) {
    if (name === "manifest.json") continue;
    files.set(name, new Uint8Array(await Deno.readFile(join(out, name))).toHex());
  }
  return files;
}

/** Cases of two sources with copies of both kinds and a few leaks. */
function mixture(count: number): QuestionRecord[] {
  const fields = (i: number) => ({
    source: i % 3 === 0 ? "Other" : "Demo",
    tags: i % 11 === 0 ? ["bad"] : [],
  });
  const originals = cases(count, fields);
  return originals.map((record, i) => {
    if (i % 10 !== 7) return record;
    const { question } = originals[i - 5]!;
    return { ...record, question: i % 20 === 7 ? question : question.replace("brought", "taken") };
  });
}

Deno.test("the same rows give the same bytes, from JSON lines or Parquet, on one thread or more", async () => {
  const records = mixture(21_000);
  const lines = await prepare({ one: await write("q.jsonl", records) }, ALL_STEPS);
  const table = await prepare({ one: await write("q.parquet", records) }, ALL_STEPS, {
    threads: 2,
  });
  const expected = await fileBytes(lines.out);
  assertEquals([...expected.keys()].sort(), [
    "removed.jsonl",
    "test-00000-of-00001.parquet",
    "train-00000-of-00001.parquet",
    "validation-00000-of-00001.parquet",
  ]);
  assert((await fileBytes(table.out)).entries().every(([name, hex]) => expected.get(name) === hex));
  assertEquals(table.manifest.hash, lines.manifest.hash);
  assertNotEquals(table.manifest.sources[0]!.sha256, lines.manifest.sources[0]!.sha256);
  assertNotEquals(table.manifest.recipeHash, lines.manifest.recipeHash);
});

Deno.test("a change in one source's file, or of the seed, changes the hashes", async () => {
  const records = mixture(300);
  const [one, two] = [records.slice(0, 150), records.slice(150)];
  const files = { one: await write("a.jsonl", one), two: await write("b.jsonl", two) };
  const first = (await prepare(files, ALL_STEPS)).manifest;
  assertEquals((await prepare(files, ALL_STEPS)).manifest, first);
  await writeRecords(files.two, [...two.slice(1), { ...two[0]!, question: makeCase(5000) }]);
  const other = (await prepare(files, ALL_STEPS, { seed: 4 })).manifest;
  assertNotEquals(other.recipeHash, first.recipeHash);
  assertNotEquals(other.hash, first.hash);
  const second = (await prepare(files, ALL_STEPS)).manifest;
  assertNotEquals(second.recipeHash, first.recipeHash);
  assertNotEquals(second.hash, first.hash);
  assertEquals(second.sources[0]!.sha256, first.sources[0]!.sha256);
});

Deno.test("the manifest counts rows by source and kind, and each step's rows", async () => {
  const records = mixture(300);
  const { out, manifest } = await prepare({ one: await write("q.jsonl", records) }, ALL_STEPS);
  const { records: read, budgets, isOrdered, hash } = await readPrepared(out);
  assertEquals([isOrdered, hash], [true, manifest.hash]);
  const counts: Record<string, Record<string, Record<string, number>>> = {};
  for (const { split, source, gold } of read) {
    const bySource = counts[split] ??= {};
    const byKind = bySource[source] ??= {};
    byKind[gold.kind] = (byKind[gold.kind] ?? 0) + 1;
  }
  assertEquals(manifest.rows, counts);
  assertEquals(manifest.steps.map(({ step }) => step), ALL_STEPS.map(({ step }) => step));
  for (const [i, { in: before }] of manifest.steps.entries()) {
    const earlier = manifest.steps[i - 1];
    if (earlier !== undefined) assertEquals(before.train, earlier.out.train);
  }
  assertEquals(manifest.steps[0]!.in.train, 300);
  // Shares 1 to 2, each row at most twice.
  const train = manifest.rows.train!;
  assertAlmostEquals(train.Other!.open! / train.Demo!.open!, 2, 0.03);
  for (const budget of budgets!) assert(budget.mode === "exact" && budget.tokens >= 100);
  for (const { name, rows } of manifest.files.filter(({ split }) => split !== undefined)) {
    assertEquals((await readParquet(join(out, name))).length, rows);
  }
});

Deno.test("records come out as they went in, repeats with ids of their own", async () => {
  const records = [
    ask("1", { options: { A: "x", B: '\u{1f600}\n"' }, gold: { kind: "choice", letter: "B" } }),
    ask("2", {
      context: makeCase(1),
      gold: { kind: "calculation", answer: "4", lower: 3.5, upper: null, output: "decimal" },
      tags: ["a", ""],
      passRate: 0.25,
    }),
  ];
  const { out } = await prepare({ one: await write("q.jsonl", records) }, [
    { step: "mix", epochs: 2, total: 4 },
  ]);
  const { records: read, budgets, isOrdered } = await readPrepared(out);
  assertEquals([budgets, isOrdered], [null, false]);
  assertEquals(read, [...records, ...records.map((r) => ({ ...r, id: `${r.id}#2` }))]);
});

Deno.test("near-duplicates stay on one side of a split that takes the same share of each stratum", async () => {
  const records = cases(600, (i) => ({
    source: i < 400 ? "Demo" : "Other",
    question: i % 2 === 0 ? makeCase(i) : makeCase(i - 1).replace("brought", "taken"),
    // Other answers are no other questions here.
    gold: { kind: "open", answer: `iron ${i % 2}` },
  }));
  const { out, manifest } = await prepare({ one: await write("q.jsonl", records) }, [
    { step: "split", validation: 0.1, test: 0.2 },
  ]);
  assertEquals(manifest.rows, {
    train: { Demo: { open: 280 }, Other: { open: 140 } },
    validation: { Demo: { open: 40 }, Other: { open: 20 } },
    test: { Demo: { open: 80 }, Other: { open: 40 } },
  });
  const sides = new Map((await readPrepared(out)).records.map(({ id, split }) => [id, split]));
  for (let i = 0; i < 600; i += 2) assertEquals(sides.get(String(i)), sides.get(String(i + 1)));
});

const BUDGET_KINDS: readonly BudgetSpec[] = [
  { kind: "none" },
  { kind: "fixed", mode: "exact", tokens: 64 },
  { kind: "uniform", mode: "maximum", low: 100, high: 2000 },
  { kind: "log_uniform", mode: "exact", low: 16, high: 1024 },
  { kind: "normal", mode: "maximum", mean: 500, deviation: 200, low: 1, high: 900 },
  {
    kind: "halves",
    first: { kind: "fixed", mode: "exact", tokens: 7 },
    second: { kind: "fixed", mode: "maximum", tokens: 9 },
  },
];

Deno.test("budgets of every kind belong to the record, whatever else is in the set", async () => {
  const few = await write("few.jsonl", cases(40));
  const more = await write("more.jsonl", [...cases(90).slice(40), ...cases(40)]);
  for (const budgets of BUDGET_KINDS) {
    const steps: RecipeStep[] = [{ step: "curriculum", by: "random" }, {
      step: "budgets",
      budgets,
    }];
    const byId = async (path: string) => {
      const { records: read, budgets } = await readPrepared(
        (await prepare({ one: path }, steps)).out,
      );
      return new Map(read.map(({ id }, i) => [id, budgets![i]!]));
    };
    const [own, wider] = [await byId(few), await byId(more)];
    for (const [id, budget] of own) {
      assertEquals(budget, drawBudget(budgets, 3, `Demo/${id}`, 0));
      assertEquals(wider.get(id), budget);
    }
    assertEquals([own.size, wider.size], [40, 90]);
  }
});

Deno.test("a repeated record has another budget each time", async () => {
  const spec = { kind: "uniform", mode: "exact", low: 1, high: 1_000_000 } as const;
  const { out } = await prepare({ one: await write("q.jsonl", cases(1)) }, [
    { step: "mix", epochs: 2, total: 2 },
    { step: "budgets", budgets: spec },
  ]);
  assertEquals(
    (await readPrepared(out)).budgets,
    [0, 1].map((epoch) => drawBudget(spec, 3, "Demo/0", epoch)),
  );
});

Deno.test("the files hold the curriculum's order and stages", async () => {
  const rates = [0.5, 1, undefined, 0, 0.25];
  const records = rates.map((passRate, i) =>
    ask("abcde"[i]!, {
      question: "?".padStart(10 - i, "x"),
      source: i < 3 ? "Demo" : "Other",
      ...(passRate === undefined ? {} : { passRate }),
    })
  );
  const path = await write("q.jsonl", records);
  const rows = async (step: RecipeStep) => {
    const { out } = await prepare({ one: path }, [step]);
    return await readParquet(join(out, "train-00000-of-00001.parquet"));
  };
  const ids = async (step: RecipeStep) => (await rows(step)).map(({ id }) => id).join("");
  assertEquals(await ids({ step: "curriculum", by: "difficulty" }), "baedc");
  assertEquals(await ids({ step: "curriculum", by: "difficulty", descending: true }), "deabc");
  assertEquals(await ids({ step: "curriculum", by: "length" }), "edcba");
  const staged = await rows({
    step: "curriculum",
    by: "source",
    stages: [{ share: 0.4, weights: { Other: 1 } }, { share: 0.6, weights: { Demo: 1 } }],
  });
  assertEquals(
    staged.map(({ source, stage }) => `${source} ${Number(stage)}`),
    ["Other 0", "Other 0", "Demo 1", "Demo 1", "Demo 1"],
  );
});

Deno.test("a credentialed set's terms are in the manifest, its texts outside the tables nowhere", async () => {
  const path = join(await Deno.makeTempDir(), "q.csv");
  const row = (id: number, question: string, answer: string) =>
    `${id},${question},one,two,three,four,five,${answer},SECRET note`;
  await Deno.writeTextFile(
    path,
    [
      "patient_id,question,choice_A,choice_B,choice_C,choice_D,choice_E,answer,note_1",
      row(1, "SECRET question?", "A"),
      row(2, "SECRET question?", "A"),
      row(3, "SECRET other?", "SECRET"),
    ].join("\n"),
  );
  const { out, manifest } = await prepare({ one: path }, [{ step: "exact_duplicates" }], {
    onBadRow: "skip",
  });
  const [{ notices, skipped }] = manifest.sources as [Manifest["sources"][number]];
  assertEquals(notices.length, 1);
  assertStringIncludes(notices[0]!, "PhysioNet credentialed data");
  assertEquals(skipped.map(({ row, found }) => [row, found]), [[3, "not shown"]]);
  const [line] = await removedLines(out);
  assertEquals([line.removed.id, line.removed.question], ["2", "not shown"]);
  assert(!JSON.stringify([manifest, line]).includes("SECRET"));
});

Deno.test("filters keep kinds, tags and lengths in tokens", async () => {
  const records = [
    ask("1", { question: "one two three", tags: ["a"] }),
    ask("2", { question: "one two three four five", tags: ["a"] }),
    ask("3", { question: "one two three", tags: ["b"] }),
    ask("4", { question: "one two three", tags: ["a", "c"] }),
    ask("5", {
      question: "one two three",
      tags: ["a"],
      options: { A: "x y z", B: "z" },
      gold: { kind: "choice", letter: "A" },
    }),
  ];
  const path = await write("q.jsonl", records);
  const kept = async (step: Omit<Extract<RecipeStep, { step: "filter" }>, "step">) => {
    const { out } = await prepare({ one: path }, [{ step: "filter", ...step }]);
    return (await readPrepared(out)).records.map(({ id }) => id).join("");
  };
  assertEquals(await kept({ tags: ["a"], withoutTags: ["c"] }), "125");
  assertEquals(await kept({ kinds: ["choice"] }), "5");
  assertEquals(await kept({ lengthTokens: { model: "words", least: 4, most: 6 } }), "2");
  await assertRejects(
    () => kept({ tags: ["z"] }),
    RangeError,
    "at least one question must be left",
  );
});

Deno.test("an id that an earlier file has gets its source's name", async () => {
  const files = {
    one: await write("a.jsonl", [ask("1"), ask("2")]),
    two: await write("b.jsonl", [ask("2", { question: "Another one?" }), ask("3")]),
  };
  const { records } = await readPrepared((await prepare(files, [])).out);
  assertEquals(records.map(({ id }) => id), ["1", "2", "2@two", "3"]);
});

Deno.test("bad rows stop it, or are left out and listed; nothing is left behind", async () => {
  const rows = [ask("1"), { ...ask("2"), question: " " }, ask("3"), ask("1")].map((record) =>
    record as QuestionRecord
  );
  for (const name of ["q.jsonl", "q.parquet"]) {
    const path = await write(name, rows);
    const parent = await Deno.makeTempDir();
    const out = join(parent, "out");
    const error = await assertRejects(() => prepare({ one: path }, [], { out }), DataError);
    assertEquals([error.bad.row, error.bad.field, error.bad.path], [2, "question", path]);
    assertEquals([...Deno.readDirSync(parent)], []);
    const { manifest } = await prepare({ one: path }, [], { out, onBadRow: "skip" });
    assertEquals(
      manifest.sources[0]!.skipped.map(({ row, field }) => [row, field]),
      [[2, "question"], [4, "id"]],
    );
    assertEquals([...Deno.readDirSync(parent)].map((entry) => entry.name), ["out"]);
    assertEquals((await readPrepared(out)).records.length, 2);
  }
});

Deno.test("an existing folder is refused, and leftovers of killed processes are removed", async () => {
  const path = await write("q.jsonl", cases(5));
  const parent = await Deno.makeTempDir();
  const out = join(parent, "out");
  await Deno.mkdir(join(parent, ".out.1234.part"));
  await Deno.mkdir(join(parent, ".other.1234.part"));
  await prepare({ one: path }, [], { out });
  assertEquals([...Deno.readDirSync(parent)].map(({ name }) => name).sort(), [
    ".other.1234.part",
    "out",
  ]);
  await assertRejects(
    () => prepare({ one: path }, [], { out }),
    Error,
    "the folder must not exist",
  );
});

Deno.test("an abort ends it and leaves nothing behind", async () => {
  const path = await write("q.jsonl", mixture(50));
  const parent = await Deno.makeTempDir();
  const controller = new AbortController();
  const reason = new Error("stopped by the test");
  await assertRejects(
    () =>
      prepare({ one: path }, ALL_STEPS, {
        out: join(parent, "out"),
        signal: controller.signal,
        onProgress: (what) => what === "writing" && controller.abort(reason),
      }),
    Error,
    "stopped by the test",
  );
  assertEquals([...Deno.readDirSync(parent)], []);
});

Deno.test("a file that is not the manifest's is refused when the folder is read", async () => {
  const { out } = await prepare({ one: await write("q.jsonl", cases(5)) }, []);
  const path = join(out, "train-00000-of-00001.parquet");
  await Deno.writeFile(path, (await Deno.readFile(path)).slice(0, -1));
  await assertRejects(() => readPrepared(out), DataError, "SHA-256 must be the manifest's");
  await Deno.writeTextFile(join(out, "manifest.json"), "{}");
  await assertRejects(() => readPrepared(out), DataError, 'format must be "terse prepared data 1"');
});
