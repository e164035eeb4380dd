/**
 * The language-model head: log-probabilities and entropies of labels, in blocks of the vocabulary, so that
 * rows x vocabulary never stands in memory as a whole.
 *
 * Shapes: M rows, D width, V vocabulary, W a block of it.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { runCompiled } from "../graph/compile.ts";
import { equalParts, type RowRange } from "./equal_parts.ts";
import { vocabularyPieces } from "./gradient_sum.ts";
import { matMul } from "./ops.ts";

/** Most logits of one block: 24 MiB of float32, which allocators keep where larger ones go back to the system. */
const BLOCK_LOGITS = 6 * 1024 * 1024;

/** Log-probability of each row's label and entropy (nats) of each row's distribution. */
export interface LabelLogprobs {
  readonly logprobs_M: tf.Tensor1D;
  readonly entropies_M: tf.Tensor1D;
  /** Logarithm of the sum of the exponentials of each row's logits, for the backward pass. */
  readonly logSums_M: tf.Tensor1D;
}

/** `logits = hidden . head^T / temperature`, `[M, V]`. */
export function headLogits(
  hidden_M_D: tf.Tensor2D,
  head_V_D: tf.Tensor2D,
  temperature: number,
): tf.Tensor2D {
  const logits = matMul(hidden_M_D, head_V_D, false, true);
  return temperature === 1 ? logits : tf.mul(logits, 1 / temperature);
}

/** A piece of the vocabulary in blocks whose logits for M rows are not too many. */
export function headBlocks(M: number, { begin, size }: RowRange): RowRange[] {
  return equalParts(size, BLOCK_LOGITS / M)
    .map((block) => ({ begin: begin + block.begin, size: block.size }));
}

/** A block's rows of the head, for the caller to dispose. */
function takeRows(head_V_D: tf.Tensor2D, { begin, size }: RowRange): tf.Tensor2D {
  return tf.slice(head_V_D, [begin, 0], [size, head_V_D.shape[1]]);
}

function column(x_M: tf.Tensor1D): tf.Tensor2D {
  return tf.reshape(x_M, [-1, 1]);
}

/** Sums over the blocks so far, relative to the largest logit so far; columns `[M, 1]`. */
type RunningSums = {
  readonly largest: tf.Tensor2D;
  /** Of exp(logit - largest). */
  readonly total: tf.Tensor2D;
  /** Of exp(logit - largest) (logit - largest). */
  readonly weighted: tf.Tensor2D;
};

/** Adds a block's logits to the sums, which move to the larger of both maxima (online softmax). */
function addBlock(
  { hidden, block, largest, total, weighted }: RunningSums & {
    readonly hidden: tf.Tensor2D;
    readonly block: tf.Tensor2D;
  },
): RunningSums {
  const logits = matMul(hidden, block, false, true);
  const next: tf.Tensor2D = tf.maximum(largest, tf.max(logits, -1, true));
  const move = tf.sub(largest, next);
  const decay = tf.exp(move);
  const shifted = tf.sub(logits, next);
  const weights = tf.exp(shifted);
  const moved = tf.mul(tf.add(weighted, tf.mul(total, move)), decay);
  return {
    largest: next,
    total: tf.add(tf.mul(total, decay), tf.sum(weights, -1, true)),
    weighted: tf.add(moved, tf.sum(tf.mul(weights, shifted), -1, true)),
  };
}

/**
 * Forward pass of the head. The label's own logit is a product of two rows, so it may differ in rounding from
 * the one within the sum; log-probabilities are therefore cut at 0.
 */
export function labelLogprobs(
  hidden_M_D: tf.Tensor2D,
  head_V_D: tf.Tensor2D,
  labels_M: tf.Tensor1D,
  temperature: number,
): LabelLogprobs {
  return tf.tidy(() => {
    const M = hidden_M_D.shape[0];
    const hidden: tf.Tensor2D = tf.mul(hidden_M_D, 1 / temperature);
    let sums: RunningSums = {
      largest: tf.fill([M, 1], -1e30),
      total: tf.zeros([M, 1]),
      weighted: tf.zeros([M, 1]),
    };
    const pieces = vocabularyPieces(head_V_D.shape[0]);
    for (const rows of pieces.flatMap((piece) => headBlocks(M, piece))) {
      const block = takeRows(head_V_D, rows);
      const next = runCompiled("head", { ...sums, hidden, block }, addBlock);
      tf.dispose([sums, block]);
      sums = next;
    }
    const { largest, total, weighted } = sums;
    const labelLogits = tf.sum(tf.mul(hidden, tf.gather(head_V_D, labels_M)), -1, true);
    const logTotal = tf.log(total);
    const logSums = tf.add(largest, logTotal);
    const row = (x: tf.Tensor): tf.Tensor1D => tf.reshape(x, [M]);
    return {
      logprobs_M: row(tf.minimum(tf.sub(labelLogits, logSums), 0)),
      entropies_M: row(tf.sub(logTotal, tf.div(weighted, total))),
      logSums_M: row(logSums),
    };
  });
}

