/**
 * An arm's checkpoints: written as a whole, the newest two kept, and the point from which an
 * interrupted arm goes on.
 *
 * @module
 */

import { join } from "node:path";
import { readMetrics, truncateMetrics } from "./metrics_log.ts";
import { type ArmPaths, exists, stepName, stepOfName, syncFolder } from "./run_folder.ts";

/** Newest checkpoints kept; the older one stands in if the newest turns out to be damaged. */
const CHECKPOINTS_KEPT = 2;

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
 * Lets `save` write a checkpoint under a temporary name, renames it when it is complete, then drops all
 * but the newest two.
 *
 * @param folder The arm's checkpoint folder.
 * @param step Training steps that the checkpoint includes.
 * @param save Writes the checkpoint's files into the folder it is given, which exists.
 */
export async function writeCheckpoint(
  folder: string,
  step: number,
  save: (folder: string) => Promise<void>,
): Promise<void> {
  const target = join(folder, stepName(step));
  const partial = `${target}.partial`;
  await removeTree(partial);
  await Deno.mkdir(partial, { recursive: true });
  await save(partial);
  await syncFolder(partial);
  await removeTree(target);
  await Deno.rename(partial, target);
  await syncFolder(folder);
  const steps = await listCheckpoints(folder);
  for (const old of steps.slice(0, -CHECKPOINTS_KEPT)) {
    await removeTree(join(folder, stepName(old)));
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
