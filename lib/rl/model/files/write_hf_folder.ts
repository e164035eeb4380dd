/**
 * Model folders in Hugging Face's layout, written.
 *
 * @module
 */

import { replaceFile } from "@terse/data";
import { join } from "node:path";
import type { TokenizerParts } from "../../tokenizer/tokenizer.ts";
import type { ModelConfig } from "../config.ts";
import { hfConfigFields } from "./hf_config.ts";
import { writeNewFolder } from "./new_folder.ts";
import { countTensorBytes, type FloatType, writeSafetensors } from "./safetensors.ts";
import type { NamedTensors, TensorData } from "./tensor_data.ts";

/** A model as a folder holds it. */
export interface WrittenModel {
  readonly config: ModelConfig;
  /** Under Hugging Face's names and in its layout. */
  readonly tensors: NamedTensors;
  readonly tokenizerParts: TokenizerParts;
}

/** How a model is written. */
export interface WriteOptions {
  readonly dtype: FloatType;
  /** Free text fields in the header of each weights file. */
  readonly metadata: Readonly<Record<string, string>>;
  /** No weights file is larger, but for one of a single tensor; 5 GB, as transformers had it for long. */
  readonly maxShardBytes?: number;
}

const MAX_SHARD_BYTES = 5_000_000_000;

/** The names of PyTorch's types, which config.json holds. */
const TORCH_NAMES: Readonly<Record<FloatType, string>> = {
  F32: "float32",
  BF16: "bfloat16",
  F16: "float16",
};

/** The largest finite binary16 number. */
const LARGEST_F16 = 65_504;

async function writeJson(folder: string, name: string, value: unknown): Promise<void> {
  const text = JSON.stringify(value, null, 1) + "\n";
  await replaceFile(join(folder, name), (part) => Deno.writeTextFile(part, text));
}

/**
 * Writes config.json, generation_config.json, tokenizer.json and tokenizer_config.json into an existing
 * folder. `readModel` and transformers read the same configuration, tokens and chats from them.
 */
export async function writeHfConfig(
  folder: string,
  config: ModelConfig,
  { json, chatTemplate, endTokenIds, padTokenId, namedTokens }: TokenizerParts,
  dtype: FloatType,
): Promise<void> {
  const special = { endTokenIds, padTokenId };
  const fields = { ...hfConfigFields(config, special), dtype: TORCH_NAMES[dtype] };
  await writeJson(folder, "config.json", fields);
  await writeJson(folder, "generation_config.json", {
    eos_token_id: endTokenIds,
    pad_token_id: padTokenId,
  });
  const absent = { version: "1.0", truncation: null, padding: null };
  await writeJson(folder, "tokenizer.json", { ...absent, ...json });
  await writeJson(folder, "tokenizer_config.json", {
    ...(chatTemplate === null ? {} : { chat_template: chatTemplate }),
    ...namedTokens,
    clean_up_tokenization_spaces: false,
    model_max_length: config.maxPositionEmbeddings,
    tokenizer_class: "PreTrainedTokenizerFast",
  });
}

/** Cuts tensors into parts in their order, each at most so many bytes unless it is one tensor. */
function cutShards(
  tensors: NamedTensors,
  dtype: FloatType,
  maxBytes: number,
): Map<string, TensorData>[] {
  const shards: Map<string, TensorData>[] = [];
  let filled = Infinity;
  for (const [name, tensor] of tensors) {
    const sizeBytes = countTensorBytes(new Map([[name, tensor]]), dtype);
    if (filled + sizeBytes > maxBytes) {
      shards.push(new Map());
      filled = 0;
    }
    shards.at(-1)!.set(name, tensor);
    filled += sizeBytes;
  }
  return shards;
}

async function writeWeights(
  folder: string,
  tensors: NamedTensors,
  { dtype, metadata, maxShardBytes = MAX_SHARD_BYTES }: WriteOptions,
): Promise<void> {
  const fields = { ...metadata, format: "pt" };
  const shards = cutShards(tensors, dtype, maxShardBytes);
  if (shards.length === 1) {
    return await writeSafetensors(join(folder, "model.safetensors"), tensors, fields, dtype);
  }
  const five = (count: number) => String(count).padStart(5, "0");
  const weightMap: Record<string, string> = {};
  for (const [i, shard] of shards.entries()) {
    const name = `model-${five(i + 1)}-of-${five(shards.length)}.safetensors`;
    await writeSafetensors(join(folder, name), shard, fields, dtype);
    for (const tensor of shard.keys()) weightMap[tensor] = name;
  }
  await writeJson(folder, "model.safetensors.index.json", {
    metadata: { total_size: countTensorBytes(tensors, dtype) },
    weight_map: weightMap,
  });
}

function checkRange(path: string, tensors: NamedTensors): void {
  for (const [name, { data }] of tensors) {
    const beyond = data.find((value) => Math.abs(value) > LARGEST_F16 && Number.isFinite(value));
    if (beyond === undefined) continue;
    throw new Error(
      `Cannot write tensor ${name} to ${path} as F16: values must lie within ${LARGEST_F16}: current ` +
        `value is ${beyond}. Write it as BF16 or F32`,
    );
  }
}

/**
 * Writes a model as a new folder: the folder is there whole or not at all.
 *
 * @param folder Must not exist or be empty; the folder that it lies in must exist.
 * @throws {Error} if the folder has files, a value is too large for F16, or from the file system.
 *
 * @example
 * ```ts
 * import { modelPath, readModel, writeHfFolder } from "@terse/rl";
 * import { assertEquals } from "@std/assert";
 * const tiny = await readModel(modelPath("tiny"));
 * const folder = `${await Deno.makeTempDir()}/tiny`;
 * await writeHfFolder(folder, tiny, { dtype: "F32", metadata: {} });
 * assertEquals((await readModel(folder)).tensors, tiny.tensors);
 * ```
 */
export async function writeHfFolder(
  folder: string,
  { config, tensors, tokenizerParts }: WrittenModel,
  options: WriteOptions,
): Promise<void> {
  if (options.dtype === "F16") checkRange(folder, tensors);
  await writeNewFolder(folder, async (part) => {
    await writeHfConfig(part, config, tokenizerParts, options.dtype);
    await writeWeights(part, tensors, options);
  });
}
