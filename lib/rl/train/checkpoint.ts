/**
 * A training state on disk: everything that the next step depends on, bit for bit.
 *
 * @module
 */
import { join } from "node:path";
import { createHash } from "node:crypto";
import type { RewardState } from "@terse/rewards";
import { readSafetensors, writeSafetensors } from "../model/files/safetensors.ts";
import type { ModelConfig } from "../model/config.ts";
import { downloadWeights, uploadWeights } from "../model/weights.ts";
import type { Policy } from "../policy.ts";
import type { GrpoState } from "./train_step.ts";

const TENSOR_FILES = ["model.safetensors", "adam_m.safetensors", "adam_v.safetensors"] as const;

interface StateFile {
  readonly step: number;
  readonly optimizerStep: number;
  readonly config: ModelConfig;
  readonly rewards: RewardState;
  readonly sha256: Readonly<Record<string, string>>;
}

async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of (await Deno.open(path)).readable) hash.update(chunk);
  return hash.digest("hex");
}

/**
 * Writes a state into an existing folder: weights and AdamW's moments as safetensors in the Hugging Face
 * layout, and `state.json` with their checksums and what the rewards carry, written last.
 */
export async function saveCheckpoint(folder: string, state: GrpoState): Promise<void> {
  const { policy, optimizer, step, rewards } = state;
  const contents = [policy.weights, optimizer.m, optimizer.v];
  const sums: Record<string, string> = {};
  for (const [i, name] of TENSOR_FILES.entries()) {
    const path = join(folder, name);
    await writeSafetensors(path, await downloadWeights(contents[i]!), { format: "pt" });
    sums[name] = await sha256(path);
  }
  const file: StateFile = {
    step,
    optimizerStep: optimizer.step,
    config: policy.config,
    rewards,
    sha256: sums,
  };
  await Deno.writeTextFile(join(folder, "state.json"), JSON.stringify(file, null, 2));
}

/**
 * Reads a state back onto the engine. The caller owns its tensors.
 *
 * @param tokenizer the run's; checkpoints hold none.
 * @throws {Error} naming the file if one is missing or its checksum differs.
 */
export async function loadCheckpoint(
  folder: string,
  tokenizer: Policy["tokenizer"],
): Promise<GrpoState> {
  const file: StateFile = JSON.parse(await Deno.readTextFile(join(folder, "state.json")));
  for (const name of TENSOR_FILES) {
    const path = join(folder, name);
    const found = await sha256(path);
    if (found !== file.sha256[name]) {
      throw new Error(
        `Cannot load checkpoint: the SHA-256 of ${path} must be ${
          file.sha256[name]
        }: it is ${found}; ` +
          "remove the checkpoint's folder to resume from the one before",
      );
    }
  }
  const [weights, m, v] = await Promise.all(TENSOR_FILES.map(async (name) => {
    const { tensors } = await readSafetensors(join(folder, name));
    return uploadWeights(tensors);
  }));
  return {
    step: file.step,
    policy: { config: file.config, weights: weights!, tokenizer },
    optimizer: { step: file.optimizerStep, m: { ...m! }, v: { ...v! } },
    rewards: file.rewards,
  };
}
