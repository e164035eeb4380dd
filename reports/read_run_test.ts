import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { readRun } from "./read_run.ts";
import { writeMadeRun } from "./testdata_run.ts";

const SIZE = { seeds: 2, steps: 6, questions: 12 };

async function withMadeRun(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "terse-run-" });
  try {
    await writeMadeRun(folder, SIZE);
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Changes a JSON file in place. */
async function edit(path: string, change: (value: Record<string, unknown>) => void): Promise<void> {
  const value = JSON.parse(await Deno.readTextFile(path));
  change(value);
  await Deno.writeTextFile(path, JSON.stringify(value));
}

Deno.test("a run folder is read whole: arms in order, metrics, answers, rollouts, summary", async () => {
  await withMadeRun(async (folder) => {
    const run = await readRun(folder);
    assertEquals(run.arms.map(({ name }) => name), [
      "start",
      "none",
      "exact",
      "maximum",
      "gated",
      "shortest",
      "broken",
    ]);
    const exact = run.arms[2]!;
    assertEquals(exact.seeds.map(({ seed }) => seed), [1, 2]);
    assertEquals(exact.seeds[0]!.metrics.length, SIZE.steps);
    assertEquals(exact.seeds[0]!.metrics[2]!.entropy, null);
    assertEquals(exact.seeds[0]!.evaluationRows.length, 2 * SIZE.questions);
    assertEquals(exact.seeds[0]!.evaluation?.splits.test?.n, SIZE.questions);
    assertEquals(exact.seeds[0]!.rollouts.total, 8);
    assertEquals(exact.seeds[0]!.rollouts.failed, 1);
    const summary = JSON.parse(await Deno.readTextFile(join(folder, "summary.json")));
    assertEquals(exact.splits, summary.arms[2].splits);
    assertEquals(run.problems, []);
  });
});

Deno.test("failed seeds, failed arms and arms without a folder are shown as such", async () => {
  await withMadeRun(async (folder) => {
    await Deno.remove(join(folder, "arms", "gated"), { recursive: true });
    await Deno.remove(join(folder, "summary.json"));
    const run = await readRun(folder);
    const failed = Object.fromEntries(run.arms.map((arm) => [arm.name, arm.failed]));
    assertEquals(failed.none, []);
    assertEquals(failed.gated!.map(({ seed }) => seed), [1, 2]);
    assertStringIncludes(failed.gated![0]!.error, "nothing that can be read");
    assertEquals(failed.shortest!.map(({ seed }) => seed), [2]);
    assertStringIncludes(failed.broken![0]!.error, "loss must be finite");
    assertEquals(run.intervals, null);
  });
});

Deno.test("a damaged file costs its own numbers only, and is named with line and field", async () => {
  await withMadeRun(async (folder) => {
    const seed = join(folder, "arms", "exact", "seed-1");
    await Deno.writeTextFile(
      join(seed, "metrics.jsonl"),
      '{"step":1,"kl":0}\n{"step":2,"kl":"x"}\n',
    );
    await edit(join(seed, "evaluation.json"), (value) => value.splits = "two");
    await Deno.writeTextFile(join(seed, "evaluation.parquet"), "no table");
    await Deno.writeTextFile(join(seed, "status.json"), "{");
    const run = await readRun(folder);
    const exact = run.arms[2]!;
    assertEquals(exact.seeds[0]!.metrics, []);
    assertEquals(exact.seeds[1]!.metrics.length, SIZE.steps);
    const problems = run.problems.join("\n");
    assertStringIncludes(
      problems,
      `metrics.jsonl, line 2: kl must be a number: current value is "x"`,
    );
    assertStringIncludes(
      problems,
      `evaluation.json: splits must be a record: current value is "two"`,
    );
    assertStringIncludes(problems, join(seed, "evaluation.parquet"));
    assertStringIncludes(problems, "status.json: the content must be JSON");
    assertEquals(run.problems.length, 4);
  });
});

Deno.test("a last line of metrics that was cut off while written is no error", async () => {
  await withMadeRun(async (folder) => {
    const path = join(folder, "arms", "exact", "seed-1", "metrics.jsonl");
    await Deno.writeTextFile(path, '{"step":1,"kl":0}\n{"step":2,"k');
    const run = await readRun(folder);
    assertEquals(run.arms[2]!.seeds[0]!.metrics, [{ step: 1, kl: 0 }]);
    assertEquals(run.problems, []);
  });
});

Deno.test("experiment.json has to be whole: errors name file, field, rule and value", async () => {
  await withMadeRun(async (folder) => {
    const path = join(folder, "experiment.json");
    await edit(path, (value) => {
      (value.arms as Record<string, unknown>[])[1]!.title = 7;
    });
    const wrong = await assertRejects(() => readRun(folder), TypeError);
    assert(wrong instanceof TypeError);
    assertStringIncludes(wrong.message, path);
    assertStringIncludes(wrong.message, "arms.1.title must be a string: current value is 7");
    await Deno.remove(path);
    await assertRejects(() => readRun(folder), Deno.errors.NotFound, path);
  });
});
