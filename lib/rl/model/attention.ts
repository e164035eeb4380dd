/**
 * Grouped-query attention (Ainslie et al., arXiv 2305.13245) over a prompt that its group shares, and its
 * gradient. Scores are computed again in the backward pass; no prompt's keys are ever repeated. Completions
 * attend stretch by stretch, so that scores need the memory of one stretch and no row meets the keys of a
 * later one.
 *
 * Shapes: M rows, P prompts, G completions of each that reach into a stretch, N prompt rows, S rows of a
 * stretch, E rows of a completion up to a stretch's end, H heads, K key/value heads, h = H / K, d head width.
 * Queries of heads that share keys stand together as rows of one product.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { maskedSoftmax, maskedSoftmaxGradient } from "./ops.ts";

/** Queries, keys and values of prompt rows or of completion rows, or their gradients: `[rows, heads * d]`. */
export interface Projected {
  readonly q: tf.Tensor2D;
  readonly k: tf.Tensor2D;
  readonly v: tf.Tensor2D;
}

/** What attention of prompts needs to know of a batch. */
export interface PromptShape {
  readonly P: number;
  readonly numHeads: number;
  readonly numKvHeads: number;
  readonly headDim: number;
  /** {@link MASKED_SCORE} above the diagonal, else 0. */
  readonly causal_N_N: tf.Tensor2D;
}

/** A stretch of the completions' rows, and the rows that hold its keys. */
export interface Stretch {
  /** The row of each of P x G x S rows; any row where a completion is shorter. */
  readonly queryRow_PGS: tf.Tensor1D;
  /** 1 where there is such a row, else 0. */
  readonly isQuery_PGS_1: tf.Tensor2D;
  /** The row of each of P x G x E keys; any row where a completion is shorter. */
  readonly keyRow_PGE: tf.Tensor1D;
  /** {@link MASKED_SCORE} where a row must not see a prompt's or its own key, else 0. */
  readonly mask_P_1_S_NE: tf.Tensor4D;
}

/** What attention needs to know of a batch of groups. */
export interface GroupRows {
  readonly P: number;
  /** The row of each of P x N rows of prompts; any row where a prompt is shorter. */
  readonly promptRow_PN: tf.Tensor1D;
  /** 1 where there is such a row, else 0. */
  readonly isPromptRow_PN_1: tf.Tensor2D;
  readonly causal_N_N: tf.Tensor2D;
  readonly stretches: readonly Stretch[];
  /** Where each of M rows stands among the queries: P x N, then those of every stretch. Anywhere for spare rows. */
  readonly queryPlace_M: tf.Tensor1D;
  /** 1 for rows of the batch, 0 for spare ones. */
  readonly isRow_M_1: tf.Tensor2D;
  /** Where each row stands among the keys, P x N, then those of every stretch: once for each time that it does. */
  readonly keyPlaces: readonly {
    readonly place_M: tf.Tensor1D;
    /** 1 where the row stands there, else 0. */
    readonly isPlace_M_1: tf.Tensor2D;
  }[];
}

/** Added to a score that must not count; far below any real score, yet finite. */
export const MASKED_SCORE = -1e9;

/** `[R*L, heads * d]` rows to `[R, heads, L, d]`. */
export function headsFirst(x: tf.Tensor, rows: number, heads: number): tf.Tensor4D {
  const d = x.size / x.shape[0]! / heads;
  return tf.transpose(tf.reshape(x, [rows, -1, heads, d]), [0, 2, 1, 3]);
}

/** The reverse of {@link headsFirst}: `[R, heads, L, d]`, in any shape, to `[R*L, heads * d]`. */
function rowsFirst(x: tf.Tensor, rows: number, heads: number, d: number): tf.Tensor2D {
  const parted = tf.reshape(x, [rows, heads, -1, d]);
  return tf.reshape(tf.transpose(parted, [0, 2, 1, 3]), [-1, heads * d]);
}

/** Rows `[P*G*L, heads * d]` to `[P, K, G, heads / K * L, d]`, folded to rank 3. */
function groupFirst(x: tf.Tensor, P: number, G: number, K: number, heads: number): tf.Tensor3D {
  const d = x.shape[1]! / heads;
  const byHead = tf.reshape(headsFirst(x, P * G, heads), [P, G, K, -1]);
  return tf.reshape(tf.transpose(byHead, [0, 2, 1, 3]), [P * K * G, -1, d]);
}

/** The reverse of {@link groupFirst}. */
function groupRows(x: tf.Tensor, P: number, G: number, K: number, heads: number): tf.Tensor2D {
  const d = x.shape.at(-1)!;
  const byGroup = tf.transpose(tf.reshape(x, [P, K, G, -1]), [0, 2, 1, 3]);
  return rowsFirst(byGroup, P * G, heads, d);
}

/** Prompt rows by heads: queries `[P*K, h*N, d]`, keys and values `[P*K, N, d]`. */
function promptHeads({ q, k, v }: Projected, shape: PromptShape) {
  const { P, numHeads, numKvHeads, headDim } = shape;
  const fold = (x: tf.Tensor, heads: number): tf.Tensor3D =>
    tf.reshape(headsFirst(x, P, heads), [P * numKvHeads, -1, headDim]);
  return { q: fold(q, numHeads), k: fold(k, numKvHeads), v: fold(v, numKvHeads) };
}

