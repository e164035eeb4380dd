/**
 * A run's folder on disk: where each file lies, and writes that leave the old file or the new one, never
 * half of one, wherever the machine stops.
 *
 * @module
 */

import { replaceFile } from "@terse/data";
import { dirname, join } from "node:path";

/** Files of a whole run; absolute if the folder is. */
export interface RunPaths {
  readonly folder: string;
  readonly experiment: string;
  readonly audit: string;
  readonly summary: string;
  readonly report: string;
  readonly lock: string;
}

/** Files of one arm under one seed. */
export interface ArmPaths {
  readonly folder: string;
  readonly config: string;
  readonly status: string;
  readonly memory: string;
  readonly metrics: string;
  readonly diagnoses: string;
  readonly rollouts: string;
  readonly checkpoints: string;
  readonly evaluation: string;
  readonly evaluationRows: string;
  readonly log: string;
  readonly lock: string;
}

/** How an arm stands. `stopped` = interrupted after a whole step, to be continued with --resume. */
export interface ArmStatus {
  readonly state: "running" | "done" | "failed" | "stopped";
  /** Training steps finished and of how many. */
  readonly step: number;
  readonly steps: number;
  /** ISO 8601 time of this entry. */
  readonly updatedAt: string;
  /** Why it failed; only with `failed`. */
  readonly error?: string;
  /** Largest resident memory of the process so far. */
  readonly peakBytes: number;
}

/** Paths of a run's own files. */
export function runPaths(folder: string): RunPaths {
  return {
    folder,
    experiment: join(folder, "experiment.json"),
    audit: join(folder, "audit.json"),
    summary: join(folder, "summary.json"),
    report: join(folder, "report.html"),
    lock: join(folder, "lock"),
  };
}

/** Name of a new folder: `length_penalty-20250131-235959`, in local time. */
export function runName(work: string, now: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const date = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  const time = `${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
  return `${work}-${date}-${time}`;
}

/** Folder of one arm under one seed. */
export function armFolder(runFolder: string, arm: string, seed: number): string {
  return join(runFolder, "arms", arm, `seed-${seed}`);
}

/** Paths inside the folder that {@linkcode armFolder} names. */
export function armPaths(folder: string): ArmPaths {
  return {
    folder,
    config: join(folder, "config.json"),
    status: join(folder, "status.json"),
    memory: join(folder, "memory.json"),
    metrics: join(folder, "metrics.jsonl"),
    diagnoses: join(folder, "diagnoses.jsonl"),
    rollouts: join(folder, "rollouts"),
    checkpoints: join(folder, "checkpoints"),
    evaluation: join(folder, "evaluation.json"),
    evaluationRows: join(folder, "evaluation.parquet"),
    log: join(folder, "log.txt"),
    lock: join(folder, "lock"),
  };
}

/** Name of a step's file or folder, in an order that sorts as text: `step-000010`. */
export function stepName(step: number): string {
  return `step-${String(step).padStart(6, "0")}`;
}

/** The step that a name made by {@linkcode stepName} (with any extension) stands for, or null. */
export function stepOfName(name: string): number | null {
  const match = /^step-(\d{6,})(\.parquet)?$/.exec(name);
  return match === null ? null : Number(match[1]);
}

/** Flushes a folder's entries, so that a rename in it survives a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open folders; its file system journals renames itself.
  if (Deno.build.os === "windows") return;
  using handle = await Deno.open(folder, { read: true });
  await handle.sync();
}

/**
 * Replaces a text file as a whole and flushes its folder's entry too, so that the new text outlives a
 * power cut as well as a killed process.
 *
 * @param path File to write; its folder is made if missing.
 */
export async function writeText(path: string, text: string): Promise<void> {
  const folder = dirname(path);
  await Deno.mkdir(folder, { recursive: true });
  await replaceFile(path, (temporary) => Deno.writeTextFile(temporary, text));
  await syncFolder(folder);
}

/** {@linkcode writeText} of a value as indented JSON. Numbers that are not finite become null. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeText(path, JSON.stringify(value, null, 2) + "\n");
}

/**
 * Reads a JSON file that may not be there yet.
 *
 * @returns The value, or null if the file does not exist.
 * @throws {SyntaxError} naming the file if it is not JSON.
 */
export async function readJson<T>(path: string): Promise<T | null> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new SyntaxError(
      `Cannot read ${path}: content must be JSON: ${(error as Error).message}. ` +
        `Remove the file or choose another --out`,
    );
  }
}

/** True if a path exists. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Takes a lock that the system gives back when the process ends, however it ends.
 *
 * @returns The open file; closing it releases the lock. Null if another process holds it.
 */
export async function tryLock(path: string): Promise<Deno.FsFile | null> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const file = await Deno.open(path, { write: true, create: true });
  if (await file.tryLock(true)) return file;
  file.close();
  return null;
}

/** Where two JSON values differ first, with both sides. */
export interface Difference {
  /** Dotted key, e.g. `training.beta`. */
  readonly key: string;
  /** Undefined if the key is missing on that side. */
  readonly found: unknown;
  readonly asked: unknown;
}

/**
 * Finds the first key in which two JSON values differ, depth first.
 *
 * @example
 * ```ts
 * import { firstDifference } from "./run_folder.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(firstDifference({ a: { b: 1 } }, { a: { b: 2 } }), { key: "a.b", found: 1, asked: 2 });
 * assertEquals(firstDifference([1], [1]), null);
 * ```
 */
export function firstDifference(found: unknown, asked: unknown, key = ""): Difference | null {
  if (Object.is(found, asked)) return null;
  const isTree = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null;
  if (!isTree(found) || !isTree(asked) || Array.isArray(found) !== Array.isArray(asked)) {
    return { key, found, asked };
  }
  for (const name of new Set([...Object.keys(found), ...Object.keys(asked)])) {
    const inner = firstDifference(found[name], asked[name], key === "" ? name : `${key}.${name}`);
    if (inner !== null) return inner;
  }
  return null;
}
