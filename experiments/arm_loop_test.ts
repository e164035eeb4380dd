import { readParquet } from "@terse/data";
import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { type ArmProgram, type ArmRun, runArm } from "./arm_loop.ts";
import { listCheckpoints } from "./checkpoints.ts";
import { lengthPenalty } from "./length_penalty.ts";
import type { ArmMessage } from "./messages.ts";
import { readMetrics } from "./metrics_log.ts";
import {
  type ArmPaths,
  armPaths,
  type ArmStatus,
  exists,
  readJson,
  stepName,
} from "./run_folder.ts";

interface Total {
  readonly total: number;
}

/** Adds a number that depends on the step to a total; what it does is seen in every file. */
function sums(log: string[] = []): ArmProgram<Total> {
  return {
    start: () => Promise.resolve({ total: 0 }),
    load: async (folder) => JSON.parse(await Deno.readTextFile(join(folder, "state.json"))),
    save: (folder, state) => Deno.writeTextFile(join(folder, "state.json"), JSON.stringify(state)),
    train({ total }, step) {
      log.push(`train ${step}`);
      const state = { total: total + step * step };
      return Promise.resolve({
        state,
        metrics: { reward: state.total, accuracy: 0.5, "completions/mean_length": 7 },
        rollouts: { columns: { reward: [state.total] }, schema: { reward: "float" } },
      });
    },
    async evaluate({ total }, step, onProgress, stopping) {
      log.push(`evaluate ${step}`);
      await onProgress(1, 2);
      if (stopping()) return null;
      return {
        evaluation: { step, total },
        rows: { columns: { total: [total] }, schema: { total: "float" } },
      };
    },
  };
}

