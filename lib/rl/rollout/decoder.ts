/**
 * Decoding with a key/value cache: each prompt is computed once and shared by the rows of its slot.
 *
 * Shapes: P slots, R rows of a slot, B = P x R, V vocabulary, N prompt columns; see row_cache.ts.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { runCompiled } from "../graph/compile.ts";
import { MASKED_SCORE } from "../model/attention.ts";
import type { ModelConfig } from "../model/config.ts";
import { causalMask } from "../model/group_context.ts";
import { headLogits } from "../model/head.ts";
import { layerWeights } from "../model/layer.ts";
import { rmsNorm } from "../model/ops.ts";
import { embed, FINAL_NORM, headName } from "../model/passes.ts";
import { type Rotation, rotationAt } from "../model/rotary.ts";
import { weightNamed, type Weights } from "../model/weights.ts";
import type { Policy } from "../policy.ts";
import { decodeLayers, LAYERS_AT_ONCE, prefillLayer } from "./decode_passes.ts";
import {
  type KeysValues,
  promptColumns,
  roundColumns,
  type RowCache,
  type RowKeysValues,
  sealedColumns,
  TAIL,
} from "./row_cache.ts";

/**
 * Computes prompts and keeps their keys and values, `[P, K, N, d]` a layer: all tokens of each but the
 * last, and padding up to N. The caller owns them.
 */
export function prefill(policy: Policy, prompts: readonly (readonly number[])[]): KeysValues[] {
  const { config, weights, tokenizer } = policy;
  const P = prompts.length, N = roundColumns(Math.max(...prompts.map((ids) => ids.length - 1)));
  const ids = new Int32Array(P * N).fill(tokenizer.padTokenId);
  prompts.forEach((prompt, p) => ids.set(prompt.slice(0, -1), p * N));
  const cache: KeysValues[] = [];
  tf.tidy(() => {
    const positions = Array.from({ length: P * N }, (_, i) => i % N);
    const shared = {
      ...rotationAt(positions, config.headDim, config.ropeTheta),
      causal_N_N: causalMask(N),
    };
    let x = embed(weights, tf.tensor1d(ids, "int32"));
    for (let layer = 0; layer < config.numLayers; layer++) {
      const next = prefillLayer(x, layerWeights(weights, config, layer), config, P, shared);
      x.dispose();
      x = next.x;
      cache.push({ keys: tf.keep(next.keys), values: tf.keep(next.values) });
    }
  });
  return cache;
}

/** One row of a step. */
export interface RowInput {
  /** What the row is fed. */
  readonly token: number;
  readonly position: number;
  /** Columns of its prompt that count. */
  readonly promptLength: number;
  /** Columns of its own that count, this token's included. */
  readonly ownLength: number;
}

/** What a step needs beside weights and cache, as tensors. */
export interface StepInputs {
  readonly tokens_B: tf.Tensor1D;
  readonly rotation: Rotation;
  /** `MASKED_SCORE` where a row must not look, else 0; W = N + S + TAIL, h = H / K. */
  readonly mask_PK_Rh_W: tf.Tensor3D;
}

/**
 * Uploads what a step needs; the caller frees it.
 *
 * @param rows B rows, slot by slot; null for a row that stands idle.
 * @param fresh columns of the tail that are not sealed, this step's included.
 */
export function stepInputs(
  cache: RowCache,
  rows: readonly (RowInput | null)[],
  fresh: number,
  policy: Policy,
): StepInputs {
  const { config, tokenizer } = policy;
  const N = promptColumns(cache), S = sealedColumns(cache), W = N + S + TAIL;
  const mask = new Float32Array(rows.length * W).fill(MASKED_SCORE);
  rows.forEach((row, b) => {
    if (row === null) return;
    const at = b * W, inTail = Math.min(row.ownLength, fresh);
    mask.fill(0, at, at + row.promptLength);
    mask.fill(0, at + N + S - (row.ownLength - inTail), at + N + S);
    mask.fill(0, at + W - inTail, at + W);
  });
  const positions = rows.map((row) => row?.position ?? 0);
  const { numHeads: H, numKvHeads: K } = config;
  const { slots: P, rowsPerSlot: R } = cache;
  return {
    tokens_B: tf.tensor1d(rows.map((row) => row?.token ?? tokenizer.padTokenId), "int32"),
    rotation: rotationAt(positions, config.headDim, config.ropeTheta),
    mask_PK_Rh_W: tf.tidy(() => {
      const everyHead = tf.add(tf.tensor(mask, [P, 1, R, 1, W]), tf.zeros([1, K, 1, H / K, 1]));
      return tf.reshape(everyHead, [P * K, R * H / K, W]);
    }),
  };
}

/**
 * Feeds one token a row: the logits of the next one, `[B, V]`, and the tails with this token's column.
 * Plain operations on its arguments' tensors, whose shapes change only with the cache's.
 */
export function decodeTokens(
  weights: Weights,
  config: ModelConfig,
  cache: RowCache,
  { tokens_B, rotation, mask_PK_Rh_W }: StepInputs,
): { logits_B_V: tf.Tensor2D; tail: RowKeysValues[] } {
  const tail: RowKeysValues[] = [];
  let x = embed(weights, tokens_B);
  for (let layer = 0; layer < config.numLayers; layer += LAYERS_AT_ONCE) {
    const count = Math.min(LAYERS_AT_ONCE, config.numLayers - layer);
    const next = decodeLayers(x, weights, config, cache, layer, count, rotation, mask_PK_Rh_W);
    x.dispose();
    x = next.x_B_D;
    tail.push(...next.tail);
  }
  const head = weightNamed<tf.Tensor2D>(weights, headName(config));
  const inputs = { x, head, norm: weightNamed<tf.Tensor1D>(weights, FINAL_NORM) };
  const { logits } = runCompiled(`logits ${config.rmsNormEps}`, inputs, ({ x, head, norm }) => ({
    logits: headLogits(rmsNorm(x, norm, config.rmsNormEps), head, 1),
  }));
  x.dispose();
  return { logits_B_V: logits, tail };
}
