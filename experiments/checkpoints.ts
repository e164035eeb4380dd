/**
 * An arm's checkpoints: written as a whole, the newest and the best kept, and the point from which an
 * interrupted arm goes on.
 *
 * @module
 */

import { join } from "node:path";
import type { KeptCheckpoints } from "./experiment.ts";
import { type MetricsRow, readMetrics, truncateMetrics } from "./metrics_log.ts";
import { type ArmPaths, exists, stepName, stepOfName, syncFolder } from "./run_folder.ts";

/** Steps of the checkpoints in a folder, ascending. Unfinished ones have another name. */
export async function listCheckpoints(folder: string): Promise<number[]> {
  if (!(await exists(folder))) return [];
  const steps: number[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const step = stepOfName(entry.name);
    if (entry.isDirectory && step !== null) steps.push(step);
  }
  return steps.sort((a, b) => a - b);
}

/**
 * Lets `save` write a checkpoint under a temporary name and renames it when it is complete.
 *
 * @param paths The arm's files.
 * @param step Training steps that the checkpoint includes.
 * @param save Writes the checkpoint's files into the folder it is given, which exists.
 */
export async function writeCheckpoint(
  { checkpoints }: Pick<ArmPaths, "checkpoints">,
  step: number,
  save: (folder: string) => Promise<void>,
): Promise<void> {
  const target = join(checkpoints, stepName(step));
  const partial = `${target}.partial`;
  await removeTree(partial);
  await Deno.mkdir(partial, { recursive: true });
  await save(partial);
  await syncFolder(partial);
  await removeTree(target);
  await Deno.rename(partial, target);
  await syncFolder(checkpoints);
}

/** When an arm writes checkpoints, and which of them it keeps. */
export interface CheckpointPlan extends KeptCheckpoints {
  /** Training steps of the arm. */
  readonly steps: number;
  /** Steps between checkpoints. */
  readonly every: number;
}

/**
 * The checkpoint with the highest mean training reward of the `over` steps up to it (fewer where there
 * are not as many); of equal ones the newest. The rewards of those steps are of policies up to `over`
 * updates older than the checkpoint.
 *
 * @example
 * ```ts
 * import { bestCheckpoint } from "./checkpoints.ts";
 * import { assertEquals } from "@std/assert";
 * const metrics = [1, 2, 6, 4, 3].map((reward, i) => ({ step: i + 1, reward }));
 * assertEquals(bestCheckpoint([1, 3, 5], metrics, 2), 3); // means 1, 4 and 3.5
 * ```
 * @param candidates Steps of the checkpoints, ascending.
 * @param metrics Rows of the steps 1, 2, ... up to the newest checkpoint at least.
 * @returns Null if there is no candidate, or none whose rewards are all finite.
 */
export function bestCheckpoint(
  candidates: readonly number[],
  metrics: readonly MetricsRow[],
  over: number,
): number | null {
  let best: number | null = null, highest = -Infinity;
  for (const step of candidates) {
    const rewards = metrics.slice(Math.max(0, step - over), step).map((row) => row["reward"]);
    if (rewards.length === 0 || !rewards.every((reward) => typeof reward === "number")) continue;
    const mean = rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length;
    if (mean >= highest) [best, highest] = [step, mean];
  }
  return best;
}

/**
 * The best of the checkpoints on disk, see {@linkcode bestCheckpoint}. A checkpoint out of turn, which an
 * interruption leaves, is no candidate.
 */
export async function findBest(
  { checkpoints, metrics }: Pick<ArmPaths, "checkpoints" | "metrics">,
  plan: CheckpointPlan,
): Promise<number | null> {
  const inTurn = (await listCheckpoints(checkpoints)).filter((step) => isInTurn(step, plan));
  return bestCheckpoint(inTurn, await readMetrics(metrics), plan.bestOver);
}

function isInTurn(step: number, { steps, every }: CheckpointPlan): boolean {
  return step % every === 0 || step === steps;
}

/**
 * Drops all checkpoints but the newest `last` and the best. A checkpoint out of turn goes once a newer
 * one is there, so that a resumed arm ends with the checkpoints of an unbroken one.
 */
export async function dropCheckpoints(
  paths: Pick<ArmPaths, "checkpoints" | "metrics">,
  plan: CheckpointPlan,
): Promise<void> {
  const found = await listCheckpoints(paths.checkpoints);
  const inTurn = found.filter((step) => isInTurn(step, plan));
  const kept = new Set([
    ...found.slice(-1),
    ...inTurn.slice(-plan.last),
    await findBest(paths, plan),
  ]);
  for (const step of found) {
    if (!kept.has(step)) await removeTree(join(paths.checkpoints, stepName(step)));
  }
}

/** What {@linkcode restoreArm} found. */
export interface Restored<State> {
  /** The state of the checkpoint, or null to begin at step 0. */
  readonly state: State | null;
  /** Training steps that are finished. */
  readonly step: number;
  /** One line for each checkpoint that could not be used, newest first. */
  readonly rejected: readonly string[];
}

/**
 * Brings an arm's folder back to its newest usable checkpoint: one that loads and whose steps all stand
 * in `metrics.jsonl`. Metrics and rollouts of later steps are dropped, as those steps are made again.
 *
 * @param paths The arm's files.
 * @param load Reads a checkpoint folder, and throws if it is damaged.
 */
export async function restoreArm<State>(
  paths: ArmPaths,
  load: (folder: string) => Promise<State>,
): Promise<Restored<State>> {
  const rejected: string[] = [];
  const logged = (await readMetrics(paths.metrics)).length;
  let state: State | null = null;
  let step = 0;
  for (const candidate of (await listCheckpoints(paths.checkpoints)).reverse()) {
    const folder = join(paths.checkpoints, stepName(candidate));
    if (candidate > logged) {
      rejected.push(`${folder}: metrics.jsonl has only ${logged} whole steps`);
      continue;
    }
    try {
      state = await load(folder);
      step = candidate;
      break;
    } catch (error) {
      rejected.push(`${folder}: ${error instanceof Error ? error.message : error}`);
    }
  }
  await truncateMetrics(paths.metrics, step);
  await dropAfter(paths.checkpoints, step);
  await dropAfter(paths.rollouts, step);
  for await (const entry of Deno.readDir(paths.folder)) {
    // What a killed write left behind; replaceFile of @terse/data names its temporary files so.
    if (/^\..*\.part$/.test(entry.name)) await removeTree(join(paths.folder, entry.name));
  }
  return { state, step, rejected };
}

/** Removes every entry of a folder but those of steps up to `step`; unfinished ones have no step. */
async function dropAfter(folder: string, step: number): Promise<void> {
  if (!(await exists(folder))) return;
  for await (const entry of Deno.readDir(folder)) {
    const found = stepOfName(entry.name);
    if (found === null || found > step) await removeTree(join(folder, entry.name));
  }
}

async function removeTree(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
