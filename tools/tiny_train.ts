/**
 * `deno task tiny:train`: remakes the tiny policy's supervised checkpoint from the sample generator.
 *
 * @module
 */
import {
  type Budget,
  buildMessages,
  drawBudget,
  drawChain,
  generateQuestions,
  hashRecords,
  permutation,
  tinyTemplate,
} from "@terse/data";
import { parseArgs } from "node:util";
import { join } from "node:path";
import {
  createAdamWState,
  initialWeights,
  learnTokenizer,
  loadEngine,
  type ModelConfig,
  readModel,
  supervisedStep,
  TINY_FOLDER,
  type TokenGroup,
  type TrainState,
  writeTinyConfig,
  writeTinyWeights,
} from "@terse/rl";
import { TINY_BUDGETS } from "../lib/rl/tiny/budgets.ts";

const { values } = parseArgs({
  options: {
    engine: { type: "string", default: "auto" },
    out: { type: "string", default: TINY_FOLDER },
    steps: { type: "string", default: "3000" },
    "batch-size": { type: "string", default: "96" },
    "learning-rate": { type: "string", default: "2e-3" },
    questions: { type: "string", default: "60000" },
    seed: { type: "string", default: "0" },
  },
});
const steps = Number(values.steps), batchSize = Number(values["batch-size"]);
const peak = Number(values["learning-rate"]), seed = Number(values.seed);
const WARMUP = 100;

const engine = await loadEngine(values.engine as "auto");
console.log(`engine ${engine.name}: ${engine.reason}`);
const records = generateQuestions({ seed, split: "train", count: Number(values.questions) });
const dataHash = await hashRecords(records);

/** The prompt text and the chain of a record's `draw`-th appearance. */
function example(index: number, draw: number): { prompt: string; completion: string } {
  const record = records[index]!;
  const budget: Budget = drawBudget(TINY_BUDGETS, seed, record.id, draw);
  const [message] = buildMessages(record, budget, tinyTemplate);
  const { text } = drawChain(record, budget, { seed, draw });
  return { prompt: `<|user|>${message!.content}<|assistant|>`, completion: `${text}<|end|>` };
}

const sample = Array.from({ length: Math.min(records.length, 4000) }, (_, i) => example(i, 0));
const json = learnTokenizer(sample.flatMap(({ prompt, completion }) => [prompt, completion]), 640);
const config: ModelConfig = {
  architecture: "llama",
  vocabSize: Object.keys(json.model.vocab).length + json.added_tokens.length,
  hiddenSize: 128,
  intermediateSize: 384,
  numLayers: 3,
  numHeads: 4,
  numKvHeads: 2,
  headDim: 32,
  ropeTheta: 10_000,
  rmsNormEps: 1e-5,
  tieWordEmbeddings: true,
  attentionBias: false,
  maxPositionEmbeddings: 512,
};
await Deno.mkdir(values.out, { recursive: true });
await writeTinyConfig(values.out, config, json);
const weights = initialWeights(config, seed);
await writeTinyWeights(values.out, weights, {});
const { tokenizer } = await readModel(values.out);
let state: TrainState = {
  step: 0,
  policy: { config, weights, tokenizer },
  optimizer: createAdamWState(weights),
};

function rate(step: number): number {
  const warm = Math.min(1, (step + 1) / WARMUP);
  return peak * warm * (0.05 + 0.95 * (1 + Math.cos(Math.PI * step / steps)) / 2);
}

/** Batches drawn together and sorted by length, so that little of a batch is padding. */
const POOL = 16;

let order: number[] = [], epoch = -1, next = 0, tokens = 0, shown = 0;

function drawGroup(): TokenGroup {
  if (next >= order.length) {
    order = permutation(records.length, "supervised order", seed, ++epoch);
    next = 0;
  }
  const { prompt, completion } = example(order[next++]!, epoch + 1);
  return { promptIds: tokenizer.encode(prompt), completions: [tokenizer.encode(completion)] };
}

function drawPool(pool: number): TokenGroup[][] {
  const groups = Array.from({ length: POOL * batchSize }, drawGroup)
    .sort((a, b) => a.completions[0]!.length - b.completions[0]!.length);
  return permutation(POOL, "pool order", seed, pool)
    .map((i) => groups.slice(i * batchSize, (i + 1) * batchSize));
}

let batches: TokenGroup[][] = [];
const startMs = performance.now();
for (let step = 0; step < steps; step++) {
  if (step % POOL === 0) batches = drawPool(step / POOL);
  const groups = batches[step % POOL]!;
  const result = await supervisedStep(state, groups, rate(step));
  state = result.state;
  tokens += result.tokens;
  shown += result.lossNats;
  if ((step + 1) % 50 === 0) {
    const seconds = (performance.now() - startMs) / 1000;
    console.log(
      `step ${step + 1}/${steps}  loss ${(shown / 50).toFixed(4)} nats  ${
        (tokens / 1e6).toFixed(2)
      } M tokens  ${(seconds / (step + 1)).toFixed(3)} s a step  ${
        (seconds * (steps - step - 1) / (step + 1) / 60).toFixed(1)
      } min left`,
    );
    shown = 0;
  }
  if ((step + 1) % 500 === 0 || step + 1 === steps) {
    await writeTinyWeights(values.out, state.policy.weights, {
      data_sha256: dataHash,
      trained_by:
        `deno task tiny:train --steps ${steps} --batch-size ${batchSize} --learning-rate ${peak} --questions ${records.length} --seed ${seed}`,
      supervised_tokens: String(tokens),
    });
  }
}
console.log(`wrote ${join(values.out, "model.safetensors")}`);
