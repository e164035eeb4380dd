/**
 * Matrix products of the wasm engine. The package's product of two matrices (XNNPACK) computes two thirds as
 * much a second, and needs transposes written out; its batched one is a plain loop.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type HeapBackend, replaceKernels, type WasmModule } from "./wasm_module.ts";

/** Bytes from a matrix of a batch to the next: 0 where one matrix meets all of the other factor's. */
function batchStep({ shape }: tf.TensorInfo, batch: number): number {
  const [p, q] = shape.slice(-2) as [number, number];
  const own = tf.util.sizeFromShape(shape.slice(0, -2));
  if (own !== batch && own !== 1) {
    throw new RangeError(
      `Cannot multiply: a factor must have 1 matrix or as many as the other, ${batch}: ` +
        `current value is ${own}, shape [${shape}]. Tile it first`,
    );
  }
  return own === 1 ? 0 : 4 * p * q;
}

/** Registers the kernels; once, after the backend is set. */
export function registerWasmProducts(module: WasmModule): void {
  const backend = tf.backend() as unknown as HeapBackend;

  const batchMatMul: tf.KernelFunc = ({ inputs, attrs }) => {
    const { transposeA, transposeB } = attrs as unknown as Record<string, boolean>;
    const a = inputs["a"] as tf.Tensor, b = inputs["b"] as tf.Tensor;
    if (a.dtype !== "float32" || b.dtype !== "float32") {
      throw new TypeError(
        `Cannot multiply: both factors must be float32: current values are ${a.dtype} and ${b.dtype}. ` +
          `Cast them first`,
      );
    }
    const outer = tf.broadcast_util.assertAndGetBroadcastShape(
      a.shape.slice(0, -2),
      b.shape.slice(0, -2),
    );
    const batch = tf.util.sizeFromShape(outer);
    const [p, q] = a.shape.slice(-2) as [number, number];
    const [rows, inner] = transposeA ? [q, p] : [p, q];
    const columns = transposeB ? b.shape.at(-2)! : b.shape.at(-1)!;
    const out = backend.makeOutput([...outer, rows, columns], "float32");
    if (inner === 0) backend.typedArrayFromHeap(out).fill(0);
    module.call(
      "product",
      module.addressOf(a),
      module.addressOf(b),
      module.addressOf(out),
      batch,
      batchStep(a, batch),
      batchStep(b, batch),
      rows,
      inner,
      columns,
      transposeA!,
      transposeB!,
      module.scratch,
    );
    return out;
  };

  replaceKernels({ BatchMatMul: batchMatMul });
}
