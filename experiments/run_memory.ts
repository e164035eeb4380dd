/**
 * The memory that a run's arms need, predicted before they start and told beside what they took.
 *
 * @module
 */

import {
  describeBytes,
  describeFullest,
  jobsThatFit,
  type MemoryPlan,
  type MemoryRequest,
  predictMemory,
  requireMemory,
} from "@terse/rl";
import type { ArmConfig } from "./arm_config.ts";
import type { ExperimentSettings } from "./experiment.ts";
import { armFolder, armPaths, type ArmStatus, readJson, writeJson } from "./run_folder.ts";
import type { Preparation } from "./run_plan.ts";

/** Content of an arm folder's `memory.json`. */
export type MemoryFile = Pick<MemoryPlan, "processBytes" | "tensorBytes" | "phases">;

/** The prediction of one arm. */
export interface ArmMemory {
  readonly config: ArmConfig;
  readonly request: MemoryRequest;
  readonly plan: MemoryPlan;
}

/** Predicts the memory of every arm. */
export function predictArms(
  configs: readonly ArmConfig[],
  { model, data, engine }: Preparation,
  settings: ExperimentSettings,
): ArmMemory[] {
  return configs.map((config) => {
    const request: MemoryRequest = {
      engine: engine.name,
      config: model.config,
      training: config.steps === 0
        ? null
        : { ...config.training, promptTokens: data.promptTokens.trained },
      evaluation: {
        ...config.evaluation,
        maxCompletionLength: settings.training.maxCompletionLength,
        rowsAtOnce: settings.training.rowsAtOnce,
        promptTokens: data.promptTokens.evaluated,
      },
    };
    return { config, request, plan: predictMemory(request) };
  });
}

/** The arm that needs most. */
export function largestArm(arms: readonly ArmMemory[]): ArmMemory {
  return arms.reduce((a, b) => b.plan.processBytes > a.plan.processBytes ? b : a);
}

/**
 * How many arms are trained at a time.
 *
 * @param asked As the command says; null to take as many of `usual` as there is memory for.
 * @throws {RangeError} if those asked for, or a single one, do not fit: with the figures and what to change.
 */
export function chooseJobs(
  { config, request, plan }: ArmMemory,
  availableBytes: number,
  asked: number | null,
  usual: number,
): number {
  const jobs = asked ?? Math.max(1, Math.min(usual, jobsThatFit(plan, availableBytes)));
  requireMemory(`arm ${config.arm}`, request, { availableBytes, jobs });
  return jobs;
}

/** The prediction as a line of the command. */
export function describePrediction({ plan }: ArmMemory, availableBytes: number): string {
  return `up to ${describeBytes(plan.processBytes)} a process predicted ` +
    `(${describeFullest(plan)}), ${describeBytes(availableBytes)} free`;
}

/** Writes the prediction into each arm's folder. */
export async function writePredictions(
  folder: string,
  arms: readonly ArmMemory[],
): Promise<void> {
  for (const { config, plan: { processBytes, tensorBytes, phases } } of arms) {
    const file: MemoryFile = { processBytes, tensorBytes, phases };
    await writeJson(armPaths(armFolder(folder, config.arm, config.seed)).memory, file);
  }
}

/** The largest peak that was measured, beside the prediction of its arm; null if no arm ran. */
export async function describePeak(
  folder: string,
  arms: readonly ArmMemory[],
): Promise<string | null> {
  let peak: { readonly arm: ArmMemory; readonly bytes: number } | null = null;
  for (const arm of arms) {
    const status = await readJson<ArmStatus>(
      armPaths(armFolder(folder, arm.config.arm, arm.config.seed)).status,
    );
    if (status !== null && status.peakBytes > (peak?.bytes ?? 0)) {
      peak = { arm, bytes: status.peakBytes };
    }
  }
  if (peak === null) return null;
  const { arm: { config, plan }, bytes } = peak;
  return `at most ${describeBytes(bytes)} (${config.arm} seed ${config.seed}), ` +
    `${describeBytes(plan.processBytes)} predicted for it`;
}
