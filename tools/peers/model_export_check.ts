/**
 * Exports the tiny policy and SmolLM2 and compares what transformers loads with this project's own reading:
 * logits, token ids, chats, end tokens, and the rounding to 16 bits.
 *
 * deno run -A tools/peers/model_export_check.ts PYTHON OUT_DIR [ENGINE]
 *
 * PYTHON has torch and transformers. Needs `deno task model:fetch smollm2`.
 *
 * @module
 */
import { buildMessages, defaultTemplate, generateQuestions, tinyTemplate } from "@terse/data";
import {
  completionLogits,
  type EngineName,
  layOutGroups,
  loadEngine,
  loadPolicy,
  type Policy,
} from "@terse/rl";
import { join } from "node:path";

const QUESTIONS = 4, TOLERANCE = 1e-3;

const TEXTS = [
  "Dose: 12.5 mg,  7 days\n",
  "caf\u00e9 \u65e5\u672c \ud83d\ude00 don't",
  "a\n\n\n b \n c\r\n\td  \n",
  "Think for at most 80 tokens.",
];

interface Read {
  readonly ids: number[][];
  readonly chats: string[];
  readonly eos: number[];
  readonly narrowed: Readonly<Record<string, { dtype: string; different: number }>>;
}

const root = join(import.meta.dirname!, "../..");
const [python, out, engineName = "auto"] = Deno.args;
if (!python || !out) throw new Error("Cannot compare: arguments must be PYTHON OUT_DIR [ENGINE]");

async function run(command: string, ...args: string[]): Promise<void> {
  const { success } = await new Deno.Command(command, { args, cwd: root }).spawn().status;
  if (!success) throw new Error(`Cannot compare: ${command} ${args.join(" ")} must end well`);
}

/** The largest difference of the logits of all rows but the first, which is not laid out as a row. */
async function logitDifference(policy: Policy, ids: readonly number[], path: string) {
  const batch = layOutGroups([{ promptIds: ids.slice(0, 2), completions: [ids.slice(2)] }]);
  const logits = completionLogits(policy.weights, policy.config, batch);
  const ours = await logits.data() as Float32Array;
  logits.dispose();
  const theirs = new Float32Array((await Deno.readFile(path)).buffer)
    .subarray(policy.config.vocabSize);
  // The last row predicts what follows the text and has no row of ours.
  let largest = 0;
  for (let i = 0; i < ours.length; i++) {
    const difference = Math.abs(ours[i]! - theirs[i]!);
    if (!(difference <= largest)) largest = difference;
  }
  return { largest, count: ours.length };
}

let isEqual = true;
function expect(what: string, holds: boolean): void {
  console.log(`  ${what}: ${holds ? "equal" : "DIFFERENT"}`);
  isEqual &&= holds;
}

const engine = await loadEngine(engineName as EngineName | "auto");
console.log(`engine ${engine.name} (${engine.version})`);
for (const model of ["tiny", "smollm2"]) {
  const folder = join(out, model);
  await Deno.mkdir(folder, { recursive: true });
  for (const dtype of ["F32", "BF16", "F16"]) {
    const target = join(folder, dtype);
    await run(Deno.execPath(), "task", "export", model, "--out", target, "--dtype", dtype);
  }
  const policy = await loadPolicy(model);
  const { tokenizer } = policy;
  const template = model === "tiny" ? tinyTemplate : defaultTemplate;
  const chats = generateQuestions({ seed: 11, split: "test", count: QUESTIONS })
    .map((record) => buildMessages(record, { mode: "maximum", tokens: 80 }, template));
  const prompts = chats.map((chat) => tokenizer.encode(tokenizer.renderChat(chat)));
  const source = join(folder, "given.json");
  await Deno.writeTextFile(source, JSON.stringify({ texts: TEXTS, chats, prompts }));
  await run(python, join(root, "tools/peers/model_export_reference.py"), folder, source, folder);
  const read: Read = JSON.parse(await Deno.readTextFile(join(folder, "read.json")));

  console.log(`${model}, exported and loaded by transformers`);
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  expect("token ids", same(read.ids, TEXTS.map((text) => tokenizer.encode(text))));
  expect("chats", same(read.chats, chats.map((chat) => tokenizer.renderChat(chat))));
  expect("end tokens", same(read.eos, tokenizer.endTokenIds));
  for (const [dtype, name] of [["BF16", "torch.bfloat16"], ["F16", "torch.float16"]] as const) {
    expect(`${dtype} weights`, same(read.narrowed[dtype], { dtype: name, different: 0 }));
  }
  for (const [i, ids] of prompts.entries()) {
    const { largest, count } = await logitDifference(policy, ids, join(folder, `logits_${i}.f32`));
    const difference = `largest difference ${largest.toExponential(2)}`;
    expect(`${count} logits of prompt ${i}, ${difference}`, largest <= TOLERANCE);
  }
  await Deno.remove(folder, { recursive: true });
}
console.log(isEqual ? "equal within the limits" : "not equal");
if (!isEqual) Deno.exit(1);
