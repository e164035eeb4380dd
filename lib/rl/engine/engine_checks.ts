import { assertAlmostEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";

/**
 * Checks values and gradients of the present tfjs backend against a case worked by hand.
 *
 * With A = [[1, 2], [3, 4]], B = [[5, 6], [7, 8]] and f(A) = sum((A B)^2): A B = [[19, 22],
 * [43, 50]], f = 361 + 484 + 1849 + 2500 = 5194, and df/dA = 2 (A B) B^T = [[454, 618], [1030,
 * 1402]].
 */
export function checkArithmetic(): void {
  const left = tf.tensor2d([[1, 2], [3, 4]]);
  const right = tf.tensor2d([[5, 6], [7, 8]]);
  const sumOfSquares = (matrix: tf.Tensor) => tf.sum(tf.square(tf.matMul(matrix, right)));
  const { value, grad } = tf.valueAndGrad(sumOfSquares)(left);
  assertAlmostEquals(value.dataSync()[0] ?? NaN, 5194, 1e-3);
  const expected = [454, 618, 1030, 1402];
  grad.dataSync().forEach((entry, i) => assertAlmostEquals(entry, expected[i] ?? NaN, 1e-3));
}
