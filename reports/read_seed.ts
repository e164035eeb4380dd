/**
 * One arm under one seed, read from its folder. Whatever is missing or damaged is noted, and the rest
 * is read all the same: a report must be possible of a run that failed.
 *
 * @module
 */

import { type Cell, readParquet } from "@terse/data";
import { join } from "node:path";
import { z } from "zod";
import { checkValue, parseJson, readJsonIfThere, readTextIfThere } from "./read_file.ts";
import {
  diagnosisSchema,
  evaluationRowSchema,
  evaluationSchema,
  memorySchema,
  metricsRowSchema,
  statusSchema,
} from "./run_schema.ts";
import type {
  Diagnosis,
  Evaluation,
  EvaluationRow,
  MemoryFile,
  MetricsRow,
  Status,
} from "./run_types.ts";

/** Rollouts of the training steps, counted. */
export interface RolloutCounts {
  /** All. */
  readonly total: number;
  /** Cut at the longest allowed completion (`finish_reason` is `length`). */
  readonly truncated: number;
  /** Ended in any other way than by the end token or at that length, or left without a reward. */
  readonly failed: number;
}

/** What one arm did under one seed. */
export interface SeedRun {
  /** The seed. */
  readonly seed: number;
  /** Null if the folder or its status is missing or damaged. */
  readonly status: Status | null;
  /** The memory that was predicted; null if missing, as in older runs, or damaged. */
  readonly memory: MemoryFile | null;
  /** The arm's frozen settings; null if missing. */
  readonly config: unknown;
  /** One row for each training step; empty if missing or damaged. */
  readonly metrics: readonly MetricsRow[];
  /** What was wrong with the training; null if missing, as in older runs, or damaged. */
  readonly diagnoses: readonly Diagnosis[] | null;
  /** Null if missing or damaged. */
  readonly evaluation: Evaluation | null;
  /** Single answers; empty if missing or damaged. */
  readonly evaluationRows: readonly EvaluationRow[];
  /** What training sampled. */
  readonly rollouts: RolloutCounts;
}

/** A seed of which nothing is on disk. */
export function missingSeed(seed: number): SeedRun {
  return {
    seed,
    status: null,
    memory: null,
    config: null,
    metrics: [],
    diagnoses: null,
    evaluation: null,
    evaluationRows: [],
    rollouts: { total: 0, truncated: 0, failed: 0 },
  };
}

/** The rows of a file of JSON lines; null if it is not there. */
async function readLines<T>(path: string, schema: z.ZodType<T>): Promise<T[] | null> {
  const text = await readTextIfThere(path);
  if (text === null) return null;
  const lines = text.split("\n");
  // A process that was killed while it appended leaves a last line without its end.
  lines.pop();
  return lines.map((line, index) => {
    const place = `${path}, line ${index + 1}`;
    return checkValue(schema, parseJson(line, place), place);
  });
}

async function readRowsIfThere(path: string): Promise<Record<string, Cell>[]> {
  try {
    return await readParquet(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function readEvaluationRows(path: string): Promise<EvaluationRow[]> {
  const rows = await readRowsIfThere(path);
  return rows.map((row, index) => checkValue(evaluationRowSchema, row, `${path}, row ${index}`));
}

async function countRollouts(folder: string): Promise<RolloutCounts> {
  const counts = { total: 0, truncated: 0, failed: 0 };
  let names: string[];
  try {
    names = (await Array.fromAsync(Deno.readDir(folder), (entry) => entry.name)).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return counts;
    throw error;
  }
  for (const name of names) {
    if (!/^step-\d+\.parquet$/.test(name)) continue;
    for (const { finish_reason, reward } of await readRowsIfThere(join(folder, name))) {
      counts.total++;
      if (finish_reason === "length") counts.truncated++;
      const ended = finish_reason === "stop" || finish_reason === "length";
      if (!ended || typeof reward !== "number" || !Number.isFinite(reward)) counts.failed++;
    }
  }
  return counts;
}

/**
 * Reads the folder of one arm under one seed.
 *
 * @param folder `arms/<arm>/seed-<n>`.
 * @param seed The seed that the folder is of.
 * @param note Takes one line for each file that is there and cannot be read; it is then treated as
 *   missing.
 */
export async function readSeed(
  folder: string,
  seed: number,
  note: (problem: string) => void,
): Promise<SeedRun> {
  const absent = missingSeed(seed);
  async function orElse<T>(reading: Promise<T>, otherwise: T): Promise<T> {
    try {
      return await reading;
    } catch (error) {
      note(error instanceof Error ? error.message : String(error));
      return otherwise;
    }
  }
  const file = (name: string) => join(folder, name);
  return {
    seed,
    status: await orElse(readJsonIfThere(file("status.json"), statusSchema), null),
    memory: await orElse(readJsonIfThere(file("memory.json"), memorySchema), null),
    config: await orElse(readJsonIfThere(file("config.json"), z.unknown()), null),
    metrics: await orElse(readLines(file("metrics.jsonl"), metricsRowSchema), null) ?? [],
    diagnoses: await orElse(readLines(file("diagnoses.jsonl"), diagnosisSchema), null),
    evaluation: await orElse(readJsonIfThere(file("evaluation.json"), evaluationSchema), null),
    evaluationRows: await orElse(readEvaluationRows(file("evaluation.parquet")), []),
    rollouts: await orElse(countRollouts(file("rollouts")), absent.rollouts),
  };
}
