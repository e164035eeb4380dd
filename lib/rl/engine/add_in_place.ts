/**
 * Sums of large tensors that need no memory beside their parts where the engine can change tensors in place.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { nativeBackend } from "./native_backend.ts";
import { changeInPlace, floatType } from "./native_variable.ts";

/**
 * `sum + more`, of equal shapes.
 *
 * @param sum Consumed, as is `more`.
 * @returns A tensor of the caller's.
 */
export function addInPlace(sum: tf.Tensor, more: tf.Tensor): tf.Tensor {
  const backend = nativeBackend();
  if (backend === null) {
    const added = tf.add(sum, more);
    tf.dispose([sum, more]);
    return added;
  }
  const [id] = backend.getInputTensorIds([more]);
  const [added] = changeInPlace(backend, [sum], ([variable]) => {
    const attributes = [floatType(backend, "dtype")];
    backend.binding.executeOp("AssignAddVariableOp", attributes, [variable!, id!], 0);
  });
  more.dispose();
  return added!;
}
