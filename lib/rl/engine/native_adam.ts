/**
 * TensorFlow's own kernel of Adam, which updates in place and in one pass over the memory.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { NativeBackend } from "./native_backend.ts";
import { changeInPlace, floatType } from "./native_variable.ts";

/** A parameter and the running means of its gradient and of the gradient's square. */
export interface AdamTensors {
  readonly weight: tf.Tensor;
  readonly m: tf.Tensor;
  readonly v: tf.Tensor;
}

/**
 * One step of Adam: m += (1 - beta1)(g - m), v += (1 - beta2)(g^2 - v), weight -= stepSize m / (sqrt(v) + epsilon).
 *
 * @param tensors Consumed: where nothing else holds their data, the results take their place in memory.
 * @param gradient Stays the caller's.
 * @returns Tensors of the caller's.
 */
export function nativeAdam(
  backend: NativeBackend,
  tensors: AdamTensors,
  gradient: tf.Tensor,
  { stepSize, beta1, beta2, epsilon }: {
    readonly stepSize: number;
    readonly beta1: number;
    readonly beta2: number;
    readonly epsilon: number;
  },
): AdamTensors {
  const { binding } = backend;
  const off = (name: string) => ({ name, type: binding.TF_ATTR_BOOL, value: false });
  const attributes = [floatType(backend, "T"), off("use_locking"), off("use_nesterov")];
  // The kernel divides the step size by 1 - beta1_power and multiplies it by sqrt(1 - beta2_power).
  const scalars = [0, 0, stepSize, beta1, beta2, epsilon].map((x) => tf.scalar(x));
  const inputs = backend.getInputTensorIds([...scalars, gradient]);
  const { weight, m, v } = tensors;
  const updated = changeInPlace(backend, [weight, m, v], (variables) => {
    binding.executeOp("ResourceApplyAdam", attributes, [...variables, ...inputs], 0);
  });
  tf.dispose(scalars);
  return { weight: updated[0]!, m: updated[1]!, v: updated[2]! };
}
