/**
 * Decoding with a key/value cache: each prompt is computed once and shared by its group.
 *
 * Shapes: P prompts, G group, B = P x G, V vocabulary.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { KeysValues } from "../model/attention.ts";
import { causalMask, decodeMask } from "../model/group_context.ts";
import { headLogits } from "../model/head.ts";
import { decodeLayer, layerWeights, prefillLayer } from "../model/layer.ts";
import { embed, finalNorm, headName } from "../model/passes.ts";
import { rotationAt } from "../model/rotary.ts";
import { weightNamed } from "../model/weights.ts";
import type { Policy } from "../policy.ts";

/** The caches of a batch of groups. Owned by whoever holds it; every step replaces it. */
export interface DecodingState {
  readonly groupSize: number;
  /** Cached rows of each prompt: all its tokens but the last. */
  readonly promptLengths_P: readonly number[];
  /** Tokens of the completions in the cache. */
  readonly length: number;
  /** One entry a layer. */
  readonly prompts: readonly KeysValues[];
  /** One entry a layer; empty before the first step. */
  readonly completions: readonly KeysValues[];
}

/** Computes the prompts once. */
export function prefill(
  policy: Policy,
  prompts: readonly (readonly number[])[],
  groupSize: number,
): DecodingState {
  const { config, weights, tokenizer } = policy;
  const promptLengths_P = prompts.map((ids) => ids.length - 1);
  const P = prompts.length, N = Math.max(...promptLengths_P);
  const ids = new Int32Array(P * N).fill(tokenizer.padTokenId);
  prompts.forEach((prompt, p) => ids.set(prompt.slice(0, -1), p * N));
  const layers = tf.tidy(() => {
    const positions = Array.from({ length: P * N }, (_, i) => i % N);
    const rotation = rotationAt(positions, config.headDim, config.ropeTheta);
    const causal_N_N = causalMask(N);
    const cache: KeysValues[] = [];
    let x = embed(weights, tf.tensor1d(ids, "int32"));
    for (let layer = 0; layer < config.numLayers; layer++) {
      const step = tf.tidy(() => {
        const own = layerWeights(weights, config, layer);
        const { x_M_D, prompt } = prefillLayer(x, own, config, P, rotation, causal_N_N);
        return { x_M_D, keys: prompt.keys, values: prompt.values };
      });
      x.dispose();
      x = step.x_M_D;
      cache.push({ keys: step.keys, values: step.values });
    }
    return cache as unknown as tf.TensorContainerArray;
  }) as unknown as KeysValues[];
  return { groupSize, promptLengths_P, length: 0, prompts: layers, completions: [] };
}

/**
 * Feeds one token a row and answers the logits of the next, `[B, V]`. Consumes `state`: its completion
 * caches are freed, the prompts' pass on to the new state.
 */
export function decodeStep(
  policy: Policy,
  state: DecodingState,
  tokens_B: Int32Array,
): { logits_B_V: tf.Tensor2D; state: DecodingState } {
  const { config, weights } = policy;
  const { promptLengths_P, groupSize, length } = state;
  const { logits, cache } = tf.tidy(() => {
    const positions = promptLengths_P.flatMap((rows) => new Array(groupSize).fill(rows + length));
    const rotation = rotationAt(positions, config.headDim, config.ropeTheta);
    const N = state.prompts[0]!.keys.shape[2];
    const mask = decodeMask(promptLengths_P, N, length + 1);
    const cache: KeysValues[] = [];
    let x = embed(weights, tf.tensor1d(tokens_B, "int32"));
    for (let layer = 0; layer < config.numLayers; layer++) {
      const { x_B_D, own } = decodeLayer(
        x,
        layerWeights(weights, config, layer),
        config,
        state.prompts[layer]!,
        state.completions[layer] ?? null,
        rotation,
        mask,
      );
      x = x_B_D;
      cache.push(own);
    }
    const head = weightNamed<tf.Tensor2D>(weights, headName(config));
    const logits = headLogits(finalNorm(x, weights, config), head, 1);
    return { logits, cache: cache as unknown as tf.TensorContainerArray };
  });
  freeCaches(state.completions);
  return {
    logits_B_V: logits,
    state: { ...state, length: length + 1, completions: cache as unknown as KeysValues[] },
  };
}

/** Keeps only some of the groups, by index; consumes `state`. */
export function keepGroups(state: DecodingState, kept: readonly number[]): DecodingState {
  const { groupSize } = state;
  const rows = kept.flatMap((p) => Array.from({ length: groupSize }, (_, g) => p * groupSize + g));
  const take = (caches: readonly KeysValues[], indices: readonly number[]): KeysValues[] => {
    const taken = caches.map(({ keys, values }) => ({
      keys: takeRows(keys, indices),
      values: takeRows(values, indices),
    }));
    freeCaches(caches);
    return taken;
  };
  return {
    groupSize,
    promptLengths_P: kept.map((p) => state.promptLengths_P[p]!),
    length: state.length,
    prompts: take(state.prompts, kept),
    completions: take(state.completions, rows),
  };
}

/** Frees a state's caches. */
export function freeState(state: DecodingState): void {
  freeCaches(state.prompts);
  freeCaches(state.completions);
}

function freeCaches(caches: readonly KeysValues[]): void {
  for (const { keys, values } of caches) tf.dispose([keys, values]);
}

/** Rows by index along the first axis; slices, because the wasm engine's gather is far slower. */
function takeRows(x: tf.Tensor4D, indices: readonly number[]): tf.Tensor4D {
  return tf.tidy(() =>
    tf.concat(
      indices.map((i) => tf.slice(x, [i, 0, 0, 0], [1, x.shape[1], x.shape[2], x.shape[3]])),
      0,
    )
  );
}
