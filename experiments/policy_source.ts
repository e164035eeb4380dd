/**
 * The policy that a command is pointed at: a model by name or path, or what an arm of a run has trained.
 *
 * @module
 */

import {
  type CheckpointWeights,
  type LoraAdapter,
  mergeAdapter,
  type ModelFiles,
  modelPath,
  readCheckpointWeights,
  readModel,
} from "@terse/rl";
import { join } from "node:path";
import type { ArmConfig } from "./arm_config.ts";
import { findBest, listCheckpoints } from "./checkpoints.ts";
import { type ArmPaths, armPaths, exists, readJson, stepName } from "./run_folder.ts";

/** Which checkpoint of an arm. */
export type CheckpointChoice = "last" | "best";

/** A policy before it is uploaded to an engine. */
export interface PolicySource {
  /** The checkpoint's weights with the configuration and the tokenizer of the model it began as. */
  readonly files: ModelFiles;
  /** The arm's LoRA adapter, which `files` has merged in; null if it has none. */
  readonly adapter: LoraAdapter | null;
  /** Null for a model that is no arm's. */
  readonly arm: ArmConfig | null;
  /** Training steps that the weights include; 0 for a model that is no arm's. */
  readonly step: number;
  /** One line for each checkpoint that is damaged and was passed over, newest first. */
  readonly rejected: readonly string[];
}

/**
 * Reads a policy without an engine.
 *
 * @param model `tiny`, `smollm2`, a GGUF file, a Hugging Face folder, or the folder of an arm under one
 *   seed (`runs/NAME/arms/ARM/seed-N`).
 * @param choice Of an arm's checkpoints: the newest, a damaged one passed over, or the best by reward.
 * @throws {Error} if there is no such model, the arm has no usable checkpoint, or the model that the arm
 *   began as has changed.
 */
export async function readPolicySource(
  model: string,
  choice: CheckpointChoice,
): Promise<PolicySource> {
  const arm = await readArmConfig(model);
  if (arm === null) {
    return { files: await readModel(modelPath(model)), adapter: null, arm, step: 0, rejected: [] };
  }
  const base = await readModel(modelPath(arm.model.name));
  if (base.sha256 !== arm.model.sha256) {
    throw new Error(
      `Cannot use ${model}: the weights of ${arm.model.name}, which it began as, must have the ` +
        `SHA-256 ${arm.model.sha256}: current value is ${base.sha256}. Restore that model`,
    );
  }
  if (arm.steps === 0) return { files: base, adapter: null, arm, step: 0, rejected: [] };
  const paths = armPaths(model);
  const { found, rejected } = await readCheckpoint(paths, arm, choice);
  if (found === null) {
    throw new Error(
      `Cannot use ${model}: it must have a whole checkpoint in ${paths.checkpoints}: current ` +
        `${
          rejected.length === 0 ? "value is none" : `ones are damaged: ${rejected.join("; ")}`
        }. ` +
        `Train it further with --resume`,
    );
  }
  const { step, sha256 } = found;
  const settings = arm.training.lora ?? null; // Runs from before LoRA have no such key.
  const adapter = settings === null ? null : { settings, tensors: found.tensors };
  const tensors = adapter === null ? found.tensors : mergeAdapter(base.tensors, found.tensors);
  return { files: { ...base, tensors, sha256 }, adapter, arm, step, rejected };
}

/** The config of an arm's folder; null if the path is anything else. */
async function readArmConfig(model: string): Promise<ArmConfig | null> {
  if (model === "tiny" || model === "smollm2") return null;
  if (!(await Deno.stat(model).then((info) => info.isDirectory, () => false))) return null;
  if (await exists(join(model, "experiment.json"))) {
    throw new Error(
      `Cannot use ${model}: it must be the folder of one arm under one seed: current value is the ` +
        `folder of a whole run. Name one of its arms, e.g. ${join(model, "arms", "ARM", "seed-1")}`,
    );
  }
  const config = await readJson<Partial<ArmConfig>>(join(model, "config.json"));
  return typeof config?.arm === "string" ? config as ArmConfig : null;
}

async function readCheckpoint(
  paths: ArmPaths,
  { steps, checkpointEvery: every, keepCheckpoints }: ArmConfig,
  choice: CheckpointChoice,
): Promise<{ found: CheckpointWeights | null; rejected: string[] }> {
  const rejected: string[] = [];
  const best = choice === "best"
    ? await findBest(paths, { steps, every, ...keepCheckpoints })
    : null;
  // Nothing stands in for the best one: another would not be the best.
  const candidates = choice === "last"
    ? (await listCheckpoints(paths.checkpoints)).reverse()
    : best === null
    ? []
    : [best];
  for (const step of candidates) {
    try {
      const folder = join(paths.checkpoints, stepName(step));
      return { found: await readCheckpointWeights(folder), rejected };
    } catch (error) {
      rejected.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { found: null, rejected };
}
