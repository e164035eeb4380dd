/**
 * `diagnoses.jsonl`: what is wrong with an arm's training, one JSON object for each beginning and end. It
 * follows from `metrics.jsonl`, from which it is made again when an arm goes on.
 *
 * @module
 */

import {
  diagnose,
  type DiagnosedSettings,
  diagnoseStep,
  type Diagnosis,
  reasonToStop,
} from "@terse/rl";
import type { TrainingSettings } from "./experiment.ts";
import { type MetricsRow, readMetrics } from "./metrics_log.ts";
import { type ArmPaths, writeText } from "./run_folder.ts";

/** The settings that diagnoses go by. */
export type DiagnosedTraining = DiagnosedSettings & Pick<TrainingSettings, "maxSkippedSteps">;

/** The diagnoses of an arm at work. */
export interface OpenedDiagnoses {
  /**
   * Looks at the metrics of one more step and writes what it tells.
   *
   * @returns What was found, and why training cannot go on, if it cannot.
   */
  add(row: MetricsRow): Promise<{
    readonly found: readonly Diagnosis[];
    readonly reasonToStop: string | null;
  }>;
}

/** Writes the diagnoses of the steps on disk, and takes those to come. */
export async function openDiagnoses(
  paths: Pick<ArmPaths, "metrics" | "diagnoses">,
  training: DiagnosedTraining,
): Promise<OpenedDiagnoses> {
  const rows = await readMetrics(paths.metrics);
  let { open, found: all } = diagnose(rows, training);
  const write = () =>
    writeText(paths.diagnoses, all.map((one) => JSON.stringify(one) + "\n").join(""));
  await write();
  return {
    async add(row) {
      rows.push(row);
      const next = diagnoseStep(open, rows, training);
      open = next.open;
      all = [...all, ...next.found];
      if (next.found.length > 0) await write();
      return { found: next.found, reasonToStop: reasonToStop(rows, training.maxSkippedSteps) };
    },
  };
}
