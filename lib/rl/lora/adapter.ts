/**
 * An adapter: low-rank matrices beside some of a model's linear modules, the only weights that are trained.
 *
 * @module
 */
import { hashKey, uniform } from "@terse/data";
import type { Policy } from "../policy.ts";
import type { ModelConfig } from "../model/config.ts";
import { expectedShapes } from "../model/files/expected_shapes.ts";
import type { NamedTensors, TensorData } from "../model/files/tensor_data.ts";
import { uploadWeights } from "../model/weights.ts";
import { LORA_SCALING, matrixNames, TARGET_MODULES, type TargetModule } from "./names.ts";

/** What a LoRA adapter is like; PEFT's r, lora_alpha and target_modules. */
export interface LoraSettings {
  /** Inner dimension of the products. */
  readonly rank: number;
  /** The products are multiplied by alpha / rank. */
  readonly alpha: number;
  /** Modules with an adapter, in every layer. */
  readonly targetModules: readonly TargetModule[];
}

/** An adapter as files hold it. */
export interface LoraAdapter {
  readonly settings: LoraSettings;
  /** Its matrices in PEFT's layout under the model's names, and its scaling. */
  readonly tensors: NamedTensors;
}

/** Name and shape `[out, in]` of every weight that an adapter stands beside, in the model's order. */
export function adaptedShapes(
  config: ModelConfig,
  targetModules: readonly TargetModule[],
): Map<string, readonly [outputs: number, inputs: number]> {
  const suffixes = targetModules.map((name) => `.${TARGET_MODULES[name]}.weight`);
  const shapes = new Map<string, readonly [number, number]>();
  for (const [name, shape] of expectedShapes(config)) {
    if (!suffixes.some((suffix) => name.endsWith(suffix))) continue;
    shapes.set(name, [shape[0]!, shape[1]!]);
  }
  return shapes;
}

/**
 * Names and shapes of an adapter's matrices in PEFT's layout: A `[rank, in]` and B `[out, rank]` of each
 * adapted module, in the model's order.
 */
export function adapterShapes(
  config: ModelConfig,
  { rank, targetModules }: LoraSettings,
): Map<string, readonly [number, number]> {
  const shapes = new Map<string, readonly [number, number]>();
  for (const [name, [outputs, inputs]] of adaptedShapes(config, targetModules)) {
    const { a, b } = matrixNames(name.slice(0, -".weight".length));
    shapes.set(a, [rank, inputs]);
    shapes.set(b, [outputs, rank]);
  }
  return shapes;
}

/**
 * The adapter that training begins with, in PEFT's layout, with its scaling. B is zero, so that the
 * adapted model is the model; A is uniform within 1 / sqrt(inputs), as PEFT's
 * `kaiming_uniform_(a=sqrt(5))` makes it, of numbers keyed by (seed, name, position).
 *
 * @example
 * ```ts
 * import { type ModelConfig, startAdapter } from "@terse/rl";
 * import { assert, assertEquals } from "@std/assert";
 * const config: ModelConfig = {
 *   architecture: "llama", vocabSize: 50, hiddenSize: 16, intermediateSize: 40, numLayers: 1,
 *   numHeads: 4, numKvHeads: 2, headDim: 4, ropeTheta: 10_000, rmsNormEps: 1e-5,
 *   tieWordEmbeddings: true, attentionBias: false, maxPositionEmbeddings: 128,
 * };
 * const adapter = startAdapter(config, { rank: 2, alpha: 4, targetModules: ["k_proj"] }, 1);
 * const a = adapter.get("model.layers.0.self_attn.k_proj.lora_A.weight")!;
 * assertEquals(a.shape, [2, 16]);
 * assert(a.data.every((value) => Math.abs(value) <= 1 / 4));
 * assertEquals(adapter.get("lora_scaling")!.data, Float32Array.of(2));
 * ```
 */
export function startAdapter(
  config: ModelConfig,
  settings: LoraSettings,
  seed: number,
): NamedTensors {
  const adapter = new Map<string, TensorData>();
  for (const [name, shape] of adapterShapes(config, settings)) {
    const data = new Float32Array(shape[0] * shape[1]);
    if (name.endsWith(".lora_A.weight")) {
      const bound = 1 / Math.sqrt(shape[1]), key = hashKey(name);
      for (let i = 0; i < data.length; i++) {
        data[i] = bound * (2 * uniform("lora_A", seed, key, i) - 1);
      }
    }
    adapter.set(name, { shape, data });
  }
  adapter.set(LORA_SCALING, {
    shape: [],
    data: Float32Array.of(settings.alpha / settings.rank),
  });
  return adapter;
}

/**
 * A policy with a fresh adapter, see {@link startAdapter}. It shares the weights of `base`, which stays what it
 * was: the reference. The caller owns the adapter's tensors.
 */
export function adaptPolicy(base: Policy, settings: LoraSettings, seed: number): Policy {
  const adapter = uploadWeights(startAdapter(base.config, settings, seed));
  return { ...base, weights: { ...base.weights, ...adapter } };
}

/**
 * A model's weights with an adapter merged in: `W + (alpha / rank) B A` for each adapted module, summed in
 * float64 and rounded once. The result shares the other tensors.
 *
 * @param tensors A model's, as files hold them.
 * @param adapter Its adapter with the scaling.
 * @throws {RangeError} naming the tensor if the adapter does not fit the model.
 */
export function mergeAdapter(tensors: NamedTensors, adapter: NamedTensors): NamedTensors {
  const scaling = adapter.get(LORA_SCALING)!.data[0]!;
  const merged = new Map(tensors);
  for (const [name, { shape: [rank, inputs], data: a }] of adapter) {
    if (!name.endsWith(".lora_A.weight")) continue;
    const module = name.slice(0, -".lora_A.weight".length);
    const weight = tensors.get(`${module}.weight`), b = adapter.get(matrixNames(module).b);
    const [outputs] = weight?.shape ?? [];
    if (
      weight === undefined || b === undefined || weight.shape[1] !== inputs ||
      b.shape[0] !== outputs || b.shape[1] !== rank
    ) {
      throw new RangeError(
        `Cannot merge an adapter: ${name} of shape [${rank}, ${inputs}] must have a weight ` +
          `[outputs, ${inputs}] and a lora_B [outputs, ${rank}]: current shapes are ` +
          `[${weight?.shape ?? "none"}] and [${
            b?.shape ?? "none"
          }]. Use the model that it was trained on`,
      );
    }
    const sum = new Float64Array(inputs!);
    const data = new Float32Array(weight.data.length);
    for (let o = 0; o < outputs!; o++) {
      sum.fill(0);
      for (let r = 0; r < rank!; r++) {
        const factor = scaling * b.data[o * rank! + r]!;
        for (let i = 0; i < inputs!; i++) sum[i]! += factor * a[r * inputs! + i]!;
      }
      for (let i = 0; i < inputs!; i++) {
        data[o * inputs! + i] = weight.data[o * inputs! + i]! + sum[i]!;
      }
    }
    merged.set(`${module}.weight`, { shape: weight.shape, data });
  }
  return merged;
}
