/**
 * Batched products and the cache's shift for the wasm engine. The package's batched product is a plain
 * loop; only its product of two matrices is fast (XNNPACK). Here a batch of large matrices is cut into
 * such products where it lies, without slices. A product with the same right factor at every step keeps
 * what XNNPACK makes of it.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** What these kernels need of the wasm backend: its heap, and names for parts of it. */
interface HeapBackend {
  readonly dataIdMap: { get(dataId: tf.DataId): { readonly id: number; memoryOffset: number } };
  dataIdNextNumber: number;
  readonly wasm: {
    cwrap(name: string, result: null, parameters: string[]): (...args: unknown[]) => void;
    readonly tfjs: {
      registerTensor(id: number, size: number, memoryOffset: number): void;
      disposeData(id: number): void;
    };
  };
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  disposeData(dataId: tf.DataId, force?: boolean): boolean;
  typedArrayFromHeap(info: tf.TensorInfo): Float32Array;
}

/** Names of a tensor's matrices, and the copy that they lie in if it had to be transposed. */
interface KeptParts {
  readonly ids: readonly number[];
  readonly copy: tf.TensorInfo | null;
}

/** Below so many multiplications a matrix, a call of its own costs more than the package's loop. */
const LEAST_PRODUCT = 32_768;

function bytesOf(shape: readonly number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(shape).buffer);
}

/** `x` with its last two axes swapped. */
function swapped(x: tf.TensorInfo, backend: HeapBackend): tf.TensorInfo {
  const rank = x.shape.length;
  const perm = x.shape.map((_, d) => d < rank - 2 ? d : 2 * rank - 3 - d);
  const { kernelFunc } = tf.getKernel("Transpose", "wasm");
  return kernelFunc({
    inputs: { x: x as tf.Tensor },
    backend: backend as unknown as object,
    attrs: { perm },
  }) as tf.TensorInfo;
}

/** Names matrix `index` of a batch; the package's own kernels know tensors by such names. */
function namePart(backend: HeapBackend, info: tf.TensorInfo, index: number, size: number): number {
  const id = backend.dataIdNextNumber++;
  const { memoryOffset } = backend.dataIdMap.get(info.dataId);
  backend.wasm.tfjs.registerTensor(id, size, memoryOffset + 4 * index * size);
  return id;
}

/** Registers the kernels; once, after the backend is set. */
export function registerWasmProducts(): void {
  const packageProduct = tf.getKernel("BatchMatMul", "wasm").kernelFunc;
  const backend = tf.backend() as unknown as HeapBackend;
  const { tfjs } = backend.wasm;
  const multiply = backend.wasm.cwrap(
    "BatchMatMul",
    null,
    ["number", "array", "number", "number", "array", "number", "number", "number", "number"],
  );

  /** Matrix by matrix: `left [.., rows, inner]` with the named parts of the right factor. */
  const multiplyParts = (
    left: tf.TensorInfo,
    rightIds: readonly number[],
    columns: number,
  ): tf.TensorInfo => {
    const [rows, inner] = left.shape.slice(-2) as [number, number];
    const out = backend.makeOutput([...left.shape.slice(0, -1), columns], "float32");
    const leftShape = bytesOf([1, rows, inner]), rightShape = bytesOf([1, inner, columns]);
    rightIds.forEach((right, i) => {
      const a = namePart(backend, left, i, rows * inner);
      const y = namePart(backend, out, i, rows * columns);
      multiply(a, leftShape, 3, right, rightShape, 3, 0, 0, y);
      tfjs.disposeData(a);
      tfjs.disposeData(y);
    });
    return out;
  };
  const nameParts = (x: tf.TensorInfo): number[] => {
    const size = x.shape.at(-1)! * x.shape.at(-2)!;
    const batch = x.shape.reduce((a, b) => a * b, 1) / size;
    return Array.from({ length: batch }, (_, i) => namePart(backend, x, i, size));
  };

  const batchMatMul: tf.KernelFunc = (args) => {
    const { transposeA, transposeB } = args.attrs as unknown as Record<string, boolean>;
    const a = args.inputs["a"] as tf.Tensor, b = args.inputs["b"] as tf.Tensor;
    const outer = a.shape.slice(0, -2);
    const [p, q] = a.shape.slice(-2) as [number, number];
    const [rows, inner] = transposeA ? [q, p] : [p, q];
    const columns = transposeB ? b.shape.at(-2)! : b.shape.at(-1)!;
    const isPlain = a.size === p * q && !transposeA && !transposeB;
    const isOneToOne = outer.length === b.shape.length - 2 &&
      outer.every((extent, d) => extent === b.shape[d]);
    if (isPlain || !isOneToOne || rows * inner * columns < LEAST_PRODUCT) {
      return packageProduct(args);
    }
    const left = transposeA ? swapped(a, backend) : a;
    const right = transposeB ? swapped(b, backend) : b;
    const ids = nameParts(right);
    const out = multiplyParts(left, ids, columns);
    ids.forEach((id) => tfjs.disposeData(id));
    if (transposeA) backend.disposeData(left.dataId);
    if (transposeB) backend.disposeData(right.dataId);
    return out;
  };

  const kept = new Map<tf.DataId, KeptParts>();
  const disposeData = backend.disposeData.bind(backend);
  backend.disposeData = (dataId, force) => {
    const isGone = disposeData(dataId, force);
    const parts = isGone ? kept.get(dataId) : undefined;
    if (parts !== undefined) {
      kept.delete(dataId);
      parts.ids.forEach((id) => tfjs.disposeData(id));
      if (parts.copy !== null) disposeData(parts.copy.dataId);
    }
    return isGone;
  };

  /** `a [X, rows, inner]` with `b [X, inner, columns]`, or `[X, columns, inner]` with `transposeB`. */
  const lastingProduct: tf.KernelFunc = ({ inputs, attrs }) => {
    const { transposeB } = attrs as unknown as { transposeB: boolean };
    const a = inputs["a"] as tf.Tensor, b = inputs["b"] as tf.Tensor;
    let parts = kept.get(b.dataId);
    if (parts === undefined) {
      const copy = transposeB ? swapped(b, backend) : null;
      parts = { copy, ids: nameParts(copy ?? b) };
      kept.set(b.dataId, parts);
    }
    return multiplyParts(a, parts.ids, transposeB ? b.shape.at(-2)! : b.shape.at(-1)!);
  };

  const shiftIn: tf.KernelFunc = ({ inputs }) => {
    const x = inputs["x"] as tf.Tensor, newest = inputs["newest"] as tf.Tensor;
    const [rows, columns, width] = x.shape as [number, number, number];
    const out = backend.makeOutput([rows, columns, width], "float32");
    const to = backend.typedArrayFromHeap(out), added = backend.typedArrayFromHeap(newest);
    // All rows move by one column at once; what spills over from the next row is written over.
    to.set(backend.typedArrayFromHeap(x).subarray(width));
    for (let row = 0; row < rows; row++) {
      const at = ((row + 1) * columns - 1) * width;
      for (let i = 0; i < width; i++) to[at + i] = added[row * width + i]!;
    }
    return out;
  };

  tf.unregisterKernel("BatchMatMul", "wasm");
  const kernels = {
    BatchMatMul: batchMatMul,
    LastingProduct: lastingProduct,
    ShiftIn: shiftIn,
  };
  for (const [kernelName, kernelFunc] of Object.entries(kernels)) {
    tf.registerKernel({ kernelName, backendName: "wasm", kernelFunc });
  }
}
