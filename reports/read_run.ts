/**
 * A run folder as one typed value: what every chart and table of the report is made from.
 *
 * @module
 */

import { join } from "node:path";
import { type AuditReport, auditSchema } from "./audit/audit_file.ts";
import type { z } from "zod";
import { readJsonIfThere } from "./read_file.ts";
import { missingSeed, readSeed, type SeedRun } from "./read_seed.ts";
import { experimentSchema, summarySchema } from "./run_schema.ts";
import type { ExperimentFile, SplitSummary, Summary } from "./run_types.ts";

/** One arm with all its seeds. */
export interface ArmRun {
  /** Names the arm's folder. */
  readonly name: string;
  /** The name in words. */
  readonly title: string;
  /** What it is rewarded for. */
  readonly description: string;
  /** Ascending. */
  readonly seeds: readonly SeedRun[];
  /** Seeds that did not finish, with the reason that the run gives. */
  readonly failed: readonly { readonly seed: number; readonly error: string }[];
  /** Means and intervals by split; empty if the run has none for this arm. */
  readonly splits: Readonly<Record<string, SplitSummary>>;
}

/** Everything that a report shows. */
export interface Run {
  /** As it was given. */
  readonly folder: string;
  /** What was asked and where it ran. */
  readonly experiment: ExperimentFile;
  /** In the order of `experiment.json`. */
  readonly arms: readonly ArmRun[];
  /** How the run made its intervals; null as long as it has no `summary.json`. */
  readonly intervals: string | null;
  /** What was found in the rewards before training; null if they were not audited. */
  readonly audit: AuditReport | null;
  /** One line for each file that is there and could not be read. */
  readonly problems: readonly string[];
}

async function seedsOnDisk(folder: string): Promise<number[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    return entries.flatMap(({ name }) => {
      const match = /^seed-(\d+)$/.exec(name);
      return match === null ? [] : [Number(match[1])];
    });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function failuresOf(
  seeds: readonly SeedRun[],
  summary: Summary["arms"][number] | undefined,
): ArmRun["failed"] {
  const found = new Map(summary?.failed.map(({ seed, error }) => [seed, error]));
  for (const { seed, status } of seeds) {
    if (found.has(seed)) continue;
    if (status === null) found.set(seed, "nothing that can be read is in the run folder");
    else if (status.state === "failed") found.set(seed, status.error ?? "no reason is recorded");
  }
  return [...found].sort(([a], [b]) => a - b).map(([seed, error]) => ({ seed, error }));
}

/**
 * Reads a run folder. Arms that failed, stopped or never began are part of the result, as are files
 * that are damaged (`problems`); only `experiment.json` has to be whole.
 *
 * @param folder The run folder.
 * @throws {Deno.errors.NotFound} if the folder has no `experiment.json`.
 * @throws {TypeError} if `experiment.json` breaks its form, naming the field, the value and the rule.
 */
export async function readRun(folder: string): Promise<Run> {
  const path = join(folder, "experiment.json");
  const experiment = await readJsonIfThere(path, experimentSchema);
  if (experiment === null) {
    throw new Deno.errors.NotFound(
      `Cannot read ${path}: it must be the file that a run begins with: current folder has none. ` +
        `Give the folder that deno task ablate printed`,
    );
  }
  const problems: string[] = [];
  const readIfWhole = async <T>(name: string, schema: z.ZodType<T>): Promise<T | null> => {
    try {
      return await readJsonIfThere(join(folder, name), schema);
    } catch (error) {
      problems.push((error as Error).message);
      return null;
    }
  };
  const summary: Summary | null = await readIfWhole("summary.json", summarySchema);
  const audit = await readIfWhole("audit.json", auditSchema);
  const arms: ArmRun[] = [];
  for (const declared of experiment.arms) {
    const found = summary?.arms.find(({ arm }) => arm === declared.name);
    const present = await seedsOnDisk(join(folder, "arms", declared.name));
    // The start policy is trained by no seed, so any seed that stands for it is enough.
    const expected = declared.name === experiment.baselineArm && present.length > 0
      ? []
      : found === undefined
      ? experiment.seeds
      : [...found.seeds, ...found.failed.map(({ seed }) => seed)];
    const seeds: SeedRun[] = [];
    for (const seed of [...new Set([...present, ...expected])].sort((a, b) => a - b)) {
      seeds.push(
        present.includes(seed)
          ? await readSeed(
            join(folder, "arms", declared.name, `seed-${seed}`),
            seed,
            (problem) => problems.push(problem),
          )
          : missingSeed(seed),
      );
    }
    arms.push({
      ...declared,
      seeds,
      failed: failuresOf(seeds, found),
      splits: found?.splits ?? {},
    });
  }
  return { folder, experiment, arms, intervals: summary?.intervals ?? null, audit, problems };
}
