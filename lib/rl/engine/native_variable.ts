/**
 * TensorFlow's variables, which its kernels change in place, around tensors of tfjs.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type { NativeBackend } from "./native_backend.ts";

/** Asks VarHandleOp for a variable without a name, which goes when its handle is deleted. */
const ANONYMOUS = "cd2c89b7-88b7-44c8-ad83-06c2a9158347";

/** The attribute that states float32 under the name that an operation has for it. */
export function floatType({ binding }: NativeBackend, name: string) {
  return { name, type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
}

/**
 * Runs kernels on float32 tensors as variables.
 *
 * @param tensors Consumed: where nothing else holds their data, the results take their place in memory.
 * @param change Gets the variables' ids.
 * @returns The variables' values afterwards, tensors of the caller's.
 */
export function changeInPlace(
  backend: NativeBackend,
  tensors: readonly tf.Tensor[],
  change: (variables: readonly number[]) => void,
): tf.Tensor[] {
  const { binding } = backend;
  const { TF_ATTR_SHAPE, TF_ATTR_STRING } = binding;
  const variables = tensors.map((tensor) => {
    const attributes = [
      floatType(backend, "dtype"),
      { name: "shape", type: TF_ATTR_SHAPE, value: tensor.shape },
      { name: "shared_name", type: TF_ATTR_STRING, value: ANONYMOUS },
    ];
    const variable = binding.executeOp("VarHandleOp", attributes, [], 1)[0]!.id;
    const [id] = backend.getInputTensorIds([tensor]);
    binding.executeOp("AssignVariableOp", [floatType(backend, "dtype")], [variable, id!], 0);
    // From here on the variable alone holds the data, so that a kernel need not copy it.
    tensor.dispose();
    return variable;
  });
  change(variables);
  return variables.map((variable) => {
    const attributes = [floatType(backend, "dtype")];
    const [value] = binding.executeOp("ReadVariableOp", attributes, [variable], 1);
    binding.deleteTensor(variable);
    return backend.createOutputTensor(value!);
  });
}
