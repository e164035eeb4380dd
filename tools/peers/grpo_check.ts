/**
 * What this project computes of every loss, every parameter's gradient of it and one whole training step, for
 * small random Llama and Qwen2 models that transformers makes, or for SmolLM2.
 *
 * deno run -A tools/peers/grpo_check.ts PYTHON OUT_DIR small|smollm2
 *
 * For every model OUT_DIR/NAME gets safetensors and inputs.json; `tools/peers/grpo_reference.py compare
 * OUT_DIR` then computes the same in PyTorch and prints the largest relative errors. It runs after this
 * process, as either needs gigabytes for SmolLM2.
 * SmolLM2 needs `deno task model:fetch smollm2` and the tensorflow engine: wasm's memory is too small.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import {
  completionLogits,
  downloadWeights,
  grpoLossGradients,
  layOutGroups,
  loadEngine,
  loadPolicy,
  type LossType,
  lossTypes,
  modelPath,
  type NamedTensors,
  PLAIN_ESTIMATORS,
  type Policy,
  type PreparedQuestion,
  type Rollout,
  sampleRollouts,
  smollm2Path,
  tokenLogprobs,
  trainStep,
  weightGradients,
  type Weights,
  writeSafetensors,
} from "@terse/rl";
import { DEFAULT_FAILURE_POLICY, startRewardState, WEIGHTED_SUM } from "@terse/rewards";
import { join } from "node:path";
import { constantLogprobs, lossGradients } from "../../lib/rl/train/loss_gradients.ts";
import { cutMicroBatches } from "../../lib/rl/train/micro_batches.ts";

const TEXTS = [
  "A fever of 39 degrees and a stiff neck:",
  "Sodium",
  "The dose of a drug is 5 mg per kg",
];
const CONFIG = {
  numGenerations: 3,
  maxCompletionLength: 12,
  temperature: 0.75,
  topK: 0,
  topP: 1,
  minP: 0,
  rowsAtOnce: 8,
  learningRate: 0.01,
  beta: 0.25,
  epsilon: 0.2,
  epsilonHigh: 0.3,
  entropyCoefficient: 0.0625,
  maxGradNorm: 0.125,
  adamBeta1: 0.9,
  adamBeta2: 0.95,
  adamEpsilon: 1e-8,
  weightDecay: 0.1,
  microBatchSize: 2,
  gradientCheckpointing: false,
  scaleRewards: "group",
  ...PLAIN_ESTIMATORS,
} as const;
const SEED = 3, ADAM_STEP = 3;

const [python, out, which] = Deno.args;
if (!python || !out || (which !== "small" && which !== "smollm2")) {
  throw new Error("Cannot compare: arguments must be PYTHON OUT_DIR small|smollm2");
}
const script = join(import.meta.dirname!, "grpo_reference.py");

function scaled(weights: Weights, scale: (x: tf.Tensor) => tf.Tensor): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(weights).map(([name, x]) => [name, tf.tidy(() => scale(x))]),
  );
}

/** Completions end at every ninth token, so that their lengths differ. */
async function loadCutPolicy(model: string): Promise<Policy> {
  const policy = await loadPolicy(model);
  const endTokenIds = Array.from({ length: policy.config.vocabSize }, (_, id) => id)
    .filter((id) => id % 9 === 0);
  return { ...policy, tokenizer: { ...policy.tokenizer, endTokenIds } };
}

function questionsOf({ tokenizer }: Policy): PreparedQuestion[] {
  return TEXTS.map((text, i) => ({
    record: {
      id: String(i),
      source: "check",
      question: text,
      context: "",
      options: null,
      gold: { kind: "open", answer: "" },
      split: "train",
      licence: "MIT",
      tags: [],
    },
    budget: { mode: "none" },
    prompt: { key: String(i), text, tokenIds: tokenizer.encode(text) },
  }));
}

async function save(path: string, tensors: Record<string, tf.Tensor> | NamedTensors) {
  const named = tensors instanceof Map
    ? tensors as NamedTensors
    : await downloadWeights(tensors as Weights);
  await writeSafetensors(path, named, {});
}

const tokensOf = (rollouts: readonly Rollout[]) =>
  rollouts.map(({ prompt, completions }) => ({
    promptIds: prompt.tokenIds,
    completions: completions.map(({ tokenIds }) => tokenIds),
  }));

/** Every loss for the small models; the files of SmolLM2's gradients are large. */
function lossTypesOf(models: string | undefined): readonly LossType[] {
  return models === "small" ? lossTypes : [CONFIG.lossType];
}

