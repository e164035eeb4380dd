/**
 * Models from files: the one entry point for every format.
 *
 * @module
 */

import type { ModelConfig } from "../config.ts";
import { mergeAdapter } from "../../lora/adapter.ts";
import { createTokenizer, type Tokenizer, type TokenizerParts } from "../../tokenizer/tokenizer.ts";
import { sha256OfFiles } from "./binary_file.ts";
import { selectExpectedTensors } from "./expected_shapes.ts";
import { readGguf } from "./gguf.ts";
import { readHfFolder } from "./hf_folder.ts";
import { type PeftAdapter, readPeftFolder } from "./peft_folder.ts";
import { smollm2Path } from "./smollm2.ts";
import type { NamedTensors } from "./tensor_data.ts";

/** A model as files hold it: configuration, weights and tokenizer, independent of any engine. */
export interface ModelFiles {
  readonly config: ModelConfig;
  /**
   * float32 tensors by Hugging Face name and in Hugging Face layout (linear weights [out, in]):
   * exactly those of `expectedShapes(config)`, in that order.
   */
  readonly tensors: NamedTensors;
  readonly tokenizer: Tokenizer;
  /** What the tokenizer was made of, for writing it again. */
  readonly tokenizerParts: TokenizerParts;
  /**
   * SHA-256 in hex of the weights file; of the files one after another, by name, if sharded; of the adapter's
   * file behind its model's hash, if it is an adapter.
   */
  readonly sha256: string;
}

/**
 * Reads a model: a GGUF file (`.gguf`) or a folder with config.json, tokenizer.json,
 * tokenizer_config.json and (sharded) safetensors. Llama and Qwen2 architectures. Of a folder with a PEFT
 * adapter, the model that it names with the adapter merged in.
 *
 * @throws {Error} naming the file and the field or tensor at fault: missing or cut off files, unknown
 * architectures or types, tensors that are missing, unknown or of another shape than the
 * configuration says.
 */
export async function readModel(path: string): Promise<ModelFiles> {
  const info = await Deno.stat(path).catch((cause) => {
    const advice = path === smollm2Path() ? ". Fetch it: deno task model:fetch smollm2" : "";
    throw new Error(
      `Cannot load ${path}: it must be a .gguf file or a model folder: ${cause.message}${advice}`,
      { cause },
    );
  });
  if (!info.isDirectory && !path.endsWith(".gguf")) {
    throw new Error(`Cannot load ${path}: a model file's name must end in .gguf`);
  }
  const adapted = info.isDirectory ? await readPeftFolder(path) : null;
  if (adapted !== null) return await readAdapted(path, adapted);
  const raw = info.isDirectory ? await readHfFolder(path) : await readGguf(path);
  return {
    config: raw.config,
    tensors: selectExpectedTensors(path, raw.tensors, raw.config),
    tokenizer: createTokenizer(raw.tokenizerParts),
    tokenizerParts: raw.tokenizerParts,
    sha256: await sha256OfFiles(raw.weightPaths),
  };
}

async function readAdapted(
  folder: string,
  { adapter, baseModel, weightsPath }: PeftAdapter,
): Promise<ModelFiles> {
  const base = await readModel(baseModel).catch((cause) => {
    throw new Error(
      `Cannot load ${folder}: base_model_name_or_path of its adapter_config.json must be a model on this ` +
        `machine: ${cause.message}`,
      { cause },
    );
  });
  return {
    ...base,
    tensors: mergeAdapter(base.tensors, adapter),
    sha256: `${base.sha256}+${await sha256OfFiles([weightsPath])}`,
  };
}
