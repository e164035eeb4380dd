import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  defaultTemplate,
  generateQuestions,
  loadRecords,
  readParquet,
  writeRecords,
} from "@terse/data";
import { existsSync } from "node:fs";
import pl from "nodejs-polars";
import { UsageError } from "./data_arguments.ts";
import { runExport } from "./data_export.ts";

const folder = await Deno.makeTempDir();
const records = [
  ...generateQuestions({ seed: 1, split: "train", count: 6 }),
  ...generateQuestions({ seed: 1, split: "ood", count: 4 }),
];
const file = `${folder}/records.jsonl`;
await writeRecords(file, records);

async function run(...args: string[]): Promise<{ status: number; text: string }> {
  const lines: string[] = [];
  const status = await runExport(args, (line) => lines.push(line));
  return { status, text: lines.join("\n") };
}

Deno.test("a split is exported with a template and pass rates of the user's own", async () => {
  const template = `${folder}/template.json`;
  await Deno.writeTextFile(
    template,
    JSON.stringify({ ...defaultTemplate, name: "mine", system: "Be right." }),
  );
  const rates = `${folder}/rates.csv`;
  await Deno.writeTextFile(
    rates,
    `source,id,pass_rate\n${records[0]!.source},${records[0]!.id},0.5\nMedQA,1,1\n`,
  );
  const out = `${folder}/train.parquet`;
  const { status, text } = await run(
    ...[file, "--format", "verl", "--out", out, "--split", "train"],
    ...["--template", template, "--pass-rate", rates],
  );
  assertEquals(status, 0);
  assertStringIncludes(text, "pass rates: 1 of 6 questions have one; 1 of the file's rates");
  assertStringIncludes(text, `${out} (verl): 6 rows, template "mine" (sha256 `);
  const rows = pl.readParquet(out).toRecords() as unknown as {
    prompt: { content: string }[];
    extra_info: { id: string; pass_rate: number | null };
  }[];
  assertEquals(rows.map((row) => row.prompt[0]!.content), Array(6).fill("Be right."));
  assertEquals(rows.map((row) => row.extra_info.pass_rate), [0.5, ...Array(5).fill(null)]);
});

Deno.test("records with pass rates can be written as the project's own", async () => {
  const rates = `${folder}/rates.jsonl`;
  await Deno.writeTextFile(rates, JSON.stringify({ id: records[3]!.id, pass_rate: 0.125 }));
  const out = `${folder}/rated.jsonl`;
  await run(file, "--format", "terse-jsonl", "--out", out, "--pass-rate", rates);
  assertEquals(
    (await loadRecords(out)).records,
    records.map((record, i) => i === 3 ? { ...record, passRate: 0.125 } : record),
  );
});

Deno.test("bad rows stop the export, or are listed and left out", async () => {
  const bad = `${folder}/bad.jsonl`;
  await Deno.writeTextFile(bad, `${await Deno.readTextFile(file)}{"id":"x"}\n`);
  const out = `${folder}/good.parquet`;
  const args = [bad, "--format", "trl-parquet", "--out", out];
  await assertRejects(() => run(...args), Error, "row 11");
  assertEquals(existsSync(out), false);
  const { text } = await run(...args, "--on-bad-row", "skip");
  assertStringIncludes(text, "left out 1 rows that do not load");
  assertStringIncludes(text, "10 rows");
  // Nested cells are not for the reader of plain tables.
  await assertRejects(() => readParquet(out), TypeError, "column prompt");
});

Deno.test("wrong command lines and empty splits are refused", async () => {
  const cases: [string[], string][] = [
    [[], "FILE|DIR must be given once: current number is 0"],
    [[file, file, "--format", "verl"], "FILE|DIR must be given once: current number is 2"],
    [[file, "--out", "x"], "--format must be given"],
    [[file, "--format", "verl"], "--out must be given"],
    [
      [file, "--format", "csv"],
      "--format must be one of verl, trl-parquet, trl-jsonl, terse-jsonl",
    ],
    [[file, "--split", "dev"], "--split must be one of train, validation, test, ood"],
  ];
  for (const [args, message] of cases) {
    await assertRejects(() => run(...args), UsageError, message);
  }
  await assertRejects(
    () => run(file, "--format", "verl", "--out", `${folder}/x`, "--split", "test"),
    RangeError,
    "at least one question: current number is 0. 10 are of other splits than test",
  );
  assertEquals((await run("--help")).status, 0);
});
