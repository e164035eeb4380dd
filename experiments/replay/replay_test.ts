import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { readParquet, writeParquet } from "@terse/data";
import { join } from "node:path";
import type { LoadedExperiment } from "../experiment_file.ts";
import type { Experiment } from "../experiment.ts";
import { lengthRewards } from "../length_rewards.ts";
import { mixtures } from "../mixtures.ts";
import { armFolder, armPaths } from "../run_folder.ts";
import { bestChanges, rankCorrelation, ranksOf } from "./ranks.ts";
import { replayFolder, replayRun } from "./replay_run.ts";
import { formatReplay } from "./replay_text.ts";
import { storeArm } from "./testdata_run.ts";

function loadedAs(experiment: Experiment): LoadedExperiment {
  return { experiment, path: `/${experiment.name}.ts`, sha256: "0" };
}

async function withRun(work: (run: string) => Promise<void>): Promise<void> {
  const run = await Deno.makeTempDir({ prefix: "terse-replay-" });
  try {
    await work(run);
  } finally {
    await Deno.remove(run, { recursive: true });
  }
}

const rest = { addedRewards: [], storedArm: null };

Deno.test("ranks, rank correlation and the best of a group, by hand", () => {
  assertEquals(ranksOf([3, 1, 2]), [1, 3, 2]);
  assertEquals(ranksOf([1, 1, 0, 1]), [2, 2, 4, 2]);
  assertEquals(rankCorrelation([1, 2, 3], [10, 20, 30]), 1);
  assertEquals(rankCorrelation([1, 2, 3], [3, 2, 1]), -1);
  // Ranks 4,3,2,1 and 3,4,2,1: 1 - 6 x 2 / (4 x 15).
  assertAlmostEquals(rankCorrelation([1, 2, 3, 4], [2, 1, 3, 4])!, 0.8, 1e-12);
  // Ranks 1.5, 1.5, 3 and 1, 2, 3: covariance 1.5, variances 1.5 and 2.
  assertAlmostEquals(rankCorrelation([5, 5, 1], [9, 8, 7])!, 1.5 / Math.sqrt(3), 1e-12);
  assertEquals(rankCorrelation([1, 1], [1, 2]), null);
  assertEquals(bestChanges([2, 2, 1], [0, 5, 5]), false);
  assertEquals(bestChanges([2, 1, 1], [0, 5, 5]), true);
});

for (
  const [experiment, arm] of [
    [mixtures, "accuracy_driven"],
    [mixtures, "gdpo"],
    [mixtures, "lagrangian"],
    [mixtures, "lexicographic"],
    [lengthRewards, "laser_d"],
    [lengthRewards, "o1_pruner"],
    [lengthRewards, "grpo_lead"],
    [lengthRewards, "dler"],
  ] as const
) {
  Deno.test(`a run's own mixture gives what it stored, to the bit: ${arm}`, async () => {
    await withRun(async (run) => {
      await storeArm(run, experiment, arm, 1, 6);
      const replay = await replayRun({ ...rest, run, loaded: loadedAs(experiment), arm });
      const [own] = replay.arms;
      assertEquals([own!.steps, own!.groups, own!.completions], [6, 18, 72]);
      const rows = await readParquet(own!.table);
      assertEquals(rows.length, 72);
      for (const row of rows) {
        assertEquals(row["reward"], row["stored_reward"]);
        assertEquals(row["advantage"], row["stored_advantage"]);
      }
      assert(new Set(rows.map((row) => row["reward"])).size >= 3);
      assertEquals([own!.shareBestChanges, own!.shareSignChanges], [0, 0]);
      assertAlmostEquals(own!.meanRankCorrelation!, 1, 1e-12);
      assertEquals(own!.mostChanged, []);
      for (const { stored, replayed } of Object.values(own!.components)) {
        assertEquals(replayed, stored);
      }
    });
  });
}

