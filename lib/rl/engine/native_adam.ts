/**
 * TensorFlow's own kernel of Adam, which updates in place and in one pass over the memory.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { NativeBackend } from "./native_backend.ts";

/** A parameter and the running means of its gradient and of the gradient's square. */
export interface AdamTensors {
  readonly weight: tf.Tensor;
  readonly m: tf.Tensor;
  readonly v: tf.Tensor;
}

/** Asks VarHandleOp for a variable without a name, which goes when its handle is deleted. */
const ANONYMOUS = "cd2c89b7-88b7-44c8-ad83-06c2a9158347";

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
  const { TF_ATTR_TYPE, TF_ATTR_SHAPE, TF_ATTR_STRING, TF_ATTR_BOOL, TF_FLOAT } = binding;
  const type = (name: string) => ({ name, type: TF_ATTR_TYPE, value: TF_FLOAT });
  const off = (name: string) => ({ name, type: TF_ATTR_BOOL, value: false });
  const variables = [tensors.weight, tensors.m, tensors.v].map((tensor) => {
    const attributes = [
      type("dtype"),
      { name: "shape", type: TF_ATTR_SHAPE, value: tensor.shape },
      { name: "shared_name", type: TF_ATTR_STRING, value: ANONYMOUS },
    ];
    const variable = binding.executeOp("VarHandleOp", attributes, [], 1)[0]!.id;
    const [id] = backend.getInputTensorIds([tensor]);
    binding.executeOp("AssignVariableOp", [type("dtype")], [variable, id!], 0);
    // From here on the variable alone holds the data, so that the kernel need not copy it.
    tensor.dispose();
    return variable;
  });
  // The kernel divides the step size by 1 - beta1_power and multiplies it by sqrt(1 - beta2_power).
  const scalars = [0, 0, stepSize, beta1, beta2, epsilon].map((x) => tf.scalar(x));
  const inputs = backend.getInputTensorIds([...scalars, gradient]);
  const attributes = [type("T"), off("use_locking"), off("use_nesterov")];
  binding.executeOp("ResourceApplyAdam", attributes, [...variables, ...inputs], 0);
  tf.dispose(scalars);
  const [weight, m, v] = variables.map((variable) => {
    const [value] = binding.executeOp("ReadVariableOp", [type("dtype")], [variable], 1);
    binding.deleteTensor(variable);
    return backend.createOutputTensor(value!);
  });
  return { weight: weight!, m: m!, v: v! };
}
