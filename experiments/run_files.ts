/**
 * A run's folder made for its plan, or found to belong to it.
 *
 * @module
 */

import type { ArmConfig } from "./arm_config.ts";
import {
  armFolder,
  armPaths,
  type ArmStatus,
  exists,
  firstDifference,
  readJson,
  runPaths,
  writeJson,
} from "./run_folder.ts";
import type { RunFile, RunPlan } from "./run_plan.ts";

/** Keys of experiment.json that tell when and where, not what; the arms' configs name the engine. */
const CIRCUMSTANCES = ["commit", "denoVersion", "startedAt", "host", "engine"] as const;

function show(value: unknown): string {
  return value === undefined ? "missing" : JSON.stringify(value);
}

/**
 * Refuses to go on with a folder whose file says something else than what is asked for.
 *
 * @throws {Error} naming the first key that differs, both values, and what to do.
 */
export function refuseDifference(path: string, found: unknown, asked: unknown): void {
  const difference = firstDifference(found, asked);
  if (difference === null) return;
  throw new Error(
    `Cannot resume: ${difference.key} of ${path} must be what this command asks for, ` +
      `${show(difference.asked)}: current value is ${show(difference.found)}. ` +
      `Give the run's own options, or start another run with another --out`,
  );
}

function withoutCircumstances(file: RunFile): Partial<RunFile> {
  const kept: Partial<RunFile> = { ...file };
  for (const key of CIRCUMSTANCES) delete kept[key];
  return kept;
}

/** What {@linkcode openRun} found. */
export interface OpenedRun {
  /** The run's experiment.json: the one on disk if it is resumed. */
  readonly runFile: RunFile;
  /** Configs of the arms that are still to run, in the plan's order. */
  readonly pending: readonly ArmConfig[];
}

/**
 * Checks that a folder holds a run if one is to be resumed, and none if one is to be started.
 *
 * @throws {Error} saying what to do instead.
 */
export async function checkFolder(folder: string, resume: boolean): Promise<void> {
  const holdsRun = await exists(runPaths(folder).experiment);
  if (resume && !holdsRun) {
    throw new Error(
      `Cannot resume: --out must be the folder of a run: current value is ${folder}, which has no ` +
        `experiment.json. Leave out --resume to start one there`,
    );
  }
  if (holdsRun && !resume) {
    throw new Error(
      `Cannot start: --out must be a new folder: current value is ${folder}, which holds a run. ` +
        `Add --resume to go on with it, or choose another folder`,
    );
  }
}

/**
 * Writes the plan's files into a folder, or checks a folder that holds a run against the plan.
 *
 * @param folder The run's folder.
 * @param plan What the command asks for.
 * @throws {Error} if the folder holds another run: names the first key that differs, both values, and
 *   what to do. Nothing is written then.
 */
export async function openRun(
  folder: string,
  { runFile, configs }: RunPlan,
): Promise<OpenedRun> {
  const paths = runPaths(folder);
  const found = await readJson<RunFile>(paths.experiment);
  // All are compared before any is written: a refused run stays as it was.
  if (found !== null) {
    refuseDifference(paths.experiment, withoutCircumstances(found), withoutCircumstances(runFile));
  }
  const pending: ArmConfig[] = [];
  const missing: { readonly path: string; readonly config: ArmConfig }[] = [];
  for (const config of configs) {
    const arm = armPaths(armFolder(folder, config.arm, config.seed));
    const before = await readJson<ArmConfig>(arm.config);
    if (before === null) missing.push({ path: arm.config, config });
    else refuseDifference(arm.config, before, JSON.parse(JSON.stringify(config)));
    const status = await readJson<ArmStatus>(arm.status);
    const isDone = status?.state === "done" && await exists(arm.evaluation) &&
      await exists(arm.evaluationRows);
    if (!isDone) pending.push(config);
  }
  for (const { path, config } of missing) await writeJson(path, config);
  if (found === null) await writeJson(paths.experiment, runFile);
  return { runFile: found ?? runFile, pending };
}