Deno.test("another mixture changes what it should, for every stored arm and seed", async () => {
  await withRun(async (run) => {
    await storeArm(run, mixtures, "sum", 1, 2);
    await storeArm(run, mixtures, "sum", 2, 2);
    await storeArm(run, mixtures, "gdpo", 1, 2);
    const request = { ...rest, run, loaded: loadedAs(mixtures), arm: "gated" };
    const replay = await replayRun(request);
    assertEquals(replay.arms.map(({ arm, seed }) => [arm, seed]), [
      ["gdpo", 1],
      ["sum", 1],
      ["sum", 2],
    ]);
    const [, own] = replay.arms;
    // Gated rewards, by the stored scores: length where the answer is right, 0 elsewhere.
    const paths = armPaths(armFolder(run, "sum", 1));
    const all = await readParquet(join(paths.rollouts, "step-000001.parquet"));
    // The test's runs say of one group that it was replaced: a replay passes over it.
    assertEquals(all.map((row) => row["replaced_in_round"]), [...Array(12).fill(null), 1, 1, 1, 1]);
    const stored = all.slice(0, 12);
    const table = await readParquet(own!.table);
    stored.forEach((row, b) => {
      const answer = row["component_answer"] as number;
      const length = answer >= 1 ? Number(row["component_length"]) : 0;
      assertAlmostEquals(
        table[b]!["reward"] as number,
        Number(row["component_format"]) + answer + length,
        1e-12,
      );
    });
    assert(own!.mostChanged.length > 0);
    const changes = own!.mostChanged.map((s) => Math.abs(s.advantage - s.storedAdvantage));
    assertEquals(changes, changes.toSorted((a, b) => b - a));
    const file = join(replayFolder(run, "mixtures", "gated"), "replay.json");
    assertEquals(JSON.parse(await Deno.readTextFile(file)), JSON.parse(JSON.stringify(replay)));
    const text = formatReplay(replay);
    assert(text.includes("sum seed 2") && text.includes("What is approximate"), text);
    const one = await replayRun({ ...request, storedArm: "gdpo" });
    assertEquals(one.arms.length, 1);
  });
});

Deno.test("what cannot be replayed is said: overrides, and missing steps", async () => {
  await withRun(async (run) => {
    await storeArm(run, mixtures, "sum", 1, 3);
    await Deno.remove(join(armPaths(armFolder(run, "sum", 1)).rollouts, "step-000001.parquet"));
    const loaded = loadedAs(lengthRewards);
    const { arms } = await replayRun({ ...rest, run, loaded, arm: "dler" });
    const notes = arms[0]!.approximations.join("\n");
    assert(notes.includes("maxCompletionLength stays 120"), notes);
    assert(notes.includes("2 from 2 to 3"), notes);
  });
});

Deno.test("a run from before, or without arms, is refused by what is missing", async () => {
  await withRun(async (run) => {
    const request = { ...rest, run, loaded: loadedAs(mixtures), arm: "sum" };
    await assertRejects(() => replayRun(request), Error, "must be the folder of a run");
    await storeArm(run, mixtures, "sum", 1, 1);
    await assertRejects(
      () => replayRun({ ...request, storedArm: "summ" }),
      Error,
      'one of sum: current value is "summ"',
    );
    const path = join(armPaths(armFolder(run, "sum", 1)).rollouts, "step-000001.parquet");
    const rows = await readParquet(path);
    const columns = Object.fromEntries(
      ["step", "prompt_id", "completion"].map((name) => [name, rows.map((row) => row[name]!)]),
    );
    await writeParquet(path, columns, { step: "int", prompt_id: "string", completion: "string" });
    await assertRejects(() => replayRun(request), Error, "completion_ids, record");
  });
});

Deno.test("a model's text cannot steer the terminal", async () => {
  await withRun(async (run) => {
    await storeArm(run, mixtures, "sum", 1, 1);
    const replay = await replayRun({ ...rest, run, loaded: loadedAs(mixtures), arm: "gated" });
    const [own] = replay.arms;
    const evil = { ...own!.mostChanged[0]!, completion: "\u001b[2J\u009b1m\u202eabc\n" };
    const text = formatReplay({ ...replay, arms: [{ ...own!, mostChanged: [evil] }] });
    assert(text.includes('"\\u001b[2J\\u009b1m\\u202eabc\\n"'), text);
  });
});
