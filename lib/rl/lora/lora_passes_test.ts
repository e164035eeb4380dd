import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { loadEngine } from "../engine/engine.ts";
import { TEST_ENGINE } from "../engine/test_engine.ts";
import type { ModelConfig } from "../model/config.ts";
import { expectedShapes } from "../model/files/expected_shapes.ts";
import type { NamedTensors } from "../model/files/tensor_data.ts";
import { layOutGroups, type TokenGroup } from "../model/group_batch.ts";
import { tokenLogprobs, weightGradients } from "../model/passes.ts";
import { formulaTensors } from "../model/testdata/formula_weights.ts";
import { downloadWeights, uploadWeights, type Weights } from "../model/weights.ts";
import { smallPolicy } from "../train/small_policy.ts";
import { adapterShapes, adaptPolicy, type LoraSettings, mergeAdapter } from "./adapter.ts";
import { linear } from "./linear.ts";
import { isAdapterMatrix, LORA_SCALING, TARGET_MODULES, type TargetModule } from "./names.ts";

interface Models {
  readonly temperature: number;
  readonly groups: TokenGroup[];
  readonly models: Record<string, { readonly config: ModelConfig }>;
}

interface Reference {
  readonly settings: LoraSettings;
  readonly logprobs: number[][];
  readonly gradients: Record<string, { sum: number; norm: number; first: number[] }>;
}

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await Deno.readTextFile(new URL(path, import.meta.url)));
}

const { temperature, groups, models } = await readJson<Models>(
  "../model/testdata/small_models.json",
);
// Values of PEFT 0.21, made by tools/peers/small_adapters.py.
const references = await readJson<Record<string, Reference>>("testdata/small_adapters.json");
const batch = layOutGroups(groups);
await loadEngine(TEST_ENGINE);

function modelOf(config: ModelConfig): NamedTensors {
  return formulaTensors(expectedShapes(config));
}

function adapterOf(config: ModelConfig, settings: LoraSettings): NamedTensors {
  const scaling = { shape: [], data: Float32Array.of(settings.alpha / settings.rank) };
  const matrices = formulaTensors(adapterShapes(config, settings));
  return new Map([...matrices, [LORA_SCALING, scaling]]);
}

function adapted(config: ModelConfig, settings: LoraSettings): Weights {
  return { ...uploadWeights(modelOf(config)), ...uploadWeights(adapterOf(config, settings)) };
}

/** The slopes of small_adapters.py's loss at the k-th completion token, counted from 1. */
function slopes(): { logprobs: Float32Array; entropies: Float32Array } {
  let k = 0;
  const numbers = batch.completionMask_B_T.map((m) => m === 0 ? 0 : ++k);
  return { logprobs: numbers.map((n) => 0.1 * n), entropies: numbers.map((n) => -0.05 * n) };
}

function gradientsOf(weights: Weights, config: ModelConfig): Record<string, tf.Tensor> {
  const { logprobs, entropies } = slopes();
  const shape: [number, number] = [batch.P * batch.G, batch.T];
  return weightGradients(weights, config, batch, temperature, true, () => ({
    dLogprobs_B_T: tf.tensor2d(logprobs, shape),
    dEntropies_B_T: tf.tensor2d(entropies, shape),
    extra: {},
  })).gradients;
}

/** The loss itself, summed in float64. */
function lossOf(weights: Weights, config: ModelConfig): number {
  return tf.tidy(() => {
    const tokens = tokenLogprobs(weights, config, batch, temperature);
    const { logprobs, entropies } = slopes();
    const sum = (slope: Float32Array, values: tf.Tensor) =>
      Array.from(values.dataSync()).reduce((total, value, i) => total + slope[i]! * value, 0);
    return sum(logprobs, tokens.logprobs_B_T) + sum(entropies, tokens.entropies_B_T);
  });
}

