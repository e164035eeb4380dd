import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Manifest, type QuestionRecord, readPrepared, writeRecords } from "@terse/data";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { recordTable } from "../lib/data/prepare/question_table.ts";
import { ask, makeCase } from "../lib/data/prepare/testdata_question.ts";

const SCRIPT = new URL("./data_prepare.ts", import.meta.url).pathname;
const SAMPLE = new URL("../experiments/recipes/sample.ts", import.meta.url).pathname;
const SHARED = new URL("../../shared/data/", import.meta.url).pathname;

function start(
  args: readonly string[],
  { env = {}, flags = [] }: {
    readonly env?: Record<string, string>;
    readonly flags?: readonly string[];
  } = {},
): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", ...flags, SCRIPT, ...args],
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function run(...given: Parameters<typeof start>) {
  const { code, stdout, stderr } = await start(...given).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), error: text(stderr) };
}

async function manifestOf(folder: string): Promise<Manifest> {
  return JSON.parse(await Deno.readTextFile(join(folder, "manifest.json")));
}

async function fileBytes(folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const { name } of Deno.readDir(folder)) {
    if (name !== "manifest.json") files[name] = (await Deno.readFile(join(folder, name))).toHex();
  }
  return files;
}

const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

// Enough rows for several threads.
const records: QuestionRecord[] = Array.from({ length: 21_000 }, (_, i) =>
  ask(String(i), {
    // Near-duplicates, exact ones, and originals.
    question: i % 10 === 7
      ? makeCase(i - 5).replace("brought", "taken")
      : makeCase(i % 10 === 3 ? i - 1 : i),
    source: i % 3 === 0 ? "Other" : "Demo",
  }));
const folder = await Deno.makeTempDir();
const lines = join(folder, "q.jsonl"), table = join(folder, "q.parquet");
await writeRecords(lines, records);
recordTable(records).writeParquet(table);
const recipe = join(folder, "recipe.ts");
await Deno.writeTextFile(
  recipe,
  `export default {
    name: "demo",
    description: "For tests.",
    seed: 3,
    sources: [{ name: "one" }],
    steps: [
      { step: "exact_duplicates" },
      { step: "near_duplicates", threshold: 0.8 },
      { step: "split", validation: 0.1, test: 0.2 },
      { step: "decontaminate", ngram: 8, overlap: 0.7 },
      { step: "mix", weights: { Demo: 1, Other: 2 }, epochs: 2 },
      { step: "curriculum", by: "random" },
      { step: "budgets", budgets: { kind: "uniform", mode: "exact", low: 9, high: 99 } },
    ],
  };`,
);