type Heads = ReturnType<typeof promptHeads>;

/** Weights of the prompts' rows on the prompts' keys, `[P*K, h*N, N]`. */
function promptWeights({ q, k }: Heads, shape: PromptShape): tf.Tensor3D {
  const { headDim, causal_N_N } = shape;
  const scores: tf.Tensor3D = tf.matMul(q, k, false, true), N = causal_N_N.shape[0];
  return maskedSoftmax(scores, 1 / Math.sqrt(headDim), tf.reshape(causal_N_N, [1, 1, N, N]));
}

/** Attention of prompt rows alone: `[P*N, H*d]`. */
export function attendPrompts(prompts: Projected, shape: PromptShape): tf.Tensor2D {
  const { P, numHeads, headDim } = shape;
  const heads = promptHeads(prompts, shape);
  const out = tf.matMul(promptWeights(heads, shape), heads.v, false, false);
  return rowsFirst(out, P, numHeads, headDim);
}

/** Heads of a config, and of a batch. */
export type AttentionHeads = Pick<PromptShape, "numHeads" | "numKvHeads" | "headDim">;

/** One stretch by heads: queries `[P*K*G, h*S, d]`, keys and values `[P*K*G, E, d]`, and attention's weights. */
interface StretchWeights extends Heads {
  readonly G: number;
  /** On the prompt's keys and the own ones: `[P*K*G*h*S, N+E]`. */
  readonly joined: tf.Tensor2D;
}

/** What attention's output and its gradient start from. */
export interface AttentionWeights {
  readonly prompt: Heads;
  /** `[P*K, h*N, N]` */
  readonly among: tf.Tensor3D;
  readonly stretches: readonly StretchWeights[];
}

/** Rows of `[P*K*G, L, d]` as rows of the prompts: `[P*K, G*L, d]`. */
function byPrompt(x: tf.Tensor3D, G: number): tf.Tensor3D {
  const [batch, rows, d] = x.shape;
  return tf.reshape(x, [batch / G, G * rows, d]);
}

/** Scores, or their gradients, on the prompt's keys and on the own ones as one matrix `[rows, N+E]`. */
function join(onPrompt: tf.Tensor3D, onOwn: tf.Tensor3D): tf.Tensor2D {
  const N = onPrompt.shape[2], E = onOwn.shape[2];
  // Joined and parted as matrices: the wasm engine is slow at higher ranks.
  return tf.concat([tf.reshape(onPrompt, [-1, N]), tf.reshape(onOwn, [-1, E])], 1) as tf.Tensor2D;
}

/** The reverse of {@link join}: `[P*K, G*h*S, N]` and `[P*K*G, h*S, E]`. */
function part(x: tf.Tensor2D, { k, G }: StretchWeights) {
  const [rows, width] = x.shape, [batch, E] = k.shape, N = width - E;
  const onPrompt: tf.Tensor3D = tf.reshape(tf.slice(x, [0, 0], [rows, N]), [batch / G, -1, N]);
  const onOwn: tf.Tensor3D = tf.reshape(tf.slice(x, [0, N], [rows, E]), [batch, -1, E]);
  return { onPrompt, onOwn };
}

function stretchWeights(
  { q, k, v }: Projected,
  prompt: Heads,
  P: number,
  stretch: Stretch,
  { numHeads: H, numKvHeads: K, headDim }: AttentionHeads,
): StretchWeights {
  const { queryRow_PGS, keyRow_PGE, mask_P_1_S_NE } = stretch;
  const [, , S] = mask_P_1_S_NE.shape, G = queryRow_PGS.size / P / S;
  const own: Heads = {
    q: groupFirst(tf.gather(q, queryRow_PGS), P, G, K, H),
    k: groupFirst(tf.gather(k, keyRow_PGE), P, G, K, K),
    v: groupFirst(tf.gather(v, keyRow_PGE), P, G, K, K),
  };
  const scores = join(
    tf.matMul(byPrompt(own.q, G), prompt.k, false, true),
    tf.matMul(own.q, own.k, false, true),
  );
  return { ...own, G, joined: maskedSoftmax(scores, 1 / Math.sqrt(headDim), mask_P_1_S_NE) };
}

/** Attention's weights of a batch of groups, whose queries, keys and values are those of M rows. */
export function attentionWeights(
  projected: Projected,
  rows: GroupRows,
  heads: AttentionHeads,
): AttentionWeights {
  const { P, causal_N_N, promptRow_PN } = rows;
  const { q, k, v } = projected;
  const shape = { ...heads, P, causal_N_N };
  const prompt = promptHeads({
    q: tf.gather(q, promptRow_PN),
    k: tf.gather(k, promptRow_PN),
    v: tf.gather(v, promptRow_PN),
  }, shape);
  const stretches = rows.stretches.map((stretch) =>
    stretchWeights(projected, prompt, P, stretch, heads)
  );
  return { prompt, among: promptWeights(prompt, shape), stretches };
}

