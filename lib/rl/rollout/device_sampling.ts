/**
 * Drawing a token for every row where the logits are: what {@link drawToken} does, in float32, without
 * reading rows x vocabulary back.
 *
 * Shapes: B rows, V vocabulary, C candidates, X blocks of w tokens, V = X x w.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { isCut, type TokenSampling } from "./sampling.ts";

/** Likeliest tokens that are looked at first to find where the nucleus ends. */
const CANDIDATES = 256;

/**
 * How many candidates a draw looks at: none where nothing needs them, and all of V where the first
 * ones did not reach `topP`.
 */
export function candidateCount(
  { temperature, topK, topP }: TokenSampling,
  vocabSize: number,
  isRepeated: boolean,
): number {
  const cutsByRank = topP < 1 || (topK > 0 && topK < vocabSize);
  if (temperature === 0 || !cutsByRank) return 0;
  return isRepeated ? vocabSize : Math.min(vocabSize, Math.max(topK, CANDIDATES));
}

/** The divisor of V nearest to its root: rows are searched in two steps, blocks and then tokens. */
function blockWidth(vocabSize: number): number {
  let width = Math.floor(Math.sqrt(vocabSize));
  while (vocabSize % width !== 0) width--;
  return vocabSize / width;
}

/** `[B, 1]`: 1 where a number is true. */
function asNumber(x: tf.Tensor): tf.Tensor {
  return tf.cast(x, "float32");
}

/** The least weight that is drawn, and 1 where the candidates were enough to know it, `[B, 1]` each. */
function leastWeight(
  weights_B_V: tf.Tensor2D,
  { topK, topP, minP }: TokenSampling,
  candidates: number,
): { least: tf.Tensor2D; isKnown: tf.Tensor2D } {
  const [B, V] = weights_B_V.shape;
  if (candidates === 0) return { least: tf.fill([B, 1], minP), isKnown: tf.ones([B, 1]) };
  const sorted_B_C = tf.topk(weights_B_V, candidates).values as tf.Tensor2D;
  const hasTopK = topK > 0 && topK < V;
  let least: tf.Tensor2D = tf.fill([B, 1], minP);
  let left = sorted_B_C, leftMass = tf.sum(weights_B_V, 1, true) as tf.Tensor2D;
  if (hasTopK) {
    const atK = tf.slice(sorted_B_C, [0, topK - 1], [B, 1]);
    left = tf.mul(sorted_B_C, asNumber(tf.greaterEqual(sorted_B_C, atK)));
    leftMass = tf.sum(left, 1, true);
    least = tf.maximum(least, atK);
  }
  if (topP === 1) return { least, isKnown: tf.ones([B, 1]) };
  const reached_B_C = tf.cumsum(left, 1);
  const needed = tf.mul(leftMass, topP);
  const before = asNumber(tf.less(reached_B_C, needed));
  // The first candidate that reaches the mass: the weight where "before" goes from 1 to 0.
  const last = tf.oneHot(tf.cast(tf.sum(before, 1), "int32"), candidates) as tf.Tensor2D;
  least = tf.maximum(least, tf.sum(tf.mul(asNumber(last), sorted_B_C), 1, true));
  const known = tf.less(tf.sum(before, 1, true), candidates);
  return { least, isKnown: candidates === V ? tf.ones([B, 1]) : asNumber(known) as tf.Tensor2D };
}

/**
 * Index of the first entry whose running sum exceeds the target, never one behind the last that adds to
 * it; and the sum before that entry. `[B]` int32 and `[B, 1]`.
 */
function search(values_B_X: tf.Tensor2D, target_B_1: tf.Tensor2D) {
  const [B, X] = values_B_X.shape;
  const running = tf.cumsum(values_B_X, 1) as tf.Tensor2D;
  const whole = tf.slice(running, [0, X - 1], [B, 1]);
  const passed = asNumber(
    tf.logicalAnd(tf.lessEqual(running, target_B_1), tf.less(running, whole)),
  );
  return {
    index_B: tf.cast(tf.sum(passed, 1), "int32") as tf.Tensor1D,
    before_B_1: tf.max(tf.mul(running, passed), 1, true) as tf.Tensor2D,
    whole_B_1: whole,
  };
}

/**
 * Draws a token for every row. Plain operations on tensors; shapes depend on those of the logits and on
 * `candidates` alone. Differs from {@link drawToken} where a rounded sum meets the drawn number.
 *
 * @param uniforms_B in [0, 1), as `belowOne` gives them.
 * @param candidates see {@link candidateCount}.
 * @returns `[3, B]`: ids (exact below 2^24), log-probabilities (nats, at the temperature, before anything
 * is cut), and 1 where the draw counts: 0 asks for a draw with all of V as candidates.
 */
export function drawTokens(
  logits_B_V: tf.Tensor2D,
  uniforms_B: tf.Tensor1D,
  sampling: TokenSampling,
  candidates: number,
): tf.Tensor2D {
  return tf.tidy(() => {
    const [B, V] = logits_B_V.shape;
    const { temperature } = sampling;
    const shifted = tf.sub(logits_B_V, tf.max(logits_B_V, 1, true)) as tf.Tensor2D;
    const scaled = temperature === 0 || temperature === 1
      ? shifted
      : tf.mul(shifted, 1 / temperature) as tf.Tensor2D;
    const weights = tf.exp(scaled);
    const w = blockWidth(V), X = V / w;
    const blockSums = (x: tf.Tensor2D): tf.Tensor2D => tf.sum(tf.reshape(x, [B, X, w]), 2);
    const sums = blockSums(weights);
    const total_B = tf.sum(sums, 1) as tf.Tensor1D;
    const rows_B = tf.range(0, B, 1, "int32");
    const answer = (ids_B: tf.Tensor1D, isKnown_B: tf.Tensor1D): tf.Tensor2D => {
      const at = tf.add(tf.mul(rows_B, tf.scalar(V, "int32")), ids_B) as tf.Tensor1D;
      const chosen = tf.gather(tf.reshape(scaled, [B * V]), at);
      const logprobs = tf.sub(chosen, tf.log(total_B)) as tf.Tensor1D;
      return tf.stack([tf.cast(ids_B, "float32"), logprobs, isKnown_B]) as tf.Tensor2D;
    };
    if (temperature === 0) return answer(tf.argMax(logits_B_V, 1), tf.ones([B]));

    let kept = weights, keptSums = sums, isKnown = tf.ones([B, 1]) as tf.Tensor2D;
    if (isCut(sampling, V)) {
      const cut = leastWeight(weights, sampling, candidates);
      kept = tf.mul(weights, asNumber(tf.greaterEqual(weights, cut.least)));
      keptSums = blockSums(kept);
      isKnown = cut.isKnown;
    }
    const mass_B_1 = tf.sum(keptSums, 1, true) as tf.Tensor2D;
    const target: tf.Tensor2D = tf.mul(tf.reshape(uniforms_B, [B, 1]), mass_B_1);
    const block = search(keptSums, target);
    const blockRows = tf.add(tf.mul(rows_B, tf.scalar(X, "int32")), block.index_B) as tf.Tensor1D;
    const inside = tf.gather(tf.reshape(kept, [B * X, w]), blockRows) as tf.Tensor2D;
    const rest: tf.Tensor2D = tf.relu(tf.sub(target, block.before_B_1));
    const token = search(inside, rest);
    const ids = tf.add(tf.mul(block.index_B, tf.scalar(w, "int32")), token.index_B);
    return answer(ids as tf.Tensor1D, tf.reshape(isKnown, [B]));
  });
}
