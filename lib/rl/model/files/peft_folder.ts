/**
 * LoRA adapters in the folders of Hugging Face's PEFT.
 *
 * @module
 */

import { replaceFile } from "@terse/data";
import { join } from "node:path";
import type { LoraAdapter } from "../../lora/adapter.ts";
import { isAdapterMatrix, LORA_SCALING } from "../../lora/names.ts";
import {
  fieldError,
  type JsonObject,
  positiveInteger,
  positiveNumber,
  readJsonObject,
} from "./json_fields.ts";
import { writeNewFolder } from "./new_folder.ts";
import { type FloatType, readSafetensors, writeSafetensors } from "./safetensors.ts";
import type { NamedTensors, TensorData } from "./tensor_data.ts";

const CONFIG = "adapter_config.json", WEIGHTS = "adapter_model.safetensors";
/** What PEFT puts before the model's own names. */
const PREFIX = "base_model.model.";

/** How an adapter is written. */
export interface PeftOptions {
  /** The model that the adapter was trained on, as PEFT's `base_model_name_or_path`. */
  readonly baseModel: string;
  readonly dtype: FloatType;
  /** Free text fields in the header of the weights file. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Writes adapter_config.json and adapter_model.safetensors as a new folder, which
 * `PeftModel.from_pretrained(model, folder)` loads. The folder is there whole or not at all.
 *
 * @param folder Must not exist or be empty; the folder that it lies in must exist.
 * @throws {Error} if the folder has files, or from the file system.
 */
export async function writePeftFolder(
  folder: string,
  { settings: { rank, alpha, targetModules }, tensors }: LoraAdapter,
  { baseModel, dtype, metadata }: PeftOptions,
): Promise<void> {
  const fields = {
    alpha_pattern: {},
    base_model_name_or_path: baseModel,
    bias: "none",
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    lora_alpha: alpha,
    lora_dropout: 0,
    modules_to_save: null,
    peft_type: "LORA",
    r: rank,
    rank_pattern: {},
    target_modules: targetModules,
    task_type: "CAUSAL_LM",
    use_dora: false,
    use_rslora: false,
  };
  const matrices = new Map<string, TensorData>();
  for (const [name, tensor] of tensors) {
    if (isAdapterMatrix(name)) matrices.set(PREFIX + name, tensor);
  }
  await writeNewFolder(folder, async (part) => {
    await writeSafetensors(join(part, WEIGHTS), matrices, { ...metadata, format: "pt" }, dtype);
    const text = JSON.stringify(fields, null, 1) + "\n";
    await replaceFile(join(part, CONFIG), (path) => Deno.writeTextFile(path, text));
  });
}

/** An adapter as a folder holds it. */
export interface PeftAdapter {
  /** Matrices and scaling under the model's names. */
  readonly adapter: NamedTensors;
  /** `base_model_name_or_path`. */
  readonly baseModel: string;
  readonly weightsPath: string;
}

/** Fields that change what an adapter computes, with the values that mean plain LoRA. */
const PLAIN: Readonly<Record<string, unknown>> = {
  bias: "none",
  fan_in_fan_out: false,
  use_dora: false,
  use_rslora: false,
  modules_to_save: null,
  rank_pattern: {},
  alpha_pattern: {},
};

function requirePlain(object: JsonObject): void {
  if (object.fields["peft_type"] !== "LORA") throw fieldError(object, "peft_type", '"LORA"');
  for (const [name, plain] of Object.entries(PLAIN)) {
    const value = object.fields[name];
    const isEmpty = typeof value === "object" && value !== null && Object.keys(value).length === 0;
    if (value === undefined || isEmpty || value === plain) continue;
    throw fieldError(object, name, `${JSON.stringify(plain)}, as other LoRA is not read`);
  }
}

/**
 * Reads an adapter; null if the folder has no adapter_config.json.
 *
 * Deviation from PEFT: one rank and alpha for all modules, without DoRA, rank-stabilised scaling, biases or
 * modules that were trained whole.
 *
 * @throws {Error} naming the file and the field or tensor at fault.
 */
export async function readPeftFolder(folder: string): Promise<PeftAdapter | null> {
  const object = await readJsonObject(join(folder, CONFIG));
  if (object === null) return null;
  requirePlain(object);
  const scaling = positiveNumber(object, "lora_alpha") / positiveInteger(object, "r");
  const baseModel = object.fields["base_model_name_or_path"];
  if (typeof baseModel !== "string" || baseModel === "") {
    throw fieldError(object, "base_model_name_or_path", "the path of the model it was trained on");
  }
  const weightsPath = join(folder, WEIGHTS);
  const adapter = new Map<string, TensorData>();
  for (const [name, tensor] of (await readSafetensors(weightsPath)).tensors) {
    if (!name.startsWith(PREFIX) || !isAdapterMatrix(name)) {
      throw new Error(
        `Cannot read ${weightsPath}: its tensors must be lora_A and lora_B of linear modules: current ` +
          `value is ${name}`,
      );
    }
    adapter.set(name.slice(PREFIX.length), tensor);
  }
  adapter.set(LORA_SCALING, { shape: [], data: Float32Array.of(scaling) });
  return { adapter, baseModel, weightsPath };
}
