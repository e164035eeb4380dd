/**
 * Compares this project's reading of SmolLM2 with transformers': every tensor of the GGUF file, random
 * blocks of the other quantised types, the model folder that transformers writes, token ids of questions and odd texts, decoding, chats.
 *
 * deno run -A tools/peers/model_check.ts PYTHON OUT_DIR
 *
 * PYTHON has torch, transformers, gguf and safetensors. Needs `deno task model:fetch smollm2` and the
 * question sets of ../shared/data.
 *
 * @module
 */

import { join } from "node:path";
import type { ModelConfig } from "../../lib/rl/model/config.ts";
import { TENSOR_TYPES } from "../../lib/rl/model/files/dequantise.ts";
import { readModel } from "../../lib/rl/model/files/read_model.ts";
import { smollm2Path } from "../../lib/rl/model/files/smollm2.ts";
import type { NamedTensors } from "../../lib/rl/model/files/tensor_data.ts";
import { BYTE_RULE, QWEN2_PATTERN, splitRule } from "../../lib/rl/tokenizer/pre_tokenizer.ts";
import { createTokenizer, type Tokenizer } from "../../lib/rl/tokenizer/tokenizer.ts";
import { parseTokenizerJson } from "../../lib/rl/tokenizer/tokenizer_json.ts";

interface Reference {
  readonly blocks: Readonly<Record<string, { bytes: number[]; bits: number[] }>>;
  readonly ids: number[][];
  readonly plain_ids: number[][];
  readonly qwen2_ids: number[][];
  readonly decoded: string[];
  readonly cut_decoded: string[];
  readonly chats: string[];
  readonly dialogue: string;
}

const ODD_TEXTS = [
  "12 345  6   7 years",
  "10\u00b2 \u00b2\u00b3 \u00bd \u0663\u0664 \u2167 \u4e09",
  "a\n\n\n b \n c\r\n\td  \n",
  "   ",
  "\ufeffa \ufeff b\u0085c\u00a0d\u200be\u3000f\u2028g",
  "<|im_start|>user\nhi<|im_end|>\n<|endoftext|><|im_sta",
  "\ud83d\ude00\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67 \ud83e\uddec\u2764\ufe0f 5\ufe0f\u20e3",
  "caf\u00e9 cafe\u0301 \u01c5 \u0130stanbul \u00df \u0421\u043f\u0430\u0441\u0438\u0431\u043e",
  "\u65e5\u672c\u8a9e\u306e \u6587 \ud55c\uad6d\uc5b4 \u0627\u0644\u0639\u0631\u0628\u064a\u0629 \u0939\u093f\u0928\u094d\u0926\u0940",
  "don't DON'T we'll It'S 'tis he'd've",
  'x_1 = a[3:-2] ** 2; // \\n "q" `z`',
  "\u0000\u0001\u0004\u0013\u001f\u007f",
  "-3.5e-7 mmol/L, 37.2 \u00b0C, 120/80 mmHg; \u2264 5 \u00b5g",
  "a".repeat(1000) + " " + "1".repeat(50),
  "__proto__ constructor toString",
];

function collectTexts(value: unknown, into: string[]): void {
  if (typeof value === "string" && value.length > 20) into.push(value.slice(0, 3000));
  else if (value !== null && typeof value === "object") {
    for (const part of Object.values(value)) collectTexts(part, into);
  }
}

/** Texts spread over every question set, after the odd ones. */
async function sampleTexts(folder: string, perFile: number): Promise<string[]> {
  const texts = [...ODD_TEXTS];
  for (const entry of [...Deno.readDirSync(folder)].sort((a, b) => a.name < b.name ? -1 : 1)) {
    if (!/\.jsonl?$/.test(entry.name)) continue;
    const text = await Deno.readTextFile(join(folder, entry.name));
    const found: string[] = [];
    const lines = entry.name.endsWith("l") ? text.trim().split("\n") : [text];
    for (const line of lines) collectTexts(JSON.parse(line), found);
    const stride = Math.max(1, Math.floor(found.length / perFile));
    texts.push(...found.filter((_, i) => i % stride === 0).slice(0, perFile));
  }
  return texts.map((text) => text.toWellFormed());
}

function largestDifference(a: NamedTensors, b: NamedTensors): { name: string; difference: number } {
  let largest = { name: "none", difference: 0 };
  for (const [name, { data, shape }] of a) {
    const other = b.get(name);
    if (other?.shape.join() !== shape.join()) throw new Error(`${name}: shapes differ`);
    for (let i = 0; i < data.length; i++) {
      const difference = Math.abs(data[i]! - other!.data[i]!);
      if (!(difference <= largest.difference)) largest = { name, difference };
    }
  }
  return largest;
}

