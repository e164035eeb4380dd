/**
 * Gradients by weight, added up over passes: each as soon as it is known, so that the gradients of one pass
 * never stand beside their sum. Those of the embedding and the head, the largest by far, are kept in pieces of
 * the vocabulary until all is added.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { addInPlace } from "../engine/add_in_place.ts";

/** Most rows of a piece. */
const PIECE_ROWS = 4096;

/** Sums so far by the weights' names; owner of its tensors. */
export type GradientSum = {
  readonly whole: Record<string, tf.Tensor>;
  readonly pieces: Record<string, tf.Tensor2D[]>;
};

/** Nothing yet. */
export function startGradientSum(): GradientSum {
  return { whole: {}, pieces: {} };
}

function added<T extends tf.Tensor>(sum: T | undefined, more: T): T {
  return sum === undefined ? more : addInPlace(sum, more) as T;
}

/** Adds one gradient, which it takes over. */
export function addGradient({ whole }: GradientSum, name: string, gradient: tf.Tensor): void {
  whole[name] = added(whole[name], gradient);
}

/** Some of the vocabulary's rows. */
export interface VocabularyPiece {
  readonly begin: number;
  readonly size: number;
}

/** The pieces of V rows. */
export function vocabularyPieces(V: number): VocabularyPiece[] {
  const size = Math.ceil(V / Math.ceil(V / PIECE_ROWS));
  return Array.from({ length: Math.ceil(V / size) }, (_, i) => ({
    begin: i * size,
    size: Math.min(size, V - i * size),
  }));
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

/** Adds the gradient of a whole matrix `[V, D]`, which it takes over, in pieces. */
export function addInPieces(sum: GradientSum, name: string, gradient: tf.Tensor2D): void {
  const [V, D] = gradient.shape;
  for (const [index, { begin, size }] of vocabularyPieces(V).entries()) {
    addPiece(sum, name, index, tf.slice(gradient, [begin, 0], [size, D]));
  }
  gradient.dispose();
}

/** All sums by the weights' names. Consumes `sum`. */
export function joinGradients({ whole, pieces }: GradientSum): Record<string, tf.Tensor> {
  const joined = { ...whole };
  for (const [name, own] of Object.entries(pieces)) {
    joined[name] = tf.concat(own, 0);
    tf.dispose(own);
  }
  return joined;
}