/** Off policy: the old log-probabilities differ, so that ratios are clipped on both sides. */
async function saveOffPolicy(policy: Policy, reference: Policy, folder: string) {
  const { weights, config } = policy;
  const prompts = questionsOf(policy).map(({ prompt }) => prompt);
  const sampling = { ...CONFIG, groupSize: CONFIG.numGenerations, seed: SEED, step: 9 };
  const rollouts = await sampleRollouts(policy, prompts, { ...sampling, purpose: "rollout" });
  const groups = tokensOf(rollouts);
  const advantages_P_G = groups.map((_, p) => [1.25 - p, -0.5, p === 1 ? 0 : -1.5]);
  const batch = layOutGroups(groups);
  const logits = completionLogits(weights, config, batch);
  const tokens = tokenLogprobs(weights, config, batch, CONFIG.temperature);
  const old = tf.tidy(() => {
    const shift = Float32Array.from({ length: batch.P * batch.G * batch.T }, (_, k) => Math.sin(k));
    return tf.add(
      tokens.logprobs_B_T,
      tf.tensor2d(shift, tokens.logprobs_B_T.shape),
    ) as tf.Tensor2D;
  });
  const ref = tokenLogprobs(reference.weights, config, batch, CONFIG.temperature);
  const sizes = { tokenCount: batch.labelIds_C.length, sequenceCount: batch.P * batch.G };
  const shown: Record<string, tf.Tensor> = {};
  for (const lossType of lossTypesOf(which)) {
    const { gradients, extra } = weightGradients(
      weights,
      config,
      batch,
      CONFIG.temperature,
      CONFIG.gradientCheckpointing,
      ({ logprobs_B_T, entropies_B_T }) => {
        const loss = grpoLossGradients({
          policyLogprobs_B_T: logprobs_B_T,
          oldLogprobs_B_T: old,
          refLogprobs_B_T: ref.logprobs_B_T,
          entropies_B_T,
          advantages_B: tf.tensor1d(advantages_P_G.flat()),
          completionMask_B_T: tf.tensor2d(batch.completionMask_B_T, logprobs_B_T.shape),
          corrections_B_T: null,
        }, { ...CONFIG, ...sizes, lossType });
        const { clipRatioLowMean: low, clipRatioHighMean: high } = loss.metrics;
        const extra: Record<string, tf.Tensor> = { [`loss_${lossType}`]: loss.loss };
        return {
          dLogprobs_B_T: loss.dPolicyLogprobs_B_T,
          dEntropies_B_T: loss.dEntropies_B_T,
          extra: lossType === CONFIG.lossType ? { ...extra, low, high } : extra,
        };
      },
    );
    await save(join(folder, `off_policy_gradients_${lossType}.safetensors`), gradients);
    tf.dispose(gradients);
    Object.assign(shown, extra);
  }
  await save(join(folder, "tokens.safetensors"), {
    logits,
    logprobs: tokens.logprobs_B_T,
    entropies: tokens.entropies_B_T,
    ref_logprobs: ref.logprobs_B_T,
    old_logprobs: old,
    ...shown,
  });
  const parts = cutMicroBatches(rollouts, CONFIG.microBatchSize);
  const refParts = constantLogprobs(reference, parts, CONFIG.temperature);
  const step = await lossGradients(
    policy,
    rollouts,
    advantages_P_G,
    parts,
    { old: null, ref: refParts },
    CONFIG.temperature,
    CONFIG,
  );
  await save(join(folder, "on_policy_gradients.safetensors"), step.gradients);
  tf.dispose([shown, logits, tokens.logprobs_B_T, tokens.entropies_B_T, old, refParts]);
  tf.dispose([ref.logprobs_B_T, ref.entropies_B_T, step.gradients]);
  return { groups, advantages_P_G, lossTypes: lossTypesOf(which), metrics: step.metrics };
}

/** One whole step of training with moments of earlier steps; consumes the policy. */
async function saveStep(policy: Policy, reference: Policy, folder: string) {
  const scheme = {
    components: [{
      name: "check",
      weight: 1,
      reward: ({ completions }: { completions: readonly string[] }) =>
        completions.map((_, i) => (i * 7) % 5),
    }],
    mixture: WEIGHTED_SUM,
    failures: DEFAULT_FAILURE_POLICY,
  };
  const optimizer = {
    step: ADAM_STEP,
    m: scaled(policy.weights, (x) => tf.mul(x, 2 ** -10)),
    v: scaled(policy.weights, (x) => tf.mul(tf.add(tf.square(x), 2 ** -6), 2 ** -20)),
  };
  const { state, record } = await trainStep(
    { step: 0, policy, optimizer, rewards: startRewardState(scheme), refWeights: null },
    reference,
    questionsOf(policy),
    scheme,
    CONFIG,
    SEED,
  );
  await save(join(folder, "new_weights.safetensors"), state.policy.weights);
  await save(join(folder, "new_m.safetensors"), state.optimizer.m);
  await save(join(folder, "new_v.safetensors"), state.optimizer.v);
  tf.dispose([state.policy.weights, state.optimizer.m, state.optimizer.v]);
  return {
    groups: tokensOf(record.rollouts),
    rewards_P_G: record.scored.rewards_P_G,
    metrics: record.metrics,
  };
}

const engine = await loadEngine(which === "smollm2" ? "tensorflow" : "auto");
console.log(`engine ${engine.name} (${engine.version})`);
await Deno.mkdir(out, { recursive: true });
const names = [which as string];
if (which === "small") {
  const { success } = await new Deno.Command(python, { args: [script, "make", out] }).spawn()
    .status;
  if (!success) throw new Error(`Cannot compare: ${script} make must succeed`);
  names.splice(0, 1, ...[...Deno.readDirSync(out)].map(({ name }) => name).sort());
}
for (const name of names) {
  const folder = join(out, name);
  await Deno.mkdir(folder, { recursive: true });
  if (which === "small") {
    for (const file of ["tokenizer.json", "tokenizer_config.json"]) {
      await Deno.copyFile(join(modelPath("tiny"), file), join(folder, file));
    }
  }
  const policy = await loadCutPolicy(which === "smollm2" ? which : folder);
  const reference = { ...policy, weights: scaled(policy.weights, (x) => tf.mul(x, 15 / 16)) };
  const offPolicy = await saveOffPolicy(policy, reference, folder);
  const step = await saveStep(policy, reference, folder);
  tf.dispose(reference.weights);
  const model = which === "smollm2" ? smollm2Path() : folder;
  const inputs = { model, config: CONFIG, adamStep: ADAM_STEP, offPolicy, step };
  await Deno.writeTextFile(join(folder, "inputs.json"), JSON.stringify(inputs));
}
