/**
 * Grouped-query attention (Ainslie et al., arXiv 2305.13245) over a prompt that its group shares, and its
 * gradient. Scores are computed again in the backward pass; no prompt's keys are ever repeated.
 *
 * Shapes: P prompts, G group, B = P x G, N prompt rows, T rows of a completion, H heads, K key/value
 * heads, h = H / K, d head width. Queries of heads that share keys stand together as rows of one product.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

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

/** The same for attention of completions. */
export interface AttentionShape extends PromptShape {
  readonly B: number;
  /** {@link MASKED_SCORE} where a completion's row must not see a prompt's or its own key, else 0. */
  readonly mask_P_1_T_NT: tf.Tensor4D;
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

/** Completion rows `[P*G*T, heads * d]` to `[P, K, G, heads / K * T, d]`, folded to rank 3. */
function groupFirst(x: tf.Tensor, shape: AttentionShape, heads: number): tf.Tensor3D {
  const { P, B, numKvHeads, headDim } = shape;
  const byHead = tf.reshape(headsFirst(x, B, heads), [P, B / P, numKvHeads, -1]);
  return tf.reshape(tf.transpose(byHead, [0, 2, 1, 3]), [B * numKvHeads, -1, headDim]);
}

/** The reverse of {@link groupFirst}. */
function completionRows(x: tf.Tensor, shape: AttentionShape, heads: number): tf.Tensor2D {
  const { P, B, numKvHeads, headDim } = shape;
  const byGroup = tf.transpose(tf.reshape(x, [P, numKvHeads, B / P, -1]), [0, 2, 1, 3]);
  return rowsFirst(byGroup, B, heads, headDim);
}

/** Softmax's gradient in its input, from its output. */
function softmaxGradient(weights: tf.Tensor, dWeights: tf.Tensor): tf.Tensor {
  const product = tf.mul(weights, dWeights);
  return tf.sub(product, tf.mul(weights, tf.sum(product, -1, true)));
}

/** Prompt rows by heads: queries `[P*K, h*N, d]`, keys and values `[P*K, N, d]`. */
function promptHeads({ q, k, v }: Projected, shape: PromptShape) {
  const { P, numHeads, numKvHeads, headDim } = shape;
  const fold = (x: tf.Tensor, heads: number): tf.Tensor3D =>
    tf.reshape(headsFirst(x, P, heads), [P * numKvHeads, -1, headDim]);
  return { q: fold(q, numHeads), k: fold(k, numKvHeads), v: fold(v, numKvHeads) };
}

/** Completion rows by heads: queries `[P*K*G, h*T, d]`, keys and values `[P*K*G, T, d]`. */
function completionHeads({ q, k, v }: Projected, shape: AttentionShape) {
  const { numHeads, numKvHeads } = shape;
  return {
    q: groupFirst(q, shape, numHeads),
    k: groupFirst(k, shape, numKvHeads),
    v: groupFirst(v, shape, numKvHeads),
  };
}

type Heads = ReturnType<typeof promptHeads>;

/** Weights of the prompts' rows on the prompts' keys, `[P*K, h*N, N]`. */
function promptWeights({ q, k }: Heads, shape: PromptShape): tf.Tensor3D {
  const { P, numHeads, headDim, causal_N_N } = shape;
  const scores: tf.Tensor3D = tf.matMul(q, k, false, true), N = causal_N_N.shape[0];
  const byHead = tf.reshape(tf.mul(scores, 1 / Math.sqrt(headDim)), [P, numHeads, N, N]);
  return tf.reshape(tf.softmax(tf.add(byHead, causal_N_N)), scores.shape);
}

/** Rows of `[P*K*G, h*T, d]` as rows of the prompts: `[P*K, G*h*T, d]`. */
function byPrompt(x: tf.Tensor3D, { P, B }: AttentionShape): tf.Tensor3D {
  const [batch, rows, d] = x.shape;
  return tf.reshape(x, [batch / B * P, B / P * rows, d]);
}

/** Scores, or their gradients, on the prompt's keys and on the own ones as one matrix `[rows, N+T]`. */
function join(onPrompt: tf.Tensor3D, onOwn: tf.Tensor3D): tf.Tensor2D {
  const N = onPrompt.shape[2], T = onOwn.shape[2];
  // Joined and parted as matrices: the wasm engine is slow at higher ranks.
  return tf.concat([tf.reshape(onPrompt, [-1, N]), tf.reshape(onOwn, [-1, T])], 1) as tf.Tensor2D;
}

/** The reverse of {@link join}: `[P*K, G*h*T, N]` and `[P*K*G, h*T, T]`. */
function part(x: tf.Tensor2D, N: number, T: number, { P, B, numKvHeads }: AttentionShape) {
  const rows = x.shape[0];
  const onPrompt: tf.Tensor3D = tf.reshape(tf.slice(x, [0, 0], [rows, N]), [P * numKvHeads, -1, N]);
  const onOwn: tf.Tensor3D = tf.reshape(tf.slice(x, [0, N], [rows, T]), [B * numKvHeads, -1, T]);
  return { onPrompt, onOwn };
}

/** Weights of the completions' rows on their prompt's keys and their own, `[P*K*G*h*T, N+T]`. */
function groupWeights(prompt: Heads, own: Heads, shape: AttentionShape): tf.Tensor2D {
  const { P, headDim, mask_P_1_T_NT } = shape;
  const scores = join(
    tf.matMul(byPrompt(own.q, shape), prompt.k, false, true),
    tf.matMul(own.q, own.k, false, true),
  );
  const [, , T, width] = mask_P_1_T_NT.shape;
  const byRow = tf.reshape(tf.mul(scores, 1 / Math.sqrt(headDim)), [P, -1, T, width]);
  return tf.reshape(tf.softmax(tf.add(byRow, mask_P_1_T_NT)), scores.shape);
}

/** What prompt rows attend to among themselves, and completion rows in their prompt and themselves. */
export interface Attended {
  /** `[P*N, H*d]` */
  readonly prompts: tf.Tensor2D;
  /** `[B*T, H*d]` */
  readonly completions: tf.Tensor2D;
}

/** Attention of prompt rows alone: `[P*N, H*d]`. */
export function attendPrompts(prompts: Projected, shape: PromptShape): tf.Tensor2D {
  const { P, numHeads, headDim } = shape;
  const heads = promptHeads(prompts, shape);
  const out = tf.matMul(promptWeights(heads, shape), heads.v, false, false);
  return rowsFirst(out, P, numHeads, headDim);
}

/** Attention of a batch of groups. */
export function attend(
  prompts: Projected,
  completions: Projected,
  shape: AttentionShape,
): Attended {
  const prompt = promptHeads(prompts, shape), own = completionHeads(completions, shape);
  const [, N] = prompt.k.shape, [, T] = own.k.shape;
  const weights = part(groupWeights(prompt, own, shape), N, T, shape);
  const fromPrompt = tf.matMul(weights.onPrompt, prompt.v, false, false);
  const fromOwn = tf.matMul(weights.onOwn, own.v, false, false);
  const out = tf.add(fromPrompt, tf.reshape(fromOwn, fromPrompt.shape));
  return {
    prompts: attendPrompts(prompts, shape),
    completions: completionRows(out, shape, shape.numHeads),
  };
}

/** The gradients of {@link attend} in everything projected. */
export function attendGradient(
  prompts: Projected,
  completions: Projected,
  dAttended: Attended,
  shape: AttentionShape,
): { dPrompts: Projected; dCompletions: Projected } {
  const { P, numHeads, numKvHeads, headDim } = shape;
  const scale = 1 / Math.sqrt(headDim);
  const prompt = promptHeads(prompts, shape), own = completionHeads(completions, shape);
  const [, N] = prompt.k.shape, [, T] = own.k.shape;

  const among = promptWeights(prompt, shape);
  const dOut: tf.Tensor3D = tf.reshape(
    headsFirst(dAttended.prompts, P, numHeads),
    prompt.q.shape,
  );
  const dAmong = softmaxGradient(among, tf.matMul(dOut, prompt.v, false, true));
  const dScores = tf.mul(dAmong, scale) as tf.Tensor3D;

  const joined = groupWeights(prompt, own, shape);
  const weights = part(joined, N, T, shape);
  const dOwnOut = groupFirst(dAttended.completions, shape, numHeads);
  const dJoined = join(
    tf.matMul(byPrompt(dOwnOut, shape), prompt.v, false, true),
    tf.matMul(dOwnOut, own.v, false, true),
  );
  const dGroup = tf.mul(softmaxGradient(joined, dJoined), scale) as tf.Tensor2D;
  const { onPrompt, onOwn } = part(dGroup, N, T, shape);
  const ownQueries = byPrompt(own.q, shape);
  const dOwnQueries = tf.add(
    tf.reshape(tf.matMul(onPrompt, prompt.k, false, false), own.q.shape),
    tf.matMul(onOwn, own.k, false, false),
  );
  const promptRows = (x: tf.Tensor, heads: number) => rowsFirst(x, P, heads, headDim);
  const both = (a: tf.Tensor3D, b: tf.Tensor3D) => promptRows(tf.add(a, b), numKvHeads);
  return {
    dPrompts: {
      q: promptRows(tf.matMul(dScores, prompt.k, false, false), numHeads),
      k: both(
        tf.matMul(dScores, prompt.q, true, false),
        tf.matMul(onPrompt, ownQueries, true, false),
      ),
      v: both(
        tf.matMul(among, dOut, true, false),
        tf.matMul(weights.onPrompt, byPrompt(dOwnOut, shape), true, false),
      ),
    },
    dCompletions: {
      q: completionRows(dOwnQueries, shape, numHeads),
      k: completionRows(tf.matMul(onOwn, own.q, true, false), shape, numKvHeads),
      v: completionRows(tf.matMul(weights.onOwn, dOwnOut, true, false), shape, numKvHeads),
    },
  };
}
