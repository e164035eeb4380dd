import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { listCheckpoints, restoreArm, writeCheckpoint } from "./checkpoints.ts";
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

Deno.test("writeCheckpoint keeps the newest two", () =>
  withArm(async ({ checkpoints }) => {
    for (const step of [10, 20, 30]) {
      await writeCheckpoint(checkpoints, step, save(`state ${step}`));
    }
    assertEquals(await listCheckpoints(checkpoints), [20, 30]);
    assertEquals(await load(join(checkpoints, stepName(30))), "state 30");
  }));

Deno.test("a checkpoint that fails half-way leaves the earlier ones as they were", () =>
  withArm(async ({ checkpoints }) => {
    await writeCheckpoint(checkpoints, 10, save("state 10"));
    await assertRejects(
      () =>
        writeCheckpoint(checkpoints, 20, async (folder) => {
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
    await writeCheckpoint(paths.checkpoints, 10, save("state 10"));
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
    await writeCheckpoint(paths.checkpoints, 10, save("state 10"));
    await writeCheckpoint(paths.checkpoints, 20, save("garbage"));
    const restored = await restoreArm(paths, load);
    assertEquals([restored.state, restored.step], ["state 10", 10]);
    assertEquals(restored.rejected.length, 1);
    assertEquals(restored.rejected[0]!.endsWith("step-000020: checksum differs"), true);
    assertEquals(await listCheckpoints(paths.checkpoints), [10]);
  }));

Deno.test("restoreArm refuses a checkpoint whose steps the metrics do not have", () =>
  withArm(async (paths) => {
    await train(paths, 1, 20);
    await writeCheckpoint(paths.checkpoints, 10, save("state 10"));
    await writeCheckpoint(paths.checkpoints, 20, save("state 20"));
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