async function withArm(
  work: (paths: ArmPaths, run: ArmRun, sent: ArmMessage[]) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "terse-loop-" });
  const sent: ArmMessage[] = [];
  const paths = armPaths(folder);
  try {
    await work(paths, {
      paths,
      steps: 7,
      checkpointEvery: 3,
      keep: { last: 2, bestOver: 3 },
      training: { ...lengthPenalty.settings.tiny.training, maxSkippedSteps: 2 },
      send: (message) => sent.push(message),
      stopping: () => false,
      peakBytes: () => 5,
      log: () => {},
    }, sent);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Everything that an arm's results are read from, times left out. */
async function results(paths: ArmPaths): Promise<unknown> {
  const rollouts: unknown[] = [];
  for (const name of [...Deno.readDirSync(paths.rollouts)].map((entry) => entry.name).sort()) {
    rollouts.push([name, await readParquet(join(paths.rollouts, name))]);
  }
  return {
    rollouts,
    metrics: await readMetrics(paths.metrics),
    diagnoses: await Deno.readTextFile(paths.diagnoses),
    evaluation: await readJson(paths.evaluation),
    rows: await readParquet(paths.evaluationRows),
    checkpoints: await listCheckpoints(paths.checkpoints),
  };
}

Deno.test("runArm trains, logs, checkpoints and evaluates", () =>
  withArm(async (paths, run, sent) => {
    assertEquals(await runArm(sums(), run), "done");
    assertEquals((await readMetrics(paths.metrics)).map((row) => row["reward"]), [
      1,
      5,
      14,
      30,
      55,
      91,
      140,
    ]);
    assertEquals(await readJson(paths.evaluation), { step: 7, total: 140 });
    assertEquals(await readParquet(paths.evaluationRows), [{ total: 140 }]);
    assertEquals(await listCheckpoints(paths.checkpoints), [6, 7]);
    const status = await readJson<ArmStatus>(paths.status);
    assertEquals([status?.state, status?.step, status?.steps, status?.peakBytes], [
      "done",
      7,
      7,
      5,
    ]);
    assertEquals(sent.map((message) => message.kind), [
      "started",
      ...new Array(7).fill("step"),
      "evaluated",
    ]);
  }));

Deno.test("an arm stopped and resumed gives what an arm in one go gives", () =>
  withArm(async (whole, run) => {
    await runArm(sums(), run);
    await withArm(async (paths, again) => {
      let steps = 0;
      const stop = { ...again, stopping: () => ++steps > 4 };
      assertEquals(await runArm(sums(), stop), "stopped");
      assertEquals((await readJson<ArmStatus>(paths.status))?.state, "stopped");
      assertEquals(await listCheckpoints(paths.checkpoints), [3, 4]);
      const log: string[] = [];
      assertEquals(await runArm(sums(log), again), "done");
      assertEquals(log, ["train 5", "train 6", "train 7", "evaluate 7"]);
      assertEquals(await results(paths), await results(whole));
    });
  }));

Deno.test("an arm that fails or is killed between writes goes on from its checkpoint", () =>
  withArm(async (whole, run) => {
    await runArm(sums(), run);
    await withArm(async (paths, again) => {
      const failing = sums();
      const train = failing.train.bind(failing);
      failing.train = (state, step) =>
        step === 6 ? Promise.reject(new Error("loss is NaN")) : train(state, step);
      await assertRejects(() => runArm(failing, again), Error, "loss is NaN");
      // As kill -9 would leave it: rollouts of a step whose metrics are torn.
      await Deno.writeTextFile(paths.metrics, '{"step":6,"rew', { append: true });
      await Deno.writeTextFile(join(paths.rollouts, `${stepName(6)}.parquet`), "torn");
      const log: string[] = [];
      assertEquals(await runArm(sums(log), again), "done");
      assertEquals(log[0], "train 4");
      assertEquals(await results(paths), await results(whole));
    });
  }));

/** The program of {@link sums}, some of whose steps have other metrics. */
function withMetrics(
  program: ArmProgram<Total>,
  metricsAt: (step: number) => Readonly<Record<string, number>>,
): ArmProgram<Total> {
  return {
    ...program,
    async train(state, step) {
      const result = await program.train(state, step);
      return { ...result, metrics: { ...result.metrics, ...metricsAt(step) } };
    },
  };
}

Deno.test("diagnoses are told once, written down, and the same in a resumed arm", () =>
  withArm(async (whole, run, sent) => {
    const sick = () => withMetrics(sums(), (step) => ({ kl: step === 2 ? 50 : Infinity }));
    await runArm(sick(), run);
    assertEquals((await readMetrics(whole.metrics)).map((row) => row["kl"]), [
      null,
      50,
      ...new Array(5).fill(null),
    ]);
    const lines = (await Deno.readTextFile(whole.diagnoses)).trim().split("\n").map((line) =>
      JSON.parse(line)
    );
    assertEquals(lines.map(({ step, cause, state }) => [step, cause, state]), [
      [2, "kl_runaway", "began"],
      [7, "kl_runaway", "ended"],
    ]);
    assertEquals(
      sent.flatMap((message) => message.kind === "diagnosis" ? [message.sentence] : []),
      lines.map(({ sentence }) => sentence),
    );
    await withArm(async (paths, again, told) => {
      let steps = 0;
      await runArm(sick(), { ...again, stopping: () => ++steps > 4 });
      // As kill -9 between the two files would leave it.
      await Deno.remove(paths.diagnoses);
      await runArm(sick(), again);
      assertEquals(await results(paths), await results(whole));
      assertEquals(told.filter(({ kind }) => kind === "diagnosis").length, 2);
    });
  }));

Deno.test("an arm ends after too many steps in a row without an update, all of them on disk", () =>
  withArm(async (paths, run, sent) => {
    const skipping = withMetrics(
      sums(),
      (step) => step === 1 || step > 3 ? { loss: NaN, "skipped_update/loss": 1 } : {},
    );
    await assertRejects(
      () => runArm(skipping, run),
      Error,
      "Cannot go on after step 6: at most maxSkippedSteps (2) steps in a row",
    );
    assertEquals((await readMetrics(paths.metrics)).length, 6);
    assertEquals(await exists(join(paths.rollouts, `${stepName(6)}.parquet`)), true);
    assertEquals(sent.filter(({ kind }) => kind === "diagnosis").length, 1);
    // Going on gives the same end: the steps since the checkpoint are made again.
    await assertRejects(() => runArm(skipping, run), Error, "Cannot go on after step 6");
  }));

Deno.test("a stop during the evaluation leaves the evaluation for later", () =>
  withArm(async (paths, run) => {
    let asked = 0;
    const stop = { ...run, stopping: () => ++asked > 7 };
    assertEquals(await runArm(sums(), stop), "stopped");
    assertEquals(await exists(paths.evaluation), false);
    const log: string[] = [];
    assertEquals(await runArm(sums(log), run), "done");
    assertEquals(log, ["evaluate 7"]);
  }));

Deno.test("the policy before training is evaluated without a step", () =>
  withArm(async (paths, run) => {
    const log: string[] = [];
    assertEquals(await runArm(sums(log), { ...run, steps: 0 }), "done");
    assertEquals(log, ["evaluate 0"]);
    assertEquals(await readJson(paths.evaluation), { step: 0, total: 0 });
    assertEquals(await listCheckpoints(paths.checkpoints), []);
  }));
