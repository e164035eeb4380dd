/**
 * A training state on disk: everything that the next step depends on, bit for bit.
 *
 * A checkpoint's folder holds weights, AdamW's moments and a reference that follows the policy as
 * safetensors in the Hugging Face layout (of a policy with a LoRA adapter those of the adapter alone, with
 * its scaling), `state.json`, and `manifest.json` with the SHA-256 of every other file, written last.
 *
 * @module
 */
import { replaceFile } from "@terse/data";
import { join } from "node:path";
import type { RewardState } from "@terse/rewards";
import { hasAdapter, ownWeights } from "../lora/names.ts";
import { sha256OfFiles } from "../model/files/binary_file.ts";
import { readSafetensors, writeSafetensors } from "../model/files/safetensors.ts";
import type { NamedTensors } from "../model/files/tensor_data.ts";
import type { ModelConfig } from "../model/config.ts";
import { downloadWeights, moveWeights, type Weights } from "../model/weights.ts";
import type { Policy } from "../policy.ts";
import type { GrpoState } from "./train_step.ts";

const WEIGHTS = "model.safetensors", FIRST_MOMENTS = "adam_m.safetensors";
const SECOND_MOMENTS = "adam_v.safetensors", STATE = "state.json", MANIFEST = "manifest.json";
/** Only there if the reference follows the policy. */
const REFERENCE = "ref_model.safetensors";
/** Files of every checkpoint. */
const FILES = [WEIGHTS, FIRST_MOMENTS, SECOND_MOMENTS, STATE] as const;

interface StateFile {
  readonly step: number;
  readonly optimizerStep: number;
  readonly config: ModelConfig;
  readonly rewards: RewardState;
}

/** Content of `manifest.json`. */
interface Manifest {
  /** SHA-256 in hex by file name. */
  readonly sha256: Readonly<Record<string, string>>;
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await replaceFile(path, (part) => Deno.writeTextFile(part, JSON.stringify(value, null, 2)));
}

/** Writes a state into an existing folder. */
export async function saveCheckpoint(folder: string, state: GrpoState): Promise<void> {
  const { policy, optimizer, step, rewards, refWeights } = state;
  const tensorFiles = {
    [WEIGHTS]: ownWeights(policy.weights),
    [FIRST_MOMENTS]: optimizer.m,
    [SECOND_MOMENTS]: optimizer.v,
    ...(refWeights === null ? {} : { [REFERENCE]: refWeights }),
  };
  for (const [name, tensors] of Object.entries(tensorFiles)) {
    await writeSafetensors(join(folder, name), await downloadWeights(tensors), { format: "pt" });
  }
  const file: StateFile = { step, optimizerStep: optimizer.step, config: policy.config, rewards };
  await writeJson(join(folder, STATE), file);
  const sums: Record<string, string> = {};
  for (const name of [...Object.keys(tensorFiles), STATE]) {
    sums[name] = await sha256OfFiles([join(folder, name)]);
  }
  const manifest: Manifest = { sha256: sums };
  await writeJson(join(folder, MANIFEST), manifest);
}

/** Compares every file with the manifest and reads `state.json`. */
async function readVerified(folder: string): Promise<{ state: StateFile; manifest: Manifest }> {
  const path = join(folder, MANIFEST);
  let manifest: Manifest;
  try {
    manifest = JSON.parse(await Deno.readTextFile(path));
  } catch (cause) {
    throw new Error(
      `Cannot load checkpoint: ${path} must be a whole JSON file: ${(cause as Error).message}`,
      { cause },
    );
  }
  for (const name of new Set([...FILES, ...Object.keys(manifest?.sha256 ?? {})])) {
    const found = await sha256OfFiles([join(folder, name)]);
    const expected = manifest?.sha256?.[name];
    if (found !== expected) {
      throw new Error(
        `Cannot load checkpoint: the SHA-256 of ${join(folder, name)} must be ${expected} as ` +
          `manifest.json says: it is ${found}; remove the checkpoint's folder to resume from the ` +
          `one before`,
      );
    }
  }
  return { state: JSON.parse(await Deno.readTextFile(join(folder, STATE))), manifest };
}

/** The policy of a checkpoint, or its adapter with the scaling, as its files hold it, independent of any engine. */
export interface CheckpointWeights {
  /** Training steps that it includes. */
  readonly step: number;
  readonly config: ModelConfig;
  readonly tensors: NamedTensors;
  /** SHA-256 in hex of the weights' file. */
  readonly sha256: string;
}

/**
 * Reads the weights of a checkpoint, without AdamW's moments.
 *
 * @throws {Error} naming the file if any file of the checkpoint is missing or its checksum differs.
 */
export async function readCheckpointWeights(folder: string): Promise<CheckpointWeights> {
  const { state, manifest } = await readVerified(folder);
  const { tensors } = await readSafetensors(join(folder, WEIGHTS));
  return { step: state.step, config: state.config, tensors, sha256: manifest.sha256[WEIGHTS]! };
}

/**
 * Reads a state back onto the engine. The caller owns its tensors.
 *
 * @param tokenizer the run's; checkpoints hold none.
 * @param base the weights that an adapter stands beside; the policy shares them, the caller goes on owning them.
 * @throws {Error} naming the file if one is missing or its checksum differs.
 */
export async function loadCheckpoint(
  folder: string,
  tokenizer: Policy["tokenizer"],
  base: Weights = {},
): Promise<GrpoState> {
  const { state, manifest } = await readVerified(folder);
  // All are read before any is uploaded, so that a failure leaves no tensors behind.
  const read = async (name: string) => (await readSafetensors(join(folder, name))).tensors;
  const weights = await read(WEIGHTS);
  const m = await read(FIRST_MOMENTS), v = await read(SECOND_MOMENTS);
  const ref = Object.hasOwn(manifest.sha256, REFERENCE) ? await read(REFERENCE) : null;
  const own = moveWeights(weights);
  return {
    step: state.step,
    policy: {
      config: state.config,
      weights: hasAdapter(own) ? { ...base, ...own } : own,
      tokenizer,
    },
    optimizer: {
      step: state.optimizerStep,
      m: { ...moveWeights(m) },
      v: { ...moveWeights(v) },
    },
    rewards: state.rewards,
    refWeights: ref === null ? null : moveWeights(ref),
  };
}
