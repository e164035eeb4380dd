/**
 * A policy: an architecture, its weights on the engine, and its tokenizer.
 *
 * @module
 */
import type { ModelConfig } from "./model/config.ts";
import { readModel } from "./model/files/read_model.ts";
import { smollm2Path } from "./model/files/smollm2.ts";
import { moveWeights, type Weights } from "./model/weights.ts";
import { TINY_FOLDER } from "./tiny/folder.ts";
import type { Tokenizer } from "./tokenizer/tokenizer.ts";

/** What samples completions and is trained. The holder of a policy owns its weights. */
export interface Policy {
  readonly config: ModelConfig;
  readonly weights: Weights;
  readonly tokenizer: Tokenizer;
}

/** Where a model's files lie: `tiny` and `smollm2` by name, anything else is a path. */
export function modelPath(model: string): string {
  if (model === "tiny") return TINY_FOLDER;
  if (model === "smollm2") return smollm2Path();
  return model;
}

/**
 * Reads a policy from disk onto the engine.
 *
 * @param model `tiny`, `smollm2`, a GGUF file, or a Hugging Face folder.
 * @throws if the files are missing, truncated, of an unknown architecture, or don't fit their config.
 */
export async function loadPolicy(model: string): Promise<Policy> {
  const { config, tensors, tokenizer } = await readModel(modelPath(model));
  return { config, weights: moveWeights(tensors), tokenizer };
}
