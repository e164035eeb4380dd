/**
 * A tensor as it comes from a file: plain numbers, no engine.
 *
 * @module
 */

/** Values in row-major order; `data.length` is the product of `shape` (1 for a scalar, `[]`). */
export interface TensorData {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Tensors by name. */
export type NamedTensors = ReadonlyMap<string, TensorData>;

/** The number of values that a shape holds. */
export function countValues(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
