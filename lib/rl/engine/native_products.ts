/**
 * Matrix products on the tensorflow engine by oneDNN, whose kernels are up to twice as fast for batches,
 * transposes and few rows.
 *
 * They are called by name: with its switch TF_ENABLE_ONEDNN_OPTS TensorFlow also takes oneDNN's allocator,
 * which keeps all memory that it ever took (a fifth of a step's peak).
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type NativeAttribute, type NativeBackend, nativeOp } from "./native_backend.ts";

/** Under which label oneDNN's kernels are registered. */
const ONEDNN_LABEL = "MklNameChangeOp";

/** Whether the loaded library has oneDNN's kernels for the device. */
let hasOneDnn = false;

/** The product of two matrices, or of two batches of them. */
function product(
  backend: NativeBackend,
  op: "MatMul" | "BatchMatMulV2",
  a: tf.Tensor,
  b: tf.Tensor,
  transposeA: boolean,
  transposeB: boolean,
  byOneDnn: boolean,
): tf.Tensor {
  const { TF_ATTR_BOOL, TF_ATTR_STRING, TF_ATTR_TYPE, TF_FLOAT, TF_INT32 } = backend.binding;
  const [nameA, nameB] = op === "MatMul" ? ["transpose_a", "transpose_b"] : ["adj_x", "adj_y"];
  const attributes: NativeAttribute[] = [
    { name: "T", type: TF_ATTR_TYPE, value: a.dtype === "int32" ? TF_INT32 : TF_FLOAT },
    { name: nameA!, type: TF_ATTR_BOOL, value: transposeA },
    { name: nameB!, type: TF_ATTR_BOOL, value: transposeB },
  ];
  if (!byOneDnn || a.dtype !== "float32") return nativeOp(backend, op, attributes, [a, b]);
  const label = { name: "_kernel", type: TF_ATTR_STRING, value: ONEDNN_LABEL };
  return nativeOp(backend, `_Mkl${op}`, [...attributes, label], [a, b]);
}

/** TensorFlow's MatMul, which tfjs has no kernel for: the product of two matrices of float32. */
export function nativeProduct(
  backend: NativeBackend,
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  transposeA: boolean,
  transposeB: boolean,
): tf.Tensor2D {
  // A single row is a matter of memory alone, and TensorFlow's own kernel starts sooner.
  const byOneDnn = hasOneDnn && a.shape[0] > 1;
  return product(backend, "MatMul", a, b, transposeA, transposeB, byOneDnn) as tf.Tensor2D;
}

/** Takes oneDNN's kernels where there are any; once, after the backend is set. */
export function registerNativeProducts(backend: NativeBackend): void {
  hasOneDnn = findOneDnn(backend);
  const backendName = "tensorflow";
  tf.unregisterKernel("BatchMatMul", backendName);
  tf.registerKernel({
    kernelName: "BatchMatMul",
    backendName,
    kernelFunc: ({ inputs, attrs }) => {
      const { transposeA, transposeB } = attrs as unknown as Record<string, boolean>;
      const a = inputs["a"] as tf.Tensor, b = inputs["b"] as tf.Tensor;
      return product(backend, "BatchMatMulV2", a, b, transposeA!, transposeB!, hasOneDnn);
    },
  });
}

/** Tries both kernels: a build for another processor lacks them, and on a card TensorFlow's own are at home. */
function findOneDnn(backend: NativeBackend): boolean {
  if (backend.isUsingGpuDevice) return false;
  return tf.tidy(() => {
    const x = tf.ones([2, 2, 2]), y = tf.ones([2, 2]);
    try {
      product(backend, "BatchMatMulV2", x, x, false, false, true);
      product(backend, "MatMul", y, y, false, false, true);
      return true;
    } catch {
      return false;
    }
  });
}
