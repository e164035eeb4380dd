/**
 * Compares SmolLM2's logits and greedy decoding with transformers' on the same de-quantised weights.
 *
 * deno run -A tools/peers/logits_check.ts PYTHON HF_FOLDER OUT_DIR [ENGINE]
 *
 * HF_FOLDER is SmolLM2 as tools/peers/model_check.ts or ../shared/peers/smollm2_to_hf.py writes it.
 *
 * @module
 */
import { loadRecords } from "@terse/data";
import {
  completionLogits,
  type EngineName,
  layOutGroups,
  loadEngine,
  loadPolicy,
  sampleRollouts,
} from "@terse/rl";
import { join } from "node:path";

const PROMPTS = 5, LEAST_TOKENS = 200, NEW_TOKENS = 64, TOLERANCE = 2e-3;

const [python, folder, out, engineName = "auto"] = Deno.args;
if (!python || !folder || !out) {
  throw new Error("Cannot compare: arguments must be PYTHON HF_FOLDER OUT_DIR [ENGINE]");
}
const engine = await loadEngine(engineName as EngineName | "auto");
const policy = await loadPolicy("smollm2");
const data = new URL("../../../shared/data/medqa.jsonl", import.meta.url).pathname;
const { records } = await loadRecords(data);
// Questions without the chat format: the model then goes on writing for all of the 64 tokens.
const prompts = records
  .map((record) => ({
    key: record.id,
    text: record.question,
    tokenIds: policy.tokenizer.encode(record.question),
  }))
  .filter(({ tokenIds }) => tokenIds.length >= LEAST_TOKENS)
  .slice(0, PROMPTS);

await Deno.mkdir(out, { recursive: true });
const source = join(out, "prompts.json");
await Deno.writeTextFile(source, JSON.stringify(prompts.map(({ tokenIds }) => tokenIds)));
const script = join(import.meta.dirname!, "logits_reference.py");
const { success } = await new Deno.Command(python, { args: [script, folder, source, out] }).spawn()
  .status;
if (!success) throw new Error(`Cannot compare: ${script} must end well`);
const greedy: number[][] = JSON.parse(await Deno.readTextFile(join(out, "greedy.json")));

let isEqual = true;
console.log(`engine ${engine.name} (${engine.version})`);
for (const [i, prompt] of prompts.entries()) {
  // The first token is the laid-out prompt's only row; the logits of all later rows are compared.
  const ids = prompt.tokenIds;
  const batch = layOutGroups([{ promptIds: ids.slice(0, 2), completions: [ids.slice(2)] }]);
  const logits = completionLogits(policy.weights, policy.config, batch);
  const ours = await logits.data() as Float32Array;
  logits.dispose();
  const bytes = await Deno.readFile(join(out, `logits_${i}.f32`));
  const theirs = new Float32Array(bytes.buffer).subarray(policy.config.vocabSize);
  let largest = 0;
  for (let k = 0; k < ours.length; k++) {
    largest = Math.max(largest, Math.abs(ours[k]! - theirs[k]!));
  }
  const [rollout] = await sampleRollouts(policy, [prompt], {
    groupSize: 1,
    maxCompletionLength: NEW_TOKENS,
    temperature: 0,
    topK: 0,
    topP: 1,
    minP: 0,
    rowsAtOnce: 1,
    seed: 0,
    step: 0,
    purpose: "evaluation",
  });
  const tokens = rollout!.completions[0]!.tokenIds;
  const same = JSON.stringify(tokens) === JSON.stringify(greedy[i]);
  isEqual &&= same && largest <= TOLERANCE;
  console.log(
    `prompt ${i}: ${ids.length} tokens, ${ours.length} logits, largest difference ${
      largest.toExponential(2)
    }; greedy ${same ? "identical" : "different"} (${tokens.length} tokens)`,
  );
}
console.log(isEqual ? "equal within the limits" : "not equal");
if (!isEqual) Deno.exit(1);
