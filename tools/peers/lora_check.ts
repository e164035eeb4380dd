/**
 * Compares logits of the tiny policy with LoRA adapters: an adapter and a merged model written here and loaded
 * by PEFT and transformers, and an adapter that PEFT saved and this project reads.
 *
 * deno run -A tools/peers/lora_check.ts PYTHON OUT_DIR [ENGINE]
 *
 * PYTHON has torch, transformers and peft.
 *
 * @module
 */
import { buildMessages, generateQuestions, tinyTemplate } from "@terse/data";
import {
  completionLogits,
  type EngineName,
  layOutGroups,
  loadEngine,
  type LoraSettings,
  mergeAdapter,
  modelPath,
  readModel,
  startAdapter,
  TARGET_MODULES,
  type TargetModule,
  type TensorData,
  uploadWeights,
  type Weights,
  writeHfFolder,
  writePeftFolder,
} from "@terse/rl";
import { join } from "node:path";

const QUESTIONS = 3;
/** Of the largest logit; float32 leaves less than a hundredth of it. */
const TOLERANCE = 1e-4;

const [python, out, engineName = "wasm"] = Deno.args;
if (!python || !out) throw new Error("Cannot compare: arguments must be PYTHON OUT_DIR [ENGINE]");
await Deno.mkdir(out, { recursive: true });
const engine = await loadEngine(engineName as EngineName);
console.log(`engine ${engine.name} (${engine.version})`);

const base = modelPath("tiny");
const tiny = await readModel(base);
const settings: LoraSettings = {
  rank: 4,
  alpha: 6,
  targetModules: Object.keys(TARGET_MODULES) as TargetModule[],
};
const adapter = new Map<string, TensorData>();
for (const [name, { shape, data }] of startAdapter(tiny.config, settings, 1)) {
  const isZero = name.includes("lora_B");
  adapter.set(name, { shape, data: isZero ? data.map((_, i) => Math.sin(0.7 * i) / 20) : data });
}
const merged = { ...tiny, tensors: mergeAdapter(tiny.tensors, adapter) };
const options = { dtype: "F32", metadata: {} } as const;
await writePeftFolder(join(out, "adapter"), { settings, tensors: adapter }, {
  ...options,
  baseModel: base,
});
await writeHfFolder(join(out, "merged"), merged, options);

const prompts = generateQuestions({ seed: 11, split: "test", count: QUESTIONS }).map((record) => {
  const chat = buildMessages(record, { mode: "maximum", tokens: 80 }, tinyTemplate);
  return tiny.tokenizer.encode(tiny.tokenizer.renderChat(chat));
});
await Deno.writeTextFile(join(out, "given.json"), JSON.stringify({ prompts }));
const script = join(import.meta.dirname!, "lora_reference.py");
const folders = [base, join(out, "adapter"), join(out, "merged")];
const { success } = await new Deno.Command(python, {
  args: [script, ...folders, join(out, "given.json"), out],
}).spawn().status;
if (!success) throw new Error(`Cannot compare: ${script} must end well`);

let isEqual = true;

/** Compares the logits of all rows but the first, which is not laid out as a row. */
async function compare(what: string, weights: Weights, reference: string): Promise<void> {
  const V = tiny.config.vocabSize;
  let difference = 0, scale = 0;
  for (const [i, ids] of prompts.entries()) {
    const batch = layOutGroups([{ promptIds: ids.slice(0, 2), completions: [ids.slice(2)] }]);
    const logits = completionLogits(weights, tiny.config, batch);
    const bytes = await Deno.readFile(join(out!, `${reference}_${i}.f32`));
    const theirs = new Float32Array(bytes.buffer).subarray(V);
    (await logits.data()).forEach((value, k) => {
      const distance = Math.abs(value - theirs[k]!);
      if (!(distance <= difference)) difference = distance;
      scale = Math.max(scale, Math.abs(theirs[k]!));
    });
    logits.dispose();
  }
  const holds = difference <= TOLERANCE * scale;
  const figures = `largest difference ${difference.toExponential(2)} of ${scale.toFixed(1)}`;
  console.log(`  ${what}: ${holds ? "equal" : "DIFFERENT"}, ${figures}`);
  isEqual &&= holds;
}

const plain = uploadWeights(tiny.tensors);
const beside = { ...plain, ...uploadWeights(adapter) };
const inside = uploadWeights(merged.tensors);
await compare("adapter beside the weights, as PEFT loads it", beside, "adapter");
await compare("adapter beside the weights, merged for transformers", beside, "merged");
await compare("adapter merged, as PEFT loads it", inside, "adapter");
const theirs = await readModel(join(out, "theirs"));
await compare("adapter saved by PEFT", uploadWeights(theirs.tensors), "theirs");
console.log(isEqual ? "equal within the limits" : "not equal");
if (!isEqual) Deno.exit(1);
