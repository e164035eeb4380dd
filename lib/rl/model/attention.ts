/**
 * Grouped-query attention (Ainslie et al., arXiv 2305.13245) over a prompt that its group shares.
 *
 * Shapes: P prompts, G group, B = P x G, N prompt rows, T query rows of a completion, U key rows of a
 * completion (T in training, the cache's length in decoding), H heads, K key/value heads, d head width.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { batchMatMul } from "./ops.ts";

/** Keys and values of a prompt or of completions: `[rows, K, length, d]`. */
export interface KeysValues {
  readonly keys: tf.Tensor4D;
  readonly values: tf.Tensor4D;
}

/** Added to a score that must not count; far below any real score, yet finite. */
export const MASKED_SCORE = -1e9;

/** `[R*L, heads, d]` rows to `[R, heads, L, d]`. */
export function headsFirst(x: tf.Tensor3D, rows: number): tf.Tensor4D {
  const [M, heads, d] = x.shape;
  return tf.transpose(tf.reshape(x, [rows, M / rows, heads, d]), [0, 2, 1, 3]) as tf.Tensor4D;
}

/** `[R, H, L, d]` to `[R, K, (H/K)*L, d]`: query heads that share keys become rows of one product. */
function foldQueries(q: tf.Tensor4D, numKvHeads: number): tf.Tensor4D {
  const [rows, heads, length, d] = q.shape;
  return tf.reshape(q, [rows, numKvHeads, heads / numKvHeads * length, d]);
}

function scores(q: tf.Tensor4D, keys: tf.Tensor4D): tf.Tensor4D {
  return batchMatMul(foldQueries(q, keys.shape[1]), tf.transpose(keys, [0, 1, 3, 2]));
}

/** Causal attention of prompt rows among themselves: `q [P, H, N, d]` to `[P*N, H*d]`. */
export function attendPrompt(q: tf.Tensor4D, kv: KeysValues, causal_N_N: tf.Tensor2D): tf.Tensor2D {
  const [P, H, N, d] = q.shape;
  const raw = tf.reshape(scores(q, kv.keys), [P, H, N, N]);
  const weights = tf.softmax(tf.add(tf.mul(raw, 1 / Math.sqrt(d)), causal_N_N));
  const folded = tf.reshape(weights, [P, kv.keys.shape[1], -1, N]) as tf.Tensor4D;
  const out = tf.reshape(batchMatMul(folded, kv.values), [P, H, N, d]);
  return tf.reshape(tf.transpose(out, [0, 2, 1, 3]), [P * N, H * d]);
}

/**
 * Attention of completion rows over their prompt's keys and their own: `q [B*T, H, d]` to `[B*T, H*d]`.
 * The prompt's keys meet all rows of a group in one product and are never repeated.
 *
 * @param mask_P_1_1_T_NU {@link MASKED_SCORE} where a key must not count, else 0; the same for a group.
 */
export function attendGroup(
  q: tf.Tensor3D,
  prompt: KeysValues,
  own: KeysValues,
  mask_P_1_1_T_NU: tf.Tensor,
): tf.Tensor2D {
  const [P, K, N, d] = prompt.keys.shape;
  const [B, , U] = own.keys.shape;
  const H = q.shape[1], G = B / P, T = q.shape[0] / B;

  // Joined and parted as matrices: the wasm engine's slices of higher ranks are a hundred times slower.
  const rows = P * H * G * T;
  const onPrompt = tf.reshape(scores(headsFirst(q, P), prompt.keys), [rows, N]);
  const ownScores = tf.reshape(scores(headsFirst(q, B), own.keys), [P, G, H, T, U]);
  const onOwn = tf.reshape(tf.transpose(ownScores, [0, 2, 1, 3, 4]), [rows, U]);
  const all = tf.mul(tf.concat([onPrompt, onOwn], 1), 1 / Math.sqrt(d));
  const masked = tf.add(tf.reshape(all, [P, H, G, T, N + U]), mask_P_1_1_T_NU);
  const weights_R_NU = tf.reshape(tf.softmax(masked), [rows, N + U]);

  const promptWeights = tf.reshape(tf.slice(weights_R_NU, [0, 0], [rows, N]), [P, K, -1, N]);
  const ownWeights = tf.slice(weights_R_NU, [0, N], [rows, U]);
  const fromPrompt = tf.reshape(
    batchMatMul(promptWeights as tf.Tensor4D, prompt.values),
    [P, H, G * T, d],
  );
  const ownByGroup = tf.transpose(tf.reshape(ownWeights, [P, H, G, T, U]), [0, 2, 1, 3, 4]);
  const ownFolded = tf.reshape(ownByGroup, [B, K, -1, U]);
  const fromOwn = tf.reshape(
    batchMatMul(ownFolded as tf.Tensor4D, own.values),
    [B, H, T, d],
  );
  return tf.add(
    tf.reshape(tf.transpose(fromPrompt, [0, 2, 1, 3]), [B * T, H * d]),
    tf.reshape(tf.transpose(fromOwn, [0, 2, 1, 3]), [B * T, H * d]),
  );
}
