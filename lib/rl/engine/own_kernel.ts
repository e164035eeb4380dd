/**
 * Kernels of the project's own, which only the wasm engine has: several operations in one.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** Whether the engine in use has them. */
export function hasOwnKernels(): boolean {
  return tf.getBackend() === "wasm";
}

/** Runs one by its name; without a gradient. */
export function runOwnKernel(
  name: string,
  inputs: tf.NamedTensorMap,
  attributes: tf.NamedAttrMap = {},
): tf.Tensor[] {
  return [tf.engine().runKernel(name, inputs, attributes)].flat() as tf.Tensor[];
}