for (const [name, { settings, logprobs, gradients }] of Object.entries(references)) {
  const { config } = models[name]!;

  Deno.test(`${name}: log-probabilities with an adapter equal PEFT's`, async () => {
    const tokens = tokenLogprobs(adapted(config, settings), config, batch, temperature);
    const ours = await tokens.logprobs_B_T.array();
    logprobs.forEach((row, b) =>
      row.forEach((value, t) => assertAlmostEquals(ours[b]![t]!, value, 2e-5))
    );
  });

  Deno.test(`${name}: the gradients of A and B equal PEFT's, and there are no others`, async () => {
    const ours = await downloadWeights(gradientsOf(adapted(config, settings), config));
    assertEquals([...ours.keys()].sort(), Object.keys(gradients).sort());
    for (const [key, expected] of Object.entries(gradients)) {
      const { data } = ours.get(key)!;
      const tolerance = 1e-4 * Math.max(1, expected.norm);
      expected.first.forEach((value, i) => assertAlmostEquals(data[i]!, value, tolerance));
      assertAlmostEquals(data.reduce((a, b) => a + b, 0), expected.sum, tolerance);
      assertAlmostEquals(Math.hypot(...data), expected.norm, tolerance);
    }
  });

  Deno.test(`${name}: the gradients of A and B equal finite differences`, () => {
    const weights = adapted(config, settings);
    const analytic = gradientsOf(weights, config);
    for (const [key, gradient] of Object.entries(analytic)) {
      const values = weights[key]!.dataSync(), slope = [...gradient.dataSync()];
      // The entry with the steepest slope, which float32 resolves best.
      const at = slope.reduce((best, v, i) => Math.abs(v) > Math.abs(slope[best]!) ? i : best, 0);
      const lossAt = (step: number) => {
        const moved = values.slice();
        moved[at]! += step;
        const changed = tf.tensor(moved, weights[key]!.shape);
        const loss = lossOf({ ...weights, [key]: changed }, config);
        changed.dispose();
        return loss;
      };
      // The five-point rule: its error falls with the fourth power of the step.
      const h = 2 ** -8;
      const near = lossAt(h) - lossAt(-h), far = lossAt(2 * h) - lossAt(-2 * h);
      const difference = (8 * near - far) / (12 * h);
      assertAlmostEquals(difference, slope[at]!, 1e-3 * Math.max(1, Math.abs(slope[at]!)), key);
    }
  });

  Deno.test(`${name}: an adapter merged into the weights equals one beside them`, async () => {
    const merged = uploadWeights(mergeAdapter(modelOf(config), adapterOf(config, settings)));
    const inside = tokenLogprobs(merged, config, batch, temperature);
    const beside = tokenLogprobs(adapted(config, settings), config, batch, temperature);
    for (const field of ["logprobs_B_T", "entropies_B_T"] as const) {
      const [ours, theirs] = [await inside[field].data(), await beside[field].data()];
      ours.forEach((value, i) =>
        assertAlmostEquals(value, theirs[i]!, 1e-5 * Math.max(1, Math.abs(value)))
      );
    }
  });
}

Deno.test("a pass with an adapter frees every tensor but its gradients", () => {
  const { settings } = references.llama!, { config } = models.llama!;
  const weights = adapted(config, settings);
  const before = tf.memory().numTensors;
  const gradients = gradientsOf(weights, config);
  assertEquals(tf.memory().numTensors, before + 2 * 3 * config.numLayers);
  tf.dispose(gradients);
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("a fresh adapter changes no bit, owns its matrices alone, and only B has a gradient", async () => {
  const base = smallPolicy(3);
  const settings = {
    rank: 2,
    alpha: 4,
    targetModules: Object.keys(TARGET_MODULES) as TargetModule[],
  };
  const before = tf.memory().numTensors;
  const policy = adaptPolicy(base, settings, 1);
  assertEquals(tf.memory().numTensors, before + 2 * 7 * 2 + 1);
  for (const [name, tensor] of Object.entries(base.weights)) {
    assert(policy.weights[name] === tensor, name);
  }
  const logprobs = (weights: Weights) =>
    tokenLogprobs(weights, base.config, small, 1).logprobs_B_T.data();
  const small = layOutGroups([{ promptIds: [3, 5, 7], completions: [[4, 8, 1], [2, 0]] }]);
  assertEquals(await logprobs(policy.weights), await logprobs(base.weights));
  const { gradients } = weightGradients(policy.weights, base.config, small, 1, true, (tokens) => ({
    dLogprobs_B_T: tf.onesLike(tokens.logprobs_B_T),
    dEntropies_B_T: tf.zerosLike(tokens.entropies_B_T),
    extra: {},
  }));
  for (const [name, gradient] of Object.entries(gradients)) {
    assert(isAdapterMatrix(name));
    const largest = Math.max(...gradient.dataSync().map(Math.abs));
    assertEquals(largest > 0, name.includes("lora_B"), name);
  }
});

Deno.test("half an adapter is refused", () => {
  const { settings } = references.llama!, { config } = models.llama!;
  const weights = { ...adapted(config, settings) };
  delete weights["model.layers.0.self_attn.q_proj.lora_B.weight"];
  assertThrows(
    () => tokenLogprobs(weights, config, batch, 1),
    RangeError,
    "self_attn.q_proj.lora_B.weight",
  );
});

Deno.test("a linear module by hand: x W + 2 (x A) B", async () => {
  const y = linear(tf.tensor2d([[1, 2]]), {
    "m.weight": tf.tensor2d([[1, 0, 1], [0, 1, 1]]),
    "m.lora_A.weight": tf.tensor2d([[3], [-1]]),
    "m.lora_B.weight": tf.tensor2d([[1, 10, 100]]),
    [LORA_SCALING]: tf.scalar(2),
  }, "m");
  // x W = [1, 2, 3]; x A = 1; 2 x [1, 10, 100].
  assertEquals(await y.array(), [[3, 22, 203]]);
});
