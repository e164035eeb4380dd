/**
 * The part of tfjs-node's backend that graphs and operations by name need, without its package.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** An attribute of an operation, as the binding takes it. */
export interface NativeAttribute {
  readonly name: string;
  /** One of the binding's TF_ATTR_ numbers. */
  readonly type: number;
  readonly value: unknown;
}

/** A tensor of TensorFlow's as the binding names it. */
export interface NativeTensor {
  readonly id: number;
  readonly shape: number[];
  /** One of the binding's TF_ numbers. */
  readonly dtype: number;
}

/** TensorFlow's C interface as the package's native half offers it. */
export interface NativeBinding {
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_BOOL: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  createTensor(shape: number[], dtype: number, values: ArrayLike<number>): number;
  deleteTensor(id: number): void;
  executeOp(
    op: string,
    attributes: readonly NativeAttribute[],
    inputIds: readonly number[],
    outputCount: number,
  ): NativeTensor[];
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(id: number): void;
  runSavedModel(
    id: number,
    inputIds: readonly number[],
    inputNames: string,
    outputNames: string,
  ): NativeTensor[];
}

/** tfjs-node's backend. */
export interface NativeBackend {
  readonly isUsingGpuDevice: boolean;
  binding: NativeBinding;
  /** Makes data in this process, which is uploaded at its first use. */
  write(values: object, shape: number[], dtype: tf.DataType): object;
  /** The ids of tensors, uploaded now if they were not yet. */
  getInputTensorIds(tensors: readonly tf.Tensor[]): number[];
  createOutputTensor(tensor: NativeTensor): tf.Tensor;
}

/** The tensorflow engine's backend if it is the one in use, else null. */
export function nativeBackend(): NativeBackend | null {
  return tf.getBackend() === "tensorflow" ? tf.backend() as unknown as NativeBackend : null;
}

/**
 * Runs an operation of TensorFlow's by its name, for what tfjs has no kernel for or a slower one. Without
 * a gradient.
 *
 * @param attributes By name; numbers are types (TF_FLOAT, ...) where the operation says so.
 */
export function nativeOp(
  backend: NativeBackend,
  op: string,
  attributes: readonly NativeAttribute[],
  inputs: readonly tf.Tensor[],
): tf.Tensor {
  const ids = backend.getInputTensorIds(inputs);
  return backend.createOutputTensor(backend.binding.executeOp(op, attributes, ids, 1)[0]!);
}
