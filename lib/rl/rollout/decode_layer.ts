/**
 * One token of every row through one decoder layer: grouped-query attention (Ainslie et al., arXiv
 * 2305.13245) over the prompt that a slot's rows share and the rows' own columns.
 *
 * Shapes: P slots, R rows of a slot, B = P x R, H heads, K key/value heads, h = H / K, d head width,
 * N prompt columns, S sealed columns, W = N + S + TAIL.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { hasOwnKernels, runOwnKernel } from "../engine/own_kernel.ts";
import type { DecodeAttentionInputs } from "../engine/wasm_attention.ts";
import type { Projected } from "../model/attention.ts";
import type { ModelConfig } from "../model/config.ts";
import { finish, type LayerWeights, project } from "../model/layer.ts";
import type { Rotation } from "../model/rotary.ts";
import type { CacheShape, KeysValues, RowKeysValues } from "./row_cache.ts";

/** What one layer keeps of a batch. */
export interface LayerCache extends CacheShape {
  readonly prompts: KeysValues;
  /** Null as long as nothing is sealed. */
  readonly sealed: RowKeysValues | null;
  readonly tail: RowKeysValues;
}

/** `[B, K*w]` to `[P, K, R, w]`: rows of a slot side by side under their key/value head. */
function byHead(x: tf.Tensor2D, { slots, rowsPerSlot }: CacheShape, K: number): tf.Tensor4D {
  const width = x.shape[1] / K;
  if (rowsPerSlot === 1) return tf.reshape(x, [slots, K, 1, width]);
  return tf.transpose(tf.reshape(x, [slots, rowsPerSlot, K, width]), [0, 2, 1, 3]);
}

/** The tail with its oldest column gone and `newest [P*K*R, 1, d]` behind the last. */
function shiftIn(tail: tf.Tensor3D, newest: tf.Tensor3D): tf.Tensor3D {
  const [rows, columns, d] = tail.shape;
  return tf.concat([tf.slice(tail, [0, 1, 0], [rows, columns - 1, d]), newest], 1);
}

/** Keys and values of some columns, and the queries' shape that they are multiplied with. */
interface AttentionPart extends RowKeysValues {
  readonly queries: [batch: number, rows: number, d: number];
}

/** What attention gives: a row for every row `[B, H*d]`, and the tail with this token's column. */
interface Attended {
  readonly attended_B_HD: tf.Tensor2D;
  readonly tail: RowKeysValues;
}

/** Attention as one kernel of the wasm engine, whose operations cost more to start than to compute here. */
function attendAtOnce(
  { q, k, v }: Projected,
  { prompts, sealed, tail }: LayerCache,
  mask: tf.Tensor3D,
): Attended {
  const inputs: DecodeAttentionInputs = {
    ...{ q, k, v, mask },
    promptKeys: prompts.keys,
    promptValues: prompts.values,
    ...(sealed === null ? {} : { sealedKeys: sealed.keys, sealedValues: sealed.values }),
    tailKeys: tail.keys,
    tailValues: tail.values,
  };
  const [attended_B_HD, keys, values] = runOwnKernel(
    "DecodeAttention",
    inputs as unknown as tf.NamedTensorMap,
  ) as unknown as [tf.Tensor2D, tf.Tensor3D, tf.Tensor3D];
  return { attended_B_HD, tail: { keys, values } };
}

/** Attention by operations that every engine has. */
function attendByParts(
  { q, k, v }: Projected,
  cache: LayerCache,
  { numHeads: H, numKvHeads: K, headDim: d }: ModelConfig,
  mask_PK_Rh_W: tf.Tensor3D,
): Attended {
  const { slots: P, rowsPerSlot: R } = cache;
  const B = P * R, h = H / K;
  const newest = (x: tf.Tensor2D): tf.Tensor3D => tf.reshape(byHead(x, cache, K), [B * K, 1, d]);
  const tail = {
    keys: shiftIn(cache.tail.keys, newest(k)),
    values: shiftIn(cache.tail.values, newest(v)),
  };
  const queries = byHead(tf.mul(q, 1 / Math.sqrt(d)) as tf.Tensor2D, cache, K);
  // The prompt meets the queries of all rows of its slot in one product, the own columns row by row.
  const parts: AttentionPart[] = [
    {
      queries: [P * K, R * h, d],
      keys: tf.reshape(cache.prompts.keys, [P * K, -1, d]),
      values: tf.reshape(cache.prompts.values, [P * K, -1, d]),
    },
    ...[...(cache.sealed === null ? [] : [cache.sealed]), tail]
      .map((own): AttentionPart => ({ queries: [B * K, h, d], ...own })),
  ];
  const scores = parts.map(({ queries: shape, keys }) => {
    const found = tf.matMul(tf.reshape(queries, shape), keys, false, true);
    return tf.reshape(found, [P * K, R * h, keys.shape[1]]);
  });
  const attention = tf.softmax(tf.add(tf.concat(scores, 2), mask_PK_Rh_W));
  let column = 0;
  const attended = parts.map(({ queries: [batch, rows], keys, values }) => {
    const columns = keys.shape[1];
    const own = tf.slice(attention, [0, 0, column], [P * K, R * h, columns]);
    column += columns;
    const found = tf.matMul(tf.reshape(own, [batch, rows, columns]), values);
    return tf.reshape(found, [P, K, R, h * d]);
  });
  const sum = tf.addN(attended);
  const byRow = R === 1 ? sum : tf.transpose(sum, [0, 2, 1, 3]);
  return { attended_B_HD: tf.reshape(byRow, [B, H * d]), tail };
}

/**
 * Rows through one layer.
 *
 * @param mask_PK_Rh_W `MASKED_SCORE` where a key must not count, else 0.
 * @returns the rows behind the layer and the tail with this token's column.
 */
export function decodeLayer(
  x_B_D: tf.Tensor2D,
  weights: LayerWeights,
  config: ModelConfig,
  cache: LayerCache,
  rotation: Rotation,
  mask_PK_Rh_W: tf.Tensor3D,
): { x_B_D: tf.Tensor2D; tail: RowKeysValues } {
  const projected = project(x_B_D, weights, config, rotation);
  const isAtOnce = hasOwnKernels() && config.headDim % 4 === 0;
  const { attended_B_HD, tail } = isAtOnce
    ? attendAtOnce(projected, cache, mask_PK_Rh_W)
    : attendByParts(projected, cache, config, mask_PK_Rh_W);
  return { x_B_D: finish(x_B_D, attended_B_HD, weights, config), tail };
}
