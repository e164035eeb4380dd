/**
 * Batched products and the cache's shift for the wasm engine. The package's batched product is a plain
 * loop; only its product of two matrices is fast (XNNPACK). Here a batch of large matrices is cut into
 * such products where it lies, without slices.
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
  typedArrayFromHeap(info: tf.TensorInfo): Float32Array;
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

/** Registers the kernels; once, after the backend is set. */
export function registerWasmProducts(): void {
  const packageProduct = tf.getKernel("BatchMatMul", "wasm").kernelFunc;
  const { wasm } = tf.backend() as unknown as HeapBackend;
  const multiply = wasm.cwrap(
    "BatchMatMul",
    null,
    ["number", "array", "number", "number", "array", "number", "number", "number", "number"],
  );

  const batchMatMul: tf.KernelFunc = (args) => {
    const { transposeA, transposeB } = args.attrs as unknown as Record<string, boolean>;
    const a = args.inputs["a"] as tf.Tensor, b = args.inputs["b"] as tf.Tensor;
    const outer = a.shape.slice(0, -2);
    const batch = outer.reduce((x, y) => x * y, 1);
    const [p, q] = a.shape.slice(-2) as [number, number];
    const [rows, inner] = transposeA ? [q, p] : [p, q];
    const columns = transposeB ? b.shape.at(-2)! : b.shape.at(-1)!;
    const isPlain = batch === 1 && !transposeA && !transposeB;
    const isOneToOne = outer.length === b.shape.length - 2 &&
      outer.every((extent, d) => extent === b.shape[d]);
    if (isPlain || !isOneToOne || rows * inner * columns < LEAST_PRODUCT) {
      return packageProduct(args);
    }
    const backend = args.backend as unknown as HeapBackend & {
      disposeData(dataId: tf.DataId): void;
    };
    const left = transposeA ? swapped(a, backend) : a;
    const right = transposeB ? swapped(b, backend) : b;
    const out = backend.makeOutput([...outer, rows, columns], "float32");
    const { tfjs } = backend.wasm;
    const part = (info: tf.TensorInfo, index: number, size: number): number => {
      const id = backend.dataIdNextNumber++;
      const { memoryOffset } = backend.dataIdMap.get(info.dataId);
      tfjs.registerTensor(id, size, memoryOffset + 4 * index * size);
      return id;
    };
    const leftShape = bytesOf([1, rows, inner]), rightShape = bytesOf([1, inner, columns]);
    for (let i = 0; i < batch; i++) {
      const ids = [
        part(left, i, rows * inner),
        part(right, i, inner * columns),
        part(out, i, rows * columns),
      ] as const;
      multiply(ids[0], leftShape, 3, ids[1], rightShape, 3, 0, 0, ids[2]);
      for (const id of ids) tfjs.disposeData(id);
    }
    if (transposeA) backend.disposeData(left.dataId);
    if (transposeB) backend.disposeData(right.dataId);
    return out;
  };

  /** See `shiftIn`. */
  const shiftIn: tf.KernelFunc = ({ inputs, backend: heap }) => {
    const backend = heap as unknown as HeapBackend;
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
  tf.registerKernel({ kernelName: "BatchMatMul", backendName: "wasm", kernelFunc: batchMatMul });
  tf.registerKernel({ kernelName: "ShiftIn", backendName: "wasm", kernelFunc: shiftIn });
}
