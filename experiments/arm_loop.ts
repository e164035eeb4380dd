/**
 * The life of one arm: restore, train step by step, evaluate. What a step computes is handed in, so that
 * this file is about what is on disk and when.
 *
 * @module
 */

import { type Cell, type TableSchema, writeParquet } from "@terse/data";
import { join } from "node:path";
import { dropCheckpoints, restoreArm, writeCheckpoint } from "./checkpoints.ts";
import type { KeptCheckpoints } from "./experiment.ts";
import type { ArmMessage } from "./messages.ts";
import { type DiagnosedTraining, openDiagnoses } from "./diagnoses_log.ts";
import { appendMetrics, metricsRow } from "./metrics_log.ts";
import { type ArmPaths, type ArmStatus, stepName, syncFolder, writeJson } from "./run_folder.ts";

/** A table on its way to a Parquet file. */
export interface Table {
  readonly columns: Readonly<Record<string, readonly Cell[]>>;
  readonly schema: TableSchema;
}

/** What a training step leaves behind. */
export interface StepResult<State> {
  readonly state: State;
  /** TRL's names; must include `reward`, `accuracy` and `completions/mean_length`. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly rollouts: Table;
}

/** What an arm does, over a state of its own choosing. */
export interface ArmProgram<State> {
  /** The state at step 0. */
  start(): Promise<State>;
  /** Reads a checkpoint folder; throws if it is damaged. */
  load(folder: string): Promise<State>;
  /** Writes a checkpoint into an existing folder. */
  save(folder: string, state: State): Promise<void>;
  /** Takes training step `step` (from 1). The state given is used up. */
  train(state: State, step: number): Promise<StepResult<State>>;
  /** Evaluates the state; null if `stopping` turned true before it was through. */
  evaluate(
    state: State,
    step: number,
    onProgress: (done: number, total: number) => Promise<void>,
    stopping: () => boolean,
  ): Promise<{ readonly evaluation: unknown; readonly rows: Table } | null>;
}

/** What {@linkcode runArm} needs besides the program. */
export interface ArmRun {
  readonly paths: ArmPaths;
  readonly steps: number;
  readonly checkpointEvery: number;
  readonly keep: KeptCheckpoints;
  /** The settings that diagnoses go by. */
  readonly training: DiagnosedTraining;
  /** Tells the parent how far the arm is. */
  readonly send: (message: ArmMessage) => void;
  /** True once the arm should end after its present step. */
  readonly stopping: () => boolean;
  /** Largest memory that the process has held, in bytes. */
  readonly peakBytes: () => number;
  /** Takes a line for the arm's log. */
  readonly log: (line: string) => void;
}

/**
 * Runs an arm to its end or until it is told to stop, from wherever its folder stands. A step's rollouts
 * are on disk before its metrics and diagnoses, and all before a checkpoint that includes it, so a process killed at
 * any moment leaves a folder that goes on as if nothing had happened.
 *
 * @returns `done` after the evaluation, `stopped` with a checkpoint at the last finished step.
 * @throws {Error} if too many steps in a row made no update, and whatever the program or the disk throws;
 *   the folder then goes on from its last checkpoint.
 */
export async function runArm<State>(
  program: ArmProgram<State>,
  { paths, steps, checkpointEvery, keep, training, send, stopping, peakBytes, log }: ArmRun,
): Promise<"done" | "stopped"> {
  const restored = await restoreArm(paths, (folder) => program.load(folder));
  for (const line of restored.rejected) log(`passed over a checkpoint: ${line}`);
  let state: State = restored.state ?? await program.start();
  let step = restored.step;
  let checkpointed = step;
  const setStatus = (name: ArmStatus["state"]) =>
    writeStatus(paths, { state: name, step, steps, peakBytes: peakBytes() });
  const checkpoint = async () => {
    if (checkpointed === step) return;
    await writeCheckpoint(paths, step, (folder) => program.save(folder, state));
    await dropCheckpoints(paths, { steps, every: checkpointEvery, ...keep });
    checkpointed = step;
  };

  await Deno.mkdir(paths.rollouts, { recursive: true });
  const diagnoses = await openDiagnoses(paths, training);
  await setStatus("running");
  send({ kind: "started", step, steps });
  while (step < steps && !stopping()) {
    const startMs = performance.now();
    const result = await program.train(state, step + 1);
    const { metrics, rollouts } = result;
    state = result.state;
    const stepMs = performance.now() - startMs;
    step++;
    await writeTable(join(paths.rollouts, `${stepName(step)}.parquet`), rollouts);
    const row = metricsRow(step, metrics);
    await appendMetrics(paths.metrics, row);
    const { found, reasonToStop } = await diagnoses.add(row);
    found.forEach(({ sentence }) => send({ kind: "diagnosis", sentence }));
    if (reasonToStop !== null) throw new Error(reasonToStop);
    if (step % checkpointEvery === 0 || step === steps) await checkpoint();
    await setStatus("running");
    send({
      kind: "step",
      step,
      steps,
      stepMs,
      reward: metrics["reward"] ?? NaN,
      accuracy: metrics["accuracy"] ?? NaN,
      meanLength: metrics["completions/mean_length"] ?? NaN,
    });
    await turnOfEvents();
  }
  if (step < steps) {
    await checkpoint();
    await setStatus("stopped");
    return "stopped";
  }
  const result = await program.evaluate(state, step, async (done, total) => {
    send({ kind: "evaluated", done, total });
    await turnOfEvents();
  }, stopping);
  if (result === null) {
    await setStatus("stopped");
    return "stopped";
  }
  // The JSON file comes last: its presence says that the rows are there.
  await writeTable(paths.evaluationRows, result.rows);
  await writeJson(paths.evaluation, result.evaluation);
  await setStatus("done");
  return "done";
}

/** Replaces an arm's `status.json`. */
export async function writeStatus(
  paths: ArmPaths,
  status: Omit<ArmStatus, "updatedAt">,
): Promise<void> {
  const full: ArmStatus = { ...status, updatedAt: new Date().toISOString() };
  await writeJson(paths.status, full);
}

/** Writes a table as a whole and flushes its folder's entry. */
export async function writeTable(path: string, { columns, schema }: Table): Promise<void> {
  await writeParquet(path, columns, schema);
  await syncFolder(join(path, ".."));
}

/** Lets signals and pipes be seen: engines that compute synchronously never give them a turn. */
async function turnOfEvents(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}
