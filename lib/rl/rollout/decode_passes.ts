/**
 * Layers of a decoding step, and of prompts before it, as graphs where the engine compiles: all layers of a
 * model share the graphs of a batch's shapes.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { runCompiled, type Tensors } from "../graph/compile.ts";
import { attendPrompts, headsFirst } from "../model/attention.ts";
import type { ModelConfig } from "../model/config.ts";
import { finish, type LayerWeights, layerWeights, project } from "../model/layer.ts";
import type { Rotation } from "../model/rotary.ts";
import type { Weights } from "../model/weights.ts";
import { decodeLayer } from "./decode_layer.ts";
import type { RowCache, RowKeysValues } from "./row_cache.ts";

/** Layers that pass as one graph: starting a graph costs as much as a small product. */
export const LAYERS_AT_ONCE = 6;

/** What graphs depend on of a model besides their inputs' shapes. */
function modelName({ numHeads, numKvHeads, headDim, rmsNormEps }: ModelConfig): string {
  return [numHeads, numKvHeads, headDim, rmsNormEps].join("/");
}

/** Tensors under a prefix, so that those of several layers can stand together. */
function prefixed(prefix: string, tensors: Tensors): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, x]) => [`${prefix}${name}`, x]));
}

/** The tensors of these names, which stand under a prefix. */
function withPrefix(prefix: string, names: readonly string[], tensors: Tensors): Tensors {
  return Object.fromEntries(names.map((name) => [name, tensors[`${prefix}${name}`]!]));
}

/** One token of every row through `count` layers from `first` on; see {@link decodeLayer}. */
export function decodeLayers(
  x_B_D: tf.Tensor2D,
  weights: Weights,
  config: ModelConfig,
  cache: RowCache,
  first: number,
  count: number,
  rotation: Rotation,
  mask_PK_Rh_W: tf.Tensor3D,
): { x_B_D: tf.Tensor2D; tail: RowKeysValues[] } {
  const { slots, rowsPerSlot } = cache;
  const layers = Array.from({ length: count }, (_, i) => i);
  const inputs: Record<string, tf.Tensor> = { x: x_B_D, mask: mask_PK_Rh_W, ...rotation };
  const weightNames = layers.map((i) => {
    const ofLayer = layerWeights(weights, config, first + i);
    Object.assign(
      inputs,
      prefixed(`${i} `, ofLayer),
      prefixed(`${i} prompt `, { ...cache.prompts[first + i] }),
      prefixed(`${i} sealed `, { ...cache.sealed[first + i] }),
      prefixed(`${i} tail `, { ...cache.tail[first + i] }),
    );
    return Object.keys(ofLayer);
  });
  const name = `decode ${modelName(config)} ${slots}x${rowsPerSlot}`;
  const outputs = runCompiled<Tensors, Tensors>(name, inputs, (inputs) => {
    let x = inputs["x"] as tf.Tensor2D;
    const tails: Record<string, tf.Tensor> = {};
    for (const i of layers) {
      const part = (name: string) =>
        withPrefix(`${i} ${name} `, ["keys", "values"], inputs) as unknown;
      const step = decodeLayer(
        x,
        withPrefix(`${i} `, weightNames[i]!, inputs),
        config,
        {
          slots,
          rowsPerSlot,
          prompts: part("prompt") as RowCache["prompts"][number],
          sealed: cache.sealed.length === 0 ? null : part("sealed") as RowKeysValues,
          tail: part("tail") as RowKeysValues,
        },
        inputs as unknown as Rotation,
        inputs["mask"] as tf.Tensor3D,
      );
      x = step.x_B_D;
      tails[`keys ${i}`] = step.tail.keys;
      tails[`values ${i}`] = step.tail.values;
    }
    return { x, ...tails };
  });
  return {
    x_B_D: outputs["x"] as tf.Tensor2D,
    tail: layers.map((i) => ({
      keys: outputs[`keys ${i}`] as tf.Tensor3D,
      values: outputs[`values ${i}`] as tf.Tensor3D,
    })),
  };
}

/** P prompts' rows through one layer, with the keys and values `[P, K, N, d]` that decoding keeps. */
export function prefillLayer(
  x_M_D: tf.Tensor2D,
  weights: LayerWeights,
  config: ModelConfig,
  P: number,
  shared: Rotation & { readonly causal_N_N: tf.Tensor2D },
): { x: tf.Tensor2D; keys: tf.Tensor4D; values: tf.Tensor4D } {
  const { numHeads, numKvHeads, headDim } = config;
  const name = `prefill ${modelName(config)} ${P}`;
  const inputs = { ...weights, ...shared, x: x_M_D };
  const outputs = runCompiled<Tensors, Tensors>(name, inputs, (inputs) => {
    const x = inputs["x"] as tf.Tensor2D;
    const projected = project(x, inputs, config, inputs as unknown as Rotation);
    const causal_N_N = inputs["causal_N_N"] as tf.Tensor2D;
    const attended = attendPrompts(projected, { P, numHeads, numKvHeads, headDim, causal_N_N });
    return {
      x: finish(x, attended, inputs, config),
      keys: headsFirst(projected.k, P, numKvHeads),
      values: headsFirst(projected.v, P, numKvHeads),
    };
  });
  return outputs as unknown as { x: tf.Tensor2D; keys: tf.Tensor4D; values: tf.Tensor4D };
}
