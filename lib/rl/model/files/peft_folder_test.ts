import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { type LoraSettings, mergeAdapter, startAdapter } from "../../lora/adapter.ts";
import { TINY_FOLDER } from "../../tiny/folder.ts";
import { readPeftFolder, writePeftFolder } from "./peft_folder.ts";
import { readModel } from "./read_model.ts";
import { readSafetensors } from "./safetensors.ts";
import type { TensorData } from "./tensor_data.ts";

const settings: LoraSettings = { rank: 2, alpha: 3, targetModules: ["k_proj", "up_proj"] };
const tiny = await readModel(TINY_FOLDER);
const options = { baseModel: TINY_FOLDER, dtype: "F32", metadata: { step: "3" } } as const;

/** An adapter without zeros. */
function trained(): Map<string, TensorData> {
  const tensors = new Map(startAdapter(tiny.config, settings, 1));
  for (const [name, { shape, data }] of tensors) {
    if (!name.includes("lora_B")) continue;
    tensors.set(name, { shape, data: data.map((_, i) => Math.sin(i) / 50) });
  }
  return tensors;
}

async function written(): Promise<string> {
  const folder = join(await Deno.makeTempDir(), "adapter");
  await writePeftFolder(folder, { settings, tensors: trained() }, options);
  return folder;
}

Deno.test("a folder has PEFT's names, shapes and fields, and comes back bit for bit", async () => {
  const folder = await written();
  const { tensors, metadata } = await readSafetensors(join(folder, "adapter_model.safetensors"));
  assertEquals(metadata, { step: "3", format: "pt" });
  const prefix = "base_model.model.model.layers.0.self_attn.k_proj.";
  const { hiddenSize: D, numKvHeads, headDim, numLayers } = tiny.config;
  assertEquals(tensors.size, 2 * 2 * numLayers);
  assertEquals(tensors.get(`${prefix}lora_A.weight`)!.shape, [2, D]);
  assertEquals(tensors.get(`${prefix}lora_B.weight`)!.shape, [numKvHeads * headDim, 2]);
  const config = JSON.parse(await Deno.readTextFile(join(folder, "adapter_config.json")));
  assertEquals([config.peft_type, config.r, config.lora_alpha], ["LORA", 2, 3]);
  assertEquals(config.target_modules, ["k_proj", "up_proj"]);
  const read = await readPeftFolder(folder);
  assertEquals(read!.adapter, trained());
  assertEquals(read!.baseModel, TINY_FOLDER);
  assertEquals(await readPeftFolder(TINY_FOLDER), null);
});

Deno.test("a model's folder may be an adapter's: its model with the adapter merged in", async () => {
  const folder = await written();
  const read = await readModel(folder);
  assertEquals(read.tensors, mergeAdapter(tiny.tensors, trained()));
  assertEquals(read.config, tiny.config);
});

Deno.test("adapters of another kind, and of no model here, are refused by field", async () => {
  const folder = await written();
  const path = join(folder, "adapter_config.json");
  const config = JSON.parse(await Deno.readTextFile(path));
  const refuses = async (changed: Record<string, unknown>, message: string) => {
    await Deno.writeTextFile(path, JSON.stringify({ ...config, ...changed }));
    await assertRejects(() => readModel(folder), Error, message);
  };
  await refuses({ peft_type: "IA3" }, 'peft_type must be "LORA": current value is "IA3"');
  await refuses({ use_dora: true }, "use_dora must be false");
  await refuses({ bias: "all" }, 'bias must be "none"');
  await refuses({ modules_to_save: ["lm_head"] }, "modules_to_save must be null");
  await refuses({ rank_pattern: { q_proj: 4 } }, "rank_pattern must be {}");
  await refuses({ r: 0 }, "r must be a positive integer");
  await refuses({ base_model_name_or_path: "nowhere/model" }, "must be a model on this machine");
  await Deno.writeTextFile(path, JSON.stringify(config));
  await assertRejects(
    () => writePeftFolder(folder, { settings, tensors: trained() }, options),
    Error,
    "must be a new folder",
  );
});
