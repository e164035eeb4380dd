import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import {
  bestCheckpoint,
  type CheckpointPlan,
  dropCheckpoints,
  listCheckpoints,
  restoreArm,
  writeCheckpoint,
} from "./checkpoints.ts";
import { appendMetrics, readMetrics, truncateMetrics } from "./metrics_log.ts";
import { type ArmPaths, armPaths, exists, stepName } from "./run_folder.ts";

async function withArm(work: (paths: ArmPaths) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "terse-arm-" });
  try {
    await work(armPaths(folder));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const save = (value: string) => (folder: string) =>
  Deno.writeTextFile(join(folder, "state.txt"), value);

/** Reads what `save` wrote; anything else counts as damaged. */
async function load(folder: string): Promise<string> {
  const text = await Deno.readTextFile(join(folder, "state.txt"));
  if (!text.startsWith("state")) throw new Error("checksum differs");
  return text;
}

async function train(paths: ArmPaths, from: number, to: number): Promise<void> {
  await Deno.mkdir(paths.rollouts, { recursive: true });
  for (let step = from; step <= to; step++) {
    await Deno.writeTextFile(join(paths.rollouts, `${stepName(step)}.parquet`), `rollouts ${step}`);
    await appendMetrics(paths.metrics, { step, loss: step / 10 });
  }
}

/** Trains through `rewards` (of steps 1, 2, ...), with a checkpoint at each step of `at`. */
async function trainWith(
  paths: ArmPaths,
  rewards: readonly number[],
  at: readonly number[],
  plan: CheckpointPlan,
): Promise<number[]> {
  const done = (await readMetrics(paths.metrics)).length;
  for (let step = done + 1; step <= rewards.length; step++) {
    await appendMetrics(paths.metrics, { step, reward: rewards[step - 1]! });
    if (!at.includes(step)) continue;
    await writeCheckpoint(paths, step, save(`state ${step}`));
    await dropCheckpoints(paths, plan);
  }
  return await listCheckpoints(paths.checkpoints);
}

Deno.test("the newest checkpoints are kept, and the one with the best rewards before it", async () => {
  const plan = { steps: 12, every: 2, last: 2, bestOver: 2 };
  // Means of two up to steps 2, 4, ... 12: 1, 4, 3, 2, 3.5, 0.
  const rewards = [1, 1, 3, 5, 3, 3, 2, 2, 6, 1, 0, 0];
  await withArm(async (paths) => {
    assertEquals(await trainWith(paths, rewards.slice(0, 6), [2, 4, 6], plan), [4, 6]);
    assertEquals(await trainWith(paths, rewards, [8, 10, 12], plan), [4, 10, 12]);
    assertEquals(await load(join(paths.checkpoints, stepName(4))), "state 4");
  });
});

Deno.test("an interrupted arm ends with the checkpoints of an unbroken one", async () => {
  const plan = { steps: 9, every: 2, last: 2, bestOver: 1 };
  // The checkpoint out of turn, 3, would be the best of all.
  const rewards = [1, 4, 9, 1, 1, 2, 1, 1, 2];
  await withArm(async (paths) => {
    assertEquals(await trainWith(paths, rewards.slice(0, 3), [2, 3], plan), [2, 3]);
    assertEquals((await restoreArm(paths, load)).step, 3);
    assertEquals(await trainWith(paths, rewards, [4, 6, 8, 9], plan), [2, 8, 9]);
  });
  await withArm(async (paths) => {
    assertEquals(await trainWith(paths, rewards, [2, 4, 6, 8, 9], plan), [2, 8, 9]);
  });
});

Deno.test("of equal rewards the newest is the best; rewards that are not finite are none", () => {
  const rows = [2, 2, null, 1].map((reward, i) => ({ step: i + 1, reward }));
  assertEquals(bestCheckpoint([1, 2], rows, 1), 2);
  assertEquals(bestCheckpoint([2, 3, 4], rows, 1), 2);
  assertEquals(bestCheckpoint([4], rows, 2), null);
  assertEquals(bestCheckpoint([], rows, 2), null);
});

Deno.test("a checkpoint that fails half-way leaves the earlier ones as they were", () =>
  withArm(async ({ checkpoints }) => {
    await writeCheckpoint({ checkpoints }, 10, save("state 10"));
    await assertRejects(
      () =>
        writeCheckpoint({ checkpoints }, 20, async (folder) => {
          await save("state 20")(folder);
          throw new Error("disk full");
        }),
      Error,
      "disk full",
    );
    assertEquals(await listCheckpoints(checkpoints), [10]);
  }));

Deno.test("restoreArm of a fresh folder starts at step 0", () =>
  withArm(async (paths) => {
    assertEquals(await restoreArm(paths, load), { state: null, step: 0, rejected: [] });
    assertEquals(await Deno.readTextFile(paths.metrics), "");
  }));

Deno.test("restoreArm drops what came after the newest checkpoint and torn ends", () =>
  withArm(async (paths) => {
    await train(paths, 1, 13);
    await writeCheckpoint(paths, 10, save("state 10"));
    await Deno.writeTextFile(paths.metrics, '{"step":14,"lo', { append: true });
    await Deno.mkdir(join(paths.checkpoints, `${stepName(14)}.partial`));
    await Deno.writeTextFile(join(paths.rollouts, "step-000014.parquet.77.tmp"), "torn");

    const restored = await restoreArm(paths, load);
    assertEquals(restored, { state: "state 10", step: 10, rejected: [] });
    assertEquals((await readMetrics(paths.metrics)).map((row) => row.step).at(-1), 10);
    assertEquals([...Deno.readDirSync(paths.rollouts)].length, 10);
    assertEquals(await exists(join(paths.checkpoints, `${stepName(14)}.partial`)), false);

    await train(paths, 11, 12);
    assertEquals((await readMetrics(paths.metrics)).length, 12);
  }));

Deno.test("restoreArm falls back to the older checkpoint if the newest is damaged", () =>
  withArm(async (paths) => {
    await train(paths, 1, 22);
    await writeCheckpoint(paths, 10, save("state 10"));
    await writeCheckpoint(paths, 20, save("garbage"));
    const restored = await restoreArm(paths, load);
    assertEquals([restored.state, restored.step], ["state 10", 10]);
    assertEquals(restored.rejected.length, 1);
    assertEquals(restored.rejected[0]!.endsWith("step-000020: checksum differs"), true);
    assertEquals(await listCheckpoints(paths.checkpoints), [10]);
  }));

Deno.test("restoreArm refuses a checkpoint whose steps the metrics do not have", () =>
  withArm(async (paths) => {
    await train(paths, 1, 20);
    await writeCheckpoint(paths, 10, save("state 10"));
    await writeCheckpoint(paths, 20, save("state 20"));
    const lines = (await Deno.readTextFile(paths.metrics)).split("\n");
    lines[14] = "damaged";
    await Deno.writeTextFile(paths.metrics, lines.join("\n"));
    const restored = await restoreArm(paths, load);
    assertEquals(restored.step, 10);
    assertEquals(restored.rejected[0]!.includes("only 14 whole steps"), true);
  }));

Deno.test("readMetrics stops at a line without its line end, and truncateMetrics keeps whole rows", () =>
  withArm(async ({ metrics }) => {
    await appendMetrics(metrics, { step: 1, kl: NaN });
    await appendMetrics(metrics, { step: 2, kl: 0.5 });
    await Deno.writeTextFile(metrics, '{"step":3,"kl":1}', { append: true });
    assertEquals(await readMetrics(metrics), [{ step: 1, kl: null }, { step: 2, kl: 0.5 }]);
    await truncateMetrics(metrics, 1);
    assertEquals(await Deno.readTextFile(metrics), '{"step":1,"kl":null}\n');
  }));
