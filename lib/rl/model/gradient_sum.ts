/**
 * Gradients by weight, added up over passes: each as soon as it is known, so that the gradients of one pass
 * never stand beside their sum. Those of the embedding and the head, the largest by far, are kept in pieces of
 * the vocabulary, and what belongs to single tokens as rows, until all is added.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { addInPlace } from "../engine/add_in_place.ts";
import { equalParts, type RowRange } from "./equal_parts.ts";
import { embeddingGradient } from "./ops.ts";

/** Most rows of a piece. */
const PIECE_ROWS = 4096;

/** Sums so far by the weights' names; owner of its tensors. */
export type GradientSum = {
  readonly whole: Record<string, tf.Tensor>;
  readonly pieces: Record<string, tf.Tensor2D[]>;
  /** To be added to a matrix's rows of these numbers. */
  readonly rows: Record<string, TokenRows[]>;
};

/** Gradients of a matrix's rows, each with the number of its row. A type rather than an interface for tf.dispose. */
export type TokenRows = {
  readonly ids_M: tf.Tensor1D;
  readonly rows_M_D: tf.Tensor2D;
};

/** Nothing yet. */
export function startGradientSum(): GradientSum {
  return { whole: {}, pieces: {}, rows: {} };
}

function added<T extends tf.Tensor>(sum: T | undefined, more: T): T {
  return sum === undefined ? more : addInPlace(sum, more) as T;
}

/** Adds one gradient, which it takes over. */
export function addGradient({ whole }: GradientSum, name: string, gradient: tf.Tensor): void {
  whole[name] = added(whole[name], gradient);
}

/** The pieces of V rows. */
export function vocabularyPieces(V: number): RowRange[] {
  return equalParts(V, PIECE_ROWS);
}

/** Adds the gradient of a piece of a matrix `[V, D]`, which it takes over. */
export function addPiece(
  { pieces }: GradientSum,
  name: string,
  index: number,
  gradient: tf.Tensor2D,
): void {
  const own = pieces[name] ??= [];
  own[index] = added(own[index], gradient);
}

/**
 * Adds gradients of single rows of a matrix `[V, D]`, which it takes over. They wait as they are: as a matrix
 * they would be V rows.
 */
export function addRows(sum: GradientSum, name: string, V: number, more: TokenRows): void {
  const waiting = sum.rows[name] ??= [];
  waiting.push(more);
  if (waiting.reduce((count, { ids_M }) => count + ids_M.size, 0) > V) foldRows(sum, name, V);
}

/** Adds waiting rows to the matrix's pieces. */
function foldRows({ pieces, rows }: GradientSum, name: string, V: number): void {
  const waiting = rows[name]!;
  delete rows[name];
  const own = pieces[name] ??= [];
  tf.tidy(() => {
    const all_M_D: tf.Tensor2D = tf.concat(waiting.map(({ rows_M_D }) => rows_M_D), 0);
    const matrix_V_D = embeddingGradient(all_M_D, tf.concat(waiting.map(({ ids_M }) => ids_M)), V);
    for (const [i, { begin, size }] of vocabularyPieces(V).entries()) {
      const piece = tf.slice(matrix_V_D, [begin, 0], [size, matrix_V_D.shape[1]]);
      own[i] = tf.keep(added(own[i], piece));
    }
  });
  tf.dispose(waiting);
}

/**
 * All sums by the weights' names. Consumes `sum`.
 *
 * @param V Rows of the embedding and the head.
 */
export function joinGradients(sum: GradientSum, V: number): Record<string, tf.Tensor> {
  for (const name of Object.keys(sum.rows)) foldRows(sum, name, V);
  const joined = { ...sum.whole };
  for (const [name, own] of Object.entries(sum.pieces)) {
    joined[name] = tf.concat(own, 0);
    tf.dispose(own);
  }
  return joined;
}
