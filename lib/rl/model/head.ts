/**
 * The language-model head: log-probabilities and entropies of labels, in chunks of rows, so that
 * rows x vocabulary never stands in memory as a whole.
 *
 * Shapes: M rows, D width, V vocabulary.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { matMul, oneHotRows } from "./ops.ts";

/** Most numbers of one chunk's logits: 64 MiB of float32. */
export const CHUNK_LOGITS = 16 * 1024 * 1024;

/** Log-probability of each row's label and entropy (nats) of each row's distribution. */
export interface LabelLogprobs {
  readonly logprobs_M: tf.Tensor1D;
  readonly entropies_M: tf.Tensor1D;
}

/** `logits = hidden . head^T / temperature`, `[M, V]`. */
export function headLogits(
  hidden_M_D: tf.Tensor2D,
  head_V_D: tf.Tensor2D,
  temperature: number,
): tf.Tensor2D {
  const logits = matMul(hidden_M_D, head_V_D, true);
  return temperature === 1 ? logits : tf.mul(logits, 1 / temperature);
}

function chunkRows(M: number, V: number): [begin: number, size: number][] {
  const size = Math.max(1, Math.floor(CHUNK_LOGITS / V));
  const chunks: [number, number][] = [];
  for (let begin = 0; begin < M; begin += size) chunks.push([begin, Math.min(size, M - begin)]);
  return chunks;
}

function logSoftmax(logits_M_V: tf.Tensor2D): tf.Tensor2D {
  const shifted = tf.sub(logits_M_V, tf.max(logits_M_V, -1, true));
  return tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), -1, true)));
}

/** Forward pass of the head. */
export function labelLogprobs(
  hidden_M_D: tf.Tensor2D,
  head_V_D: tf.Tensor2D,
  labels_M: tf.Tensor1D,
  temperature: number,
): LabelLogprobs {
  return tf.tidy(() => {
    const [M, D] = hidden_M_D.shape, V = head_V_D.shape[0];
    const parts = chunkRows(M, V).map(([begin, size]) =>
      tf.tidy(() => {
        const hidden = tf.slice(hidden_M_D, [begin, 0], [size, D]);
        const all = logSoftmax(headLogits(hidden, head_V_D, temperature));
        const label = oneHotRows(tf.slice(labels_M, begin, size), V);
        return [tf.sum(tf.mul(all, label), -1), tf.neg(tf.sum(tf.mul(tf.exp(all), all), -1))];
      })
    );
    return {
      logprobs_M: tf.concat(parts.map(([logprob]) => logprob!)) as tf.Tensor1D,
      entropies_M: tf.concat(parts.map(([, entropy]) => entropy!)) as tf.Tensor1D,
    };
  });
}

/**
 * Backward pass of {@link labelLogprobs}: the logits are computed again, chunk by chunk.
 * With p the row's distribution and h its entropy,
 * dlogit_j = dlogprob * (1[j = label] - p_j) - dentropy * p_j * (log p_j + h).
 */
export function labelLogprobsGradient(
  hidden_M_D: tf.Tensor2D,
  head_V_D: tf.Tensor2D,
  labels_M: tf.Tensor1D,
  temperature: number,
  dLogprobs_M: tf.Tensor1D,
  dEntropies_M: tf.Tensor1D,
): { dHidden_M_D: tf.Tensor2D; dHead_V_D: tf.Tensor2D } {
  return tf.tidy(() => {
    const [M, D] = hidden_M_D.shape, V = head_V_D.shape[0];
    const dHidden: tf.Tensor2D[] = [];
    let dHead_V_D: tf.Tensor2D | undefined;
    for (const [begin, size] of chunkRows(M, V)) {
      const [dh, dw] = tf.tidy(() => {
        const hidden = tf.slice(hidden_M_D, [begin, 0], [size, D]);
        const column = (x: tf.Tensor1D) => tf.reshape(tf.slice(x, begin, size), [size, 1]);
        const all = logSoftmax(headLogits(hidden, head_V_D, temperature));
        const p = tf.exp(all);
        const entropy = tf.neg(tf.sum(tf.mul(p, all), -1, true));
        const label = oneHotRows(tf.slice(labels_M, begin, size), V);
        const dLogprob = column(dLogprobs_M);
        const spread = tf.add(dLogprob, tf.mul(column(dEntropies_M), tf.add(all, entropy)));
        const dLogits = tf.mul(
          tf.sub(tf.mul(label, dLogprob), tf.mul(p, spread)),
          1 / temperature,
        ) as tf.Tensor2D;
        const dLogitsT = tf.transpose(dLogits) as tf.Tensor2D;
        return [matMul(dLogits, head_V_D), matMul(dLogitsT, hidden)] as const;
      });
      dHidden.push(dh);
      const sum: tf.Tensor2D = dHead_V_D === undefined ? dw : tf.add(dHead_V_D, dw);
      if (dHead_V_D !== undefined) tf.dispose([dHead_V_D, dw]);
      dHead_V_D = sum;
    }
    return { dHidden_M_D: tf.concat(dHidden, 0) as tf.Tensor2D, dHead_V_D: dHead_V_D! };
  });
}