/** Waits until a process writes its pieces. */
async function untilItWrites(parent: string): Promise<void> {
  for (let i = 0; i < 6000; i++) {
    const part = names(parent).find((name) => name.endsWith(".part"));
    const folder = part === undefined ? null : join(parent, part, "pieces");
    // The folder is there a moment before its pieces' folder.
    const pieces = folder === null || !existsSync(folder) ? [] : names(folder);
    if (pieces.some((name) => name.startsWith("source-"))) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("it wrote nothing in 30 s");
}

Deno.test("one thread of polars or all, JSON lines or Parquet, killed before or not: the same bytes", async () => {
  const whole = join(folder, "whole");
  const one = await run([recipe, "--source", `one=${table}`, "--out", whole], {
    env: { POLARS_MAX_THREADS: "1" },
  });
  assertEquals([one.code, one.error], [0, ""]);
  const parent = join(folder, "killed");
  await Deno.mkdir(parent);
  const again = [recipe, "--source", `one=${lines}`, "--out", join(parent, "out")];
  const child = start(again);
  const ended = child.output();
  await untilItWrites(parent);
  child.kill("SIGKILL");
  assertEquals((await ended).signal, "SIGKILL");
  // Only the folder of work is there, and it is not what the reader takes for data.
  assertEquals(names(parent).map((name) => /^\.out\..*\.part$/.test(name)), [true]);
  assertEquals((await run(again)).code, 0);
  assertEquals(names(parent), ["out"]);
  assertEquals(await fileBytes(join(parent, "out")), await fileBytes(whole));
  assertEquals((await manifestOf(join(parent, "out"))).hash, (await manifestOf(whole)).hash);
});

Deno.test({
  name: "an interrupt stops it with status 130 and leaves nothing",
  ignore: Deno.build.os === "windows",
  async fn() {
    const parent = await Deno.makeTempDir();
    const child = start([recipe, "--source", `one=${lines}`, "--out", join(parent, "out")]);
    const ended = child.output();
    await untilItWrites(parent);
    child.kill("SIGINT");
    const { code, stderr } = await ended;
    assertEquals(code, 130);
    assertStringIncludes(new TextDecoder().decode(stderr), "nothing was written");
    assertEquals(names(parent), []);
  },
});

Deno.test("a file of several times the heap goes through", async () => {
  const path = join(folder, "large.jsonl");
  const file = await Deno.open(path, { write: true, create: true });
  const writer = file.writable.getWriter();
  // 150 MB of notes in a heap of 80 MB.
  for (let i = 0; i < 600; i++) {
    // Every third is nearly the one before it.
    const note = i % 3 === 2 ? makeCase(i - 1).replace("brought", "taken") : makeCase(i);
    const record = ask(String(i), { context: note.repeat(900), question: "What is to be done?" });
    const line = `${JSON.stringify(record)}\n`;
    await writer.write(new TextEncoder().encode(line));
  }
  await writer.close();
  assert((await Deno.stat(path)).size > 140e6);
  const out = join(folder, "large");
  const steps = join(folder, "large.ts");
  await Deno.writeTextFile(
    steps,
    `export default { name: "large", description: "For tests.", seed: 1, sources: [{ name: "one" }],
      steps: [{ step: "exact_duplicates" }, { step: "near_duplicates", threshold: 0.8 }] };`,
  );
  const { code, error } = await run([steps, "--source", `one=${path}`, "--out", out], {
    flags: ["--v8-flags=--max-old-space-size=80"],
  });
  assertEquals([code, error], [0, ""]);
  const [step, near] = (await manifestOf(out)).steps;
  assertEquals([step!.out.train, near!.out.train], [600, 400]);
  await Deno.remove(path);
});

Deno.test("the sample's recipe needs no file", async () => {
  const out = join(folder, "sample");
  const { code, out: text, error } = await run([SAMPLE, "--out", out]);
  assertEquals([code, error], [0, ""]);
  const { steps, hash, seed } = await manifestOf(out);
  assertEquals(seed, 1);
  assertStringIncludes(text, `data     ${hash}`);
  // Every step that removes finds something to remove in it.
  const total = (counts: Readonly<Record<string, number>>) =>
    Object.values(counts).reduce((a, b) => a + b);
  for (const { step, in: before, out: after } of steps) {
    if (["filter", "exact_duplicates", "near_duplicates", "decontaminate"].includes(step)) {
      assert(total(after) < total(before), step);
    }
  }
  const { records, budgets, isOrdered } = await readPrepared(out);
  assertEquals([records.length, isOrdered], [budgets!.length, true]);
  assertEquals(new Set(records.map(({ split }) => split)).size, 4);
});

Deno.test("what is wrong is said, and nothing is written", async () => {
  const parent = await Deno.makeTempDir();
  const out = join(parent, "out");
  const wrong = async (file: string, ...args: string[]) => {
    const { code, error } = await run([file, "--out", out, ...args]);
    assertEquals(names(parent), []);
    return { code, error };
  };
  const given = ["--source", `one=${lines}`];
  const edited = async (name: string, from: string, to: string) => {
    const path = join(folder, `${name}.ts`);
    await Deno.writeTextFile(path, (await Deno.readTextFile(recipe)).replace(from, to));
    return path;
  };
  const threshold = await wrong(await edited("a", "threshold: 0.8", "threshold: 80"), ...given);
  assertEquals(threshold.code, 1);
  assertStringIncludes(
    threshold.error,
    "step 2 (near_duplicates): threshold must be a number greater than 0 and at most 1: current value is 80",
  );
  const weights = await wrong(await edited("b", "Demo: 1", "Dem: 1"), ...given);
  assertStringIncludes(
    weights.error,
    "Cannot prepare demo: step 5 (mix): Cannot mix: weights must name Other, Demo, each of them " +
      '(0 for none): current value has "Dem"',
  );
  const rates = await wrong(await edited("c", '"random"', '"difficulty"'), ...given);
  assertStringIncludes(rates.error, "step 6 (curriculum): Cannot order by difficulty");
  assertStringIncludes((await wrong(recipe)).error, "Give it by --source one=PATH");
  const usage = await wrong(recipe, "--on-bad-row", "ask");
  assertEquals(usage.code, 2);
  assertStringIncludes(usage.error, '--on-bad-row must be fail or skip: current value is "ask"');
});

function isShared(): boolean {
  try {
    return Deno.statSync(`${SHARED}medqa.jsonl`).isFile;
  } catch {
    return false;
  }
}

Deno.test({
  name:
    "../shared/data: MedQA and Med-U1's calculations are prepared (ignored where the folder is absent)",
  ignore: !isShared(),
  async fn() {
    const path = join(folder, "shared.ts");
    await Deno.writeTextFile(
      path,
      `export default {
        name: "shared",
        description: "For tests.",
        seed: 1,
        sources: [{ name: "choices", split: "train" }, { name: "calculations", split: "train" }],
        steps: [
          { step: "filter", lengthTokens: { model: "tiny", least: 1 } },
          { step: "exact_duplicates" },
          { step: "near_duplicates", threshold: 0.8 },
          { step: "split", validation: 0.1, test: 0.1 },
          { step: "decontaminate", ngram: 8, overlap: 0.7 },
          { step: "curriculum", by: "length" },
          { step: "budgets", budgets: { kind: "uniform", mode: "maximum", low: 100, high: 2000 } },
        ],
      };`,
    );
    const out = join(folder, "shared");
    const { code, error } = await run([
      path,
      ...["--source", `choices=${SHARED}medqa.jsonl`],
      ...["--source", `calculations=${SHARED}medu1_medcalc.json`],
      ...["--out", out],
    ]);
    assertEquals([code, error], [0, ""]);
    const { sources, steps, rows } = await manifestOf(out);
    // Rows as the folder's README counts them.
    assertEquals(sources.map(({ rows }) => rows), [621, 517]);
    assertEquals(steps[0]!.in, { train: 1138, validation: 0, test: 0, ood: 0 });
    for (const split of ["train", "validation", "test"]) {
      assertEquals(Object.keys(rows[split]!).sort(), ["MedCalc-Bench", "MedQA"]);
    }
    const removed = (await Deno.readTextFile(join(out, "removed.jsonl"))).split("\n").length - 1;
    const total = (await readPrepared(out)).records.length;
    assertEquals(removed + total, 1138);
  },
});
