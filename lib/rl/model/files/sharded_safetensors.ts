/**
 * The safetensors files of a model folder: one, or several under an index.
 *
 * @module
 */

import { join } from "node:path";
import { fieldError, readJsonObject } from "./json_fields.ts";
import { readSafetensors } from "./safetensors.ts";
import type { NamedTensors, TensorData } from "./tensor_data.ts";

/** The tensors of a model folder and the files that they came from, in the order of their names. */
export interface FolderWeights {
  readonly tensors: NamedTensors;
  readonly paths: readonly string[];
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then((info) => info.isFile, () => false);
}

/**
 * Reads `model.safetensors`, or else the files that `model.safetensors.index.json` names.
 *
 * @throws {Error} naming the folder if it has neither, the index if it names a file outside of the
 * folder, the tensor if it is not in the file that the index says or in no entry of the index.
 */
export async function readFolderWeights(folder: string): Promise<FolderWeights> {
  const single = join(folder, "model.safetensors");
  if (await isFile(single)) {
    return { tensors: (await readSafetensors(single)).tensors, paths: [single] };
  }
  const index = await readJsonObject(`${single}.index.json`);
  if (!index) {
    throw new Error(
      `Cannot load ${folder}: it must hold model.safetensors or model.safetensors.index.json`,
    );
  }
  const weightMap = index.fields.weight_map;
  if (weightMap === null || typeof weightMap !== "object" || Array.isArray(weightMap)) {
    throw fieldError(index, "weight_map", "an object of file names by tensor name");
  }
  const fileByTensor = new Map(Object.entries(weightMap as Record<string, unknown>));
  const names = [...new Set(fileByTensor.values())].sort();
  const tensors = new Map<string, TensorData>();
  const paths: string[] = [];
  for (const name of names) {
    if (typeof name !== "string" || !/^[^/\\]+\.safetensors$/.test(name)) {
      throw new Error(
        `Cannot load ${index.source}: every file of weight_map must be a .safetensors file in the ` +
          `same folder: current value is ${JSON.stringify(name)}`,
      );
    }
    const path = join(folder, name);
    paths.push(path);
    for (const [tensorName, tensor] of (await readSafetensors(path)).tensors) {
      if (fileByTensor.get(tensorName) !== name) {
        throw new Error(
          `Cannot load ${path}: the index must place tensor ${tensorName} in this file: current ` +
            `value is ${fileByTensor.get(tensorName) ?? "none"}`,
        );
      }
      tensors.set(tensorName, tensor);
    }
  }
  for (const [tensorName, name] of fileByTensor) {
    if (!tensors.has(tensorName)) {
      throw new Error(
        `Cannot load ${
          join(folder, String(name))
        }: tensor ${tensorName} must be in this file, as ` +
          `${index.source} says: current value is none`,
      );
    }
  }
  return { tensors, paths };
}