/** What every row attends to, `[M, H*d]`. */
export function attendedRows(
  { prompt, among, stretches }: AttentionWeights,
  { P, queryPlace_M }: GroupRows,
  { numHeads: H, numKvHeads: K, headDim }: AttentionHeads,
): tf.Tensor2D {
  const ofPrompts = rowsFirst(tf.matMul(among, prompt.v, false, false), P, H, headDim);
  const ofStretches = stretches.map((own) => {
    const { onPrompt, onOwn } = part(own.joined, own);
    const fromPrompt = tf.matMul(onPrompt, prompt.v, false, false);
    const fromOwn = tf.matMul(onOwn, own.v, false, false);
    return groupRows(tf.add(fromOwn, tf.reshape(fromPrompt, fromOwn.shape)), P, own.G, K, H);
  });
  return tf.gather(tf.concat([ofPrompts, ...ofStretches], 0) as tf.Tensor2D, queryPlace_M);
}

/** A stretch's gradients: of its queries and keys' rows, and of its prompts' keys and values `[P*K, N, d]`. */
function stretchGradient(
  own: StretchWeights,
  prompt: Heads,
  dAttended_M_HD: tf.Tensor2D,
  P: number,
  { queryRow_PGS, isQuery_PGS_1 }: Stretch,
  { numHeads: H, numKvHeads: K, headDim }: AttentionHeads,
) {
  const { G } = own;
  // What padding took of other rows' gradients must not count.
  const dRows = tf.mul(tf.gather(dAttended_M_HD, queryRow_PGS), isQuery_PGS_1);
  const dOut = groupFirst(dRows, P, G, K, H);
  const dJoined = join(
    tf.matMul(byPrompt(dOut, G), prompt.v, false, true),
    tf.matMul(dOut, own.v, false, true),
  );
  const dScores = maskedSoftmaxGradient(own.joined, dJoined, 1 / Math.sqrt(headDim));
  const { onPrompt, onOwn } = part(dScores, own);
  const weights = part(own.joined, own);
  const dQueries = tf.add(
    tf.reshape(tf.matMul(onPrompt, prompt.k, false, false), own.q.shape),
    tf.matMul(onOwn, own.k, false, false),
  );
  return {
    dPromptKeys: tf.matMul(onPrompt, byPrompt(own.q, G), true, false),
    dPromptValues: tf.matMul(weights.onPrompt, byPrompt(dOut, G), true, false),
    q: groupRows(dQueries, P, G, K, H),
    k: groupRows(tf.matMul(onOwn, own.q, true, false), P, G, K, K),
    v: groupRows(tf.matMul(weights.onOwn, dOut, true, false), P, G, K, K),
  };
}

/** The gradients of {@link attendedRows} in the queries, keys and values of M rows. */
export function attentionGradient(
  { prompt, among, stretches }: AttentionWeights,
  dAttended_M_HD: tf.Tensor2D,
  rows: GroupRows,
  heads: AttentionHeads,
): Projected {
  const { P, promptRow_PN, isPromptRow_PN_1 } = rows;
  const { numHeads: H, numKvHeads: K, headDim } = heads;
  const dPromptRows = tf.mul(tf.gather(dAttended_M_HD, promptRow_PN), isPromptRow_PN_1);
  const dOut: tf.Tensor3D = tf.reshape(headsFirst(dPromptRows, P, H), prompt.q.shape);
  const dAmong = tf.matMul(dOut, prompt.v, false, true);
  const dScores = maskedSoftmaxGradient(among, dAmong as tf.Tensor3D, 1 / Math.sqrt(headDim));
  const of = stretches.map((own, i) =>
    stretchGradient(own, prompt, dAttended_M_HD, P, rows.stretches[i]!, heads)
  );
  const dKeys = tf.addN([
    tf.matMul(dScores, prompt.q, true, false),
    ...of.map(({ dPromptKeys }) => dPromptKeys),
  ]);
  const dValues = tf.addN([
    tf.matMul(among, dOut, true, false),
    ...of.map(({ dPromptValues }) => dPromptValues),
  ]);
  const promptRows = (x: tf.Tensor, heads: number) => rowsFirst(x, P, heads, headDim);
  const all = (ofPrompts: tf.Tensor2D, ofStretches: readonly tf.Tensor2D[]) =>
    tf.concat([ofPrompts, ...ofStretches], 0) as tf.Tensor2D;
  const byQuery = all(
    promptRows(tf.matMul(dScores, prompt.k, false, false), H),
    of.map(({ q }) => q),
  );
  const byKey = (x: tf.Tensor2D): tf.Tensor2D =>
    tf.addN(
      rows.keyPlaces.map(({ place_M, isPlace_M_1 }) => tf.mul(tf.gather(x, place_M), isPlace_M_1)),
    ) as tf.Tensor2D;
  return {
    q: tf.mul(tf.gather(byQuery, rows.queryPlace_M), rows.isRow_M_1),
    k: byKey(all(promptRows(dKeys, K), of.map(({ k }) => k))),
    v: byKey(all(promptRows(dValues, K), of.map(({ v }) => v))),
  };
}
