/**
 * A model folder in Hugging Face's layout.
 *
 * @module
 */

import { join } from "node:path";
import type { ModelConfig } from "../config.ts";
import { readHfTokenizer } from "../../tokenizer/hf_tokenizer.ts";
import type { TokenizerParts } from "../../tokenizer/tokenizer.ts";
import { parseHfConfig } from "./hf_config.ts";
import { readJsonObject } from "./json_fields.ts";
import { readFolderWeights } from "./sharded_safetensors.ts";
import type { NamedTensors } from "./tensor_data.ts";

/** What a model file or folder holds, before the tensors are checked against the configuration. */
export interface RawModel {
  readonly config: ModelConfig;
  readonly tensors: NamedTensors;
  readonly tokenizerParts: TokenizerParts;
  /** The weights file, or files in the order in which they are hashed. */
  readonly weightPaths: readonly string[];
}

/**
 * Reads config.json, the tokenizer's files and the (sharded) safetensors of a folder.
 *
 * @throws {Error} naming the file and the field or tensor at fault, or the file that is missing.
 */
export async function readHfFolder(folder: string): Promise<RawModel> {
  const configObject = await readJsonObject(join(folder, "config.json"));
  if (!configObject) {
    throw new Error(`Cannot load ${folder}: it must hold config.json, as a model folder does`);
  }
  const config = parseHfConfig(configObject);
  const tokenizerParts = await readHfTokenizer(folder);
  const { tensors, paths } = await readFolderWeights(folder);
  return { config, tensors, tokenizerParts, weightPaths: paths };
}