function qwen2Tokenizer(folder: string): Tokenizer {
  const path = join(folder, "tokenizer.json");
  const json = parseTokenizerJson(path, JSON.parse(Deno.readTextFileSync(path)));
  const rules = [splitRule(QWEN2_PATTERN), BYTE_RULE];
  return createTokenizer({
    source: path,
    json: {
      ...json,
      normalizer: { type: "NFC" },
      pre_tokenizer: { type: "Sequence", pretokenizers: rules },
    },
    chatTemplate: null,
    endTokenIds: [2],
    padTokenId: 2,
    namedTokens: {},
  });
}

let isEqual = true;

function compare<T>(what: string, texts: readonly string[], ours: T[], theirs: readonly T[]): void {
  const different = texts.filter((_, i) => JSON.stringify(ours[i]) !== JSON.stringify(theirs[i]));
  console.log(`${what}: ${texts.length - different.length} of ${texts.length} equal`);
  for (const text of different.slice(0, 3)) console.log(`  differs: ${JSON.stringify(text)}`);
  if (different.length > 0) isEqual = false;
}

const [python, out] = Deno.args;
if (!python || !out) throw new Error("Cannot compare: arguments must be PYTHON and OUT_DIR");
await Deno.mkdir(out, { recursive: true });
const here = import.meta.dirname!;
const texts = await sampleTexts(join(here, "../../../shared/data"), 80);
await Deno.writeTextFile(join(out, "texts.json"), JSON.stringify(texts));
const script = join(here, "model_reference.py");
const { success } = await new Deno.Command(python, {
  args: [script, smollm2Path(), join(out, "texts.json"), join(out, "hf")],
}).spawn().status;
if (!success) throw new Error(`Cannot compare: ${script} must succeed`);
const reference: Reference = JSON.parse(await Deno.readTextFile(join(out, "hf/reference.json")));

const ours = await readModel(smollm2Path());
const folder = await readModel(join(out, "hf"));
for (const [number, { bytes, bits }] of Object.entries(reference.blocks)) {
  const type = TENSOR_TYPES.get(Number(number))!;
  const values = type.dequantise(Uint8Array.from(bytes));
  const expected = new Float32Array(Uint32Array.from(bits).buffer);
  const different = expected.filter((value, i) =>
    !Object.is(value, values[i]) && value !== values[i]
  );
  console.log(`${type.name}: ${different.length} of ${expected.length} random values differ`);
  if (different.length > 0) isEqual = false;
}

// transformers writes the float32 of the GGUF file's metadata with all the digits of a double.
const inFloat32 = (config: ModelConfig) =>
  JSON.stringify(config, (_, value) => typeof value === "number" ? Math.fround(value) : value);
compare("config", ["config"], [inFloat32(ours.config)], [inFloat32(folder.config)]);
const { name, difference } = largestDifference(ours.tensors, folder.tensors);
console.log(`${ours.tensors.size} tensors: largest difference ${difference} (${name})`);
if (difference > 0) isEqual = false;

for (const [source, { tokenizer }] of [["GGUF", ours], ["folder", folder]] as const) {
  compare(`${source} ids`, texts, texts.map((t) => tokenizer.encode(t)), reference.ids);
  compare(`${source} decode`, texts, reference.ids.map(tokenizer.decode), reference.decoded);
  const cut = reference.ids.map((ids) => tokenizer.decode(ids.slice(0, -1)));
  compare(`${source} decode, cut`, texts, cut, reference.cut_decoded);
  const chats = texts.map((content) => tokenizer.renderChat([{ role: "user", content }]));
  compare(`${source} chat`, texts, chats, reference.chats);
  const dialogue = tokenizer.renderChat([
    { role: "system", content: "Be brief." },
    { role: "user", content: "a" },
    { role: "assistant", content: "b" },
    { role: "user", content: "c" },
  ]);
  compare(`${source} dialogue`, ["dialogue"], [dialogue], [reference.dialogue]);
}
const qwen2 = qwen2Tokenizer(join(out, "hf"));
compare("Qwen2 cutting", texts, texts.map((t) => qwen2.encode(t)), reference.qwen2_ids);
const asConverted = texts.filter((_, i) =>
  JSON.stringify(reference.ids[i]) === JSON.stringify(reference.plain_ids[i])
);
console.log(`transformers' own GGUF conversion gives these ids for ${asConverted.length} texts`);
Deno.exit(isEqual ? 0 : 1);
