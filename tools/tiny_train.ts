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
  EVEN_STYLES,
  generateQuestions,
  hashRecords,
  permutation,
  type StyleMix,
  tinyTemplate,
  VERBOSE_STYLES,
} from "@terse/data";
import { parseArgs } from "node:util";
import { join } from "node:path";
import {
  createAdamWState,
  disposeWeights,
  type EngineName,
  initialWeights,
  learnTokenizer,
  loadEngine,
  type ModelConfig,
  readModel,
  supervisedStep,
  TINY_BUDGETS,
  TINY_FOLDER,
  type TokenGroup,
  type TrainState,
  uploadWeights,
  type Weights,
  writeTinyConfig,
  writeTinyWeights,
} from "@terse/rl";

/**
 * The recipe. All styles first, because arithmetic is learnt from terse chains; then mostly verbose ones,
 * so that a length reward finds something to shorten.
 */
const PHASES: readonly { steps: number; learningRate: number; styles: StyleMix }[] = [
  { steps: 4000, learningRate: 3e-3, styles: EVEN_STYLES },
  { steps: 1600, learningRate: 1e-3, styles: VERBOSE_STYLES },
];
const BATCH_SIZE = 32, QUESTIONS = 40_000, SEED = 0, WARMUP_STEPS = 100, VOCAB_SIZE = 640;

const { values } = parseArgs({
  options: {
    engine: { type: "string", default: "auto" },
    out: { type: "string", default: TINY_FOLDER },
    // Phase 2 alone goes on from the weights that phase 1 left in the folder.
    phase: { type: "string", default: "1" },
  },
});
const firstPhase = Number(values.phase) - 1;
if (PHASES[firstPhase] === undefined) {
  throw new RangeError(
    `Cannot train: --phase must be 1 to ${PHASES.length}: current value is ${values.phase}`,
  );
}

const engine = await loadEngine(values.engine as EngineName | "auto");
console.log(`engine ${engine.name}: ${engine.reason}`);
const records = generateQuestions({ seed: SEED, split: "train", count: QUESTIONS });
const dataHash = await hashRecords(records);

/** The prompt text and the chain of a record's `draw`-th appearance. */
function example(index: number, draw: number, styles: StyleMix) {
  const record = records[index]!;
  const budget: Budget = drawBudget(TINY_BUDGETS, SEED, record.id, draw);
  const [message] = buildMessages(record, budget, tinyTemplate);
  const { text } = drawChain(record, budget, { seed: SEED, draw, styles });
  return { prompt: `<|user|>${message!.content}<|assistant|>`, completion: `${text}<|end|>` };
}

/** Phase 1's beginning: a tokenizer learnt from the first chains, and fresh weights. */
async function writeStart(folder: string): Promise<void> {
  const sample = Array.from(
    { length: Math.min(records.length, 4000) },
    (_, i) => example(i, 0, EVEN_STYLES),
  );
  const json = learnTokenizer(
    sample.flatMap(({ prompt, completion }) => [prompt, completion]),
    VOCAB_SIZE,
  );
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
  await Deno.mkdir(folder, { recursive: true });
  await writeTinyConfig(folder, config, json);
  await writeTinyWeights(folder, initialWeights(config, SEED), {});
}

if (firstPhase === 0) await writeStart(values.out);
const { config, tokenizer, tensors } = await readModel(values.out);

/** Batches drawn together and sorted by length, so that attention pads little. */
const POOL = 16;

async function trainPhase(weights: Weights, phase: number): Promise<Weights> {
  const { steps, learningRate, styles } = PHASES[phase]!;
  const optimizer = createAdamWState(weights);
  let state: TrainState = { step: 0, policy: { config, weights, tokenizer }, optimizer };
  const order = (epoch: number) =>
    permutation(records.length, "supervised order", SEED, phase, epoch);
  let queue: number[] = [], epoch = -1;

  const drawGroup = (): TokenGroup => {
    if (queue.length === 0) queue = order(++epoch);
    // Every phase and epoch draws chains of its own.
    const { prompt, completion } = example(queue.pop()!, 1 + phase * 1000 + epoch, styles);
    return { promptIds: tokenizer.encode(prompt), completions: [tokenizer.encode(completion)] };
  };
  const drawPool = (pool: number): TokenGroup[][] => {
    const groups = Array.from({ length: POOL * BATCH_SIZE }, drawGroup)
      .sort((a, b) => a.completions[0]!.length - b.completions[0]!.length);
    return permutation(POOL, "supervised pool", SEED, phase, pool)
      .map((i) => groups.slice(i * BATCH_SIZE, (i + 1) * BATCH_SIZE));
  };
  const rate = (step: number) =>
    learningRate * Math.min(1, (step + 1) / WARMUP_STEPS) *
    (0.05 + 0.95 * (1 + Math.cos(Math.PI * step / steps)) / 2);

  let batches: TokenGroup[][] = [], loss = 0;
  const startMs = performance.now();
  for (let step = 0; step < steps; step++) {
    if (step % POOL === 0) batches = drawPool(step / POOL);
    const result = await supervisedStep(state, batches[step % POOL]!, rate(step));
    state = result.state;
    loss += result.lossNats;
    if ((step + 1) % 50 === 0) {
      const secondsPerStep = (performance.now() - startMs) / 1000 / (step + 1);
      console.log(
        `phase ${phase + 1}  step ${step + 1}/${steps}  loss ${(loss / 50).toFixed(4)} nats  ` +
          `${secondsPerStep.toFixed(3)} s a step  ` +
          `${(secondsPerStep * (steps - step - 1) / 60).toFixed(1)} min left`,
      );
      loss = 0;
    }
  }
  disposeWeights(state.optimizer.m);
  disposeWeights(state.optimizer.v);
  return state.policy.weights;
}

let weights = uploadWeights(tensors);
for (let phase = firstPhase; phase < PHASES.length; phase++) {
  weights = await trainPhase(weights, phase);
  await writeTinyWeights(values.out, weights, {
    made_by: "deno task tiny:train",
    phases: JSON.stringify(PHASES.slice(0, phase + 1)),
    data_sha256: dataHash,
  });
}
console.log(`wrote ${join(values.out, "model.safetensors")}`);
