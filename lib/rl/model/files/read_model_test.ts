import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { byteTokenizerJson } from "../../tokenizer/testdata/byte_tokenizer.ts";
import type { ModelConfig } from "../config.ts";
import { expectedShapes } from "./expected_shapes.ts";
import { hfConfigFields } from "./hf_config.ts";
import { readModel } from "./read_model.ts";
import { writeSafetensors } from "./safetensors.ts";
import { smollm2Path } from "./smollm2.ts";
import { countValues } from "./tensor_data.ts";

const CONFIG: ModelConfig = {
  architecture: "qwen2",
  vocabSize: 260,
  hiddenSize: 8,
  intermediateSize: 12,
  numLayers: 2,
  numHeads: 2,
  numKvHeads: 1,
  headDim: 4,
  ropeTheta: 10_000,
  rmsNormEps: 1e-6,
  tieWordEmbeddings: false,
  attentionBias: true,
  maxPositionEmbeddings: 128,
};

/** A whole model folder; `files` replaces the text of a file, null leaves it out. */
async function modelFolder(files: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const folder = await Deno.makeTempDir();
  const all: Record<string, unknown> = {
    "config.json": hfConfigFields(CONFIG, { endTokenIds: [0], padTokenId: 1 }),
    "tokenizer.json": byteTokenizerJson(["<end>", "<pad>", "<turn>"], [["a", "b"]]),
    "tokenizer_config.json": {
      eos_token: "<end>",
      pad_token: { content: "<pad>" },
      chat_template: "{{ messages[0].content + eos_token }}",
    },
    ...files,
  };
  for (const [name, value] of Object.entries(all)) {
    if (value === null) continue;
    const text = typeof value === "string" ? value : JSON.stringify(value);
    await Deno.writeTextFile(join(folder, name), text);
  }
  const tensors = [...expectedShapes(CONFIG)].map(([name, shape], i) =>
    [name, { shape, data: new Float32Array(countValues(shape)).fill(i) }] as const
  );
  await writeSafetensors(join(folder, "model.safetensors"), new Map(tensors), { format: "pt" });
  return folder;
}

const user = [{ role: "user", content: "ab" }] as const;

Deno.test("a folder is read with configuration, tensors, tokenizer and chat template", async () => {
  const folder = await modelFolder();
  const { config, tensors, tokenizer, sha256 } = await readModel(folder);
  assertEquals(config, CONFIG);
  assertEquals([...tensors.keys()], [...expectedShapes(CONFIG).keys()]);
  assertEquals(tensors.get("lm_head.weight")!.data[0], tensors.size - 1);
  assertEquals([tokenizer.endTokenIds, tokenizer.padTokenId], [[0], 1]);
  assertEquals(tokenizer.encode(tokenizer.renderChat(user)), [259, 0]);
  const bytes = await Deno.readFile(join(folder, "model.safetensors"));
  assertEquals(sha256, new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex());
});

Deno.test("end tokens come from the generation configuration and the tokenizer", async () => {
  const folder = await modelFolder({ "generation_config.json": { eos_token_id: [2] } });
  assertEquals((await readModel(folder)).tokenizer.endTokenIds, [2, 0]);
});

Deno.test("chat_template.jinja comes before the configuration's template", async () => {
  const named = [{ name: "tool_use", template: "t" }, { name: "default", template: "d" }];
  const listed = await modelFolder({
    "tokenizer_config.json": { eos_token: "<end>", chat_template: named },
  });
  assertEquals((await readModel(listed)).tokenizer.renderChat(user), "d");
  const both = await modelFolder({ "chat_template.jinja": "{{ messages[0].role }}" });
  assertEquals((await readModel(both)).tokenizer.renderChat(user), "user");
});

Deno.test("without tokenizer_config.json texts are encoded; the first end token pads", async () => {
  const { tokenizer } = await readModel(await modelFolder({ "tokenizer_config.json": null }));
  assertEquals(tokenizer.encode("ab"), [259]);
  assertEquals(tokenizer.padTokenId, 0);
});

Deno.test("files that are missing or wrong are refused by name", async () => {
  const refused = async (files: Record<string, unknown>, message: string) => {
    const folder = await modelFolder(files);
    const error = await assertRejects(() => readModel(folder), Error, message);
    assertEquals((error as Error).message.includes(folder), true);
  };
  await refused({ "config.json": null }, "must hold config.json");
  await refused({ "config.json": "{" }, "must be JSON");
  await refused({ "tokenizer.json": null }, "must hold tokenizer.json");
  await refused({ "tokenizer.json": { model: { type: "Unigram" } } }, 'model.type must be "BPE"');
  await refused({ "tokenizer_config.json": { eos_token: "<none>" } }, "eos_token must be a token");
  await refused({ "tokenizer_config.json": { chat_template: 3 } }, "chat_template");
  await refused({ "generation_config.json": { eos_token_id: "x" } }, "eos_token_id");
  const narrow = hfConfigFields({ ...CONFIG, intermediateSize: 13 }, {
    endTokenIds: [0],
    padTokenId: 1,
  });
  await refused({ "config.json": narrow }, "mlp.gate_proj.weight must be [13,8]");
  await assertRejects(() => readModel("/nowhere/model.gguf"), Error, "/nowhere/model.gguf");
  const folder = await modelFolder();
  await assertRejects(() => readModel(join(folder, "config.json")), Error, ".gguf");
});

const hasSmollm2 = await Deno.stat(smollm2Path()).then(() => true, () => false);

Deno.test({
  name: "SmolLM2 as transformers 5.23 reads it (needs deno task model:fetch smollm2)",
  ignore: !hasSmollm2,
  fn: async () => {
    const { config, tensors, tokenizer } = await readModel(smollm2Path());
    assertEquals([config.numLayers, config.hiddenSize, config.vocabSize], [30, 576, 49_152]);
    // One value, and the Euclidean norm of the tensor.
    const expected: [string, number, number, number][] = [
      ["model.embed_tokens.weight", 576_007, 0.2398681640625, 721.3984443063625],
      ["model.layers.0.self_attn.k_proj.weight", 57_601, -0.07501220703125, 132.28590757867119],
      ["model.layers.29.self_attn.q_proj.weight", 19_013, -0.043304443359375, 86.28371265566103],
      ["model.layers.12.mlp.down_proj.weight", 123_456, 0.39862060546875, 184.1455228827745],
    ];
    for (const [name, index, value, norm] of expected) {
      const { data } = tensors.get(name)!;
      assertEquals(data[index], value);
      assertAlmostEquals(Math.sqrt(data.reduce((sum, x) => sum + x * x, 0)), norm, 1e-6);
    }
    assertEquals(
      tokenizer.encode("Dose: 12.5 mg,  7 days\n"),
      [52, 602, 42, 216, 33, 34, 30, 37, 9209, 28, 256, 39, 2009, 198],
    );
  },
});