/** The head's gradients, but for those of its blocks. */
export interface HeadGradient {
  readonly dHidden_M_D: tf.Tensor2D;
  /** What comes by way of the labels' own logits: to be added to the head's row of each label. */
  readonly dLabelRows_M_D: tf.Tensor2D;
}

type BlockInputs = {
  readonly hidden: tf.Tensor2D;
  readonly block: tf.Tensor2D;
  readonly logSums: tf.Tensor2D;
  readonly entropies: tf.Tensor2D;
  readonly dLogprobs: tf.Tensor2D;
  readonly dEntropies: tf.Tensor2D;
  readonly dHidden: tf.Tensor2D;
};

/** Adds a block's part to `dHidden`, and gives the block's own gradient. */
function blockGradient(
  { hidden, block, logSums, entropies, dLogprobs, dEntropies, dHidden }: BlockInputs,
): { dHidden: tf.Tensor2D; dLogits: tf.Tensor2D } {
  const logprobs = tf.sub(matMul(hidden, block, false, true), logSums);
  const offset = tf.add(dLogprobs, tf.mul(dEntropies, entropies));
  const slope = tf.neg(tf.add(tf.mul(logprobs, dEntropies), offset));
  const dLogits: tf.Tensor2D = tf.mul(tf.exp(logprobs), slope);
  return { dHidden: tf.add(dHidden, matMul(dLogits, block)), dLogits };
}

/**
 * Backward pass of {@link labelLogprobs}: the logits are computed again, block by block.
 * With p the row's distribution and h its entropy,
 * dlogit_j = dlogprob * (1[j = label] - p_j) - dentropy * p_j * (log p_j + h).
 *
 * Call inside tf.tidy.
 *
 * @param takePiece gets, and takes over, all of the gradient of a piece of the head but what comes by way of the
 * labels' own logits; null leaves it out.
 */
export function labelLogprobsGradient(
  hidden_M_D: tf.Tensor2D,
  head_V_D: tf.Tensor2D,
  labels_M: tf.Tensor1D,
  temperature: number,
  { entropies_M, logSums_M }: LabelLogprobs,
  dLogprobs_M: tf.Tensor1D,
  dEntropies_M: tf.Tensor1D,
  takePiece: ((piece: number, dPiece: tf.Tensor2D) => void) | null,
): HeadGradient {
  const [M, D] = hidden_M_D.shape;
  const hidden: tf.Tensor2D = tf.mul(hidden_M_D, 1 / temperature);
  const rows = {
    logSums: column(logSums_M),
    entropies: column(entropies_M),
    dLogprobs: column(dLogprobs_M),
    dEntropies: column(dEntropies_M),
  };
  let dHidden: tf.Tensor2D = tf.zeros([M, D]);
  for (const [index, piece] of vocabularyPieces(head_V_D.shape[0]).entries()) {
    const dBlocks: tf.Tensor2D[] = [];
    for (const part of headBlocks(M, piece)) {
      const block = takeRows(head_V_D, part);
      const inputs = { hidden, block, ...rows, dHidden };
      if (takePiece === null) {
        const next = runCompiled("frozen head back", inputs, (inputs) => ({
          dHidden: blockGradient(inputs).dHidden,
        }));
        tf.dispose([dHidden, block]);
        dHidden = next.dHidden;
      } else {
        const next = runCompiled("head back", inputs, (inputs) => {
          const { dHidden, dLogits } = blockGradient(inputs);
          return { dHidden, dBlock: matMul(dLogits, inputs.hidden, true) };
        });
        tf.dispose([dHidden, block]);
        dHidden = next.dHidden;
        dBlocks.push(next.dBlock);
      }
    }
    if (takePiece === null) continue;
    takePiece(index, tf.concat(dBlocks, 0) as tf.Tensor2D);
    tf.dispose(dBlocks);
  }
  const ofLabels = tf.mul(rows.dLogprobs, tf.gather(head_V_D, labels_M));
  return {
    dHidden_M_D: tf.mul(tf.add(dHidden, ofLabels), 1 / temperature) as tf.Tensor2D,
    dLabelRows_M_D: tf.mul(rows.dLogprobs, hidden) as tf.Tensor2D,
  };
}
