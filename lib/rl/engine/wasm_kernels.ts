/**
 * Slice, SplitV and row gathering for the wasm engine. The package's own slices copy the whole tensor out
 * of the heap before they take a part of it, and its gather moves number by number, which made them the
 * most expensive kernels of a training step.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** What these kernels need of the wasm backend: tensors made in its heap, and views of them. */
interface HeapBackend {
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  typedArrayFromHeap(info: tf.TensorInfo): Float32Array | Int32Array | Uint8Array;
}

/** Copies a box out of a row-major array, one contiguous run at a time. */
function copyBox<T extends Float32Array | Int32Array | Uint8Array>(
  from: T,
  shape: readonly number[],
  begin: readonly number[],
  size: readonly number[],
  to: T,
): void {
  // Axes behind `axis` are taken whole, so that a run goes over them and over a part of `axis`.
  let axis = shape.length - 1;
  while (axis > 0 && begin[axis] === 0 && size[axis] === shape[axis]) axis--;
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const run = size[axis]! * inner;
  const outer = size.slice(0, axis);
  const count = outer.reduce((a, b) => a * b, 1);
  const index = outer.map(() => 0);
  for (let i = 0; i < count; i++) {
    let row = 0;
    for (let d = 0; d < axis; d++) row = row * shape[d]! + begin[d]! + index[d]!;
    const start = (row * shape[axis]! + begin[axis]!) * inner;
    to.set(from.subarray(start, start + run), i * run);
    for (let d = axis - 1; d >= 0 && ++index[d]! === outer[d]; d--) index[d] = 0;
  }
}

function sliceHeap(
  backend: HeapBackend,
  x: tf.TensorInfo,
  begin: readonly number[],
  size: readonly number[],
): tf.TensorInfo {
  const out = backend.makeOutput([...size], x.dtype);
  if (size.every((extent) => extent > 0)) {
    if (x.shape.length === 0) {
      backend.typedArrayFromHeap(out).set(backend.typedArrayFromHeap(x));
    } else {
      copyBox(
        backend.typedArrayFromHeap(x),
        x.shape,
        begin,
        size,
        backend.typedArrayFromHeap(out),
      );
    }
  }
  return out;
}

/** Registers the kernels in place of the package's; once, after the backend is set. */
export function registerWasmKernels(): void {
  const kernels: Record<string, tf.KernelFunc> = {
    Slice: ({ inputs, backend, attrs }) => {
      const x = inputs["x"] as tf.Tensor;
      const { begin, size } = attrs as unknown as { begin: number[]; size: number[] };
      const [from, extent] = tf.slice_util.parseSliceParams(x, begin, size);
      tf.slice_util.assertParamsValid(x, from!, extent!);
      return sliceHeap(backend as HeapBackend, x, from!, extent!);
    },
    SplitV: ({ inputs, backend, attrs }) => {
      const x = inputs["x"] as tf.Tensor;
      const { numOrSizeSplits, axis } = attrs as unknown as {
        numOrSizeSplits: number | number[];
        axis: number;
      };
      const along = tf.util.parseAxisParam(axis, x.shape)[0]!;
      const begin = x.shape.map(() => 0);
      return tf.backend_util.prepareSplitSize(x, numOrSizeSplits, along).map((extent) => {
        const size = [...x.shape];
        size[along] = extent;
        const part = sliceHeap(backend as HeapBackend, x, begin, size);
        begin[along]! += extent;
        return part;
      });
    },
  };
  const packageGather = tf.getKernel("GatherV2", "wasm").kernelFunc;
  kernels["GatherV2"] = (args) => {
    const x = args.inputs["x"] as tf.Tensor, indices = args.inputs["indices"] as tf.Tensor;
    const { axis } = args.attrs as unknown as { axis: number };
    if (axis !== 0 || indices.shape.length !== 1 || x.shape.length < 2) return packageGather(args);
    const backend = args.backend as HeapBackend;
    const out = backend.makeOutput([indices.size, ...x.shape.slice(1)], x.dtype);
    const from = backend.typedArrayFromHeap(x), to = backend.typedArrayFromHeap(out);
    const width = x.size / x.shape[0]!;
    backend.typedArrayFromHeap(indices).forEach((index, row) => {
      if (index < 0 || index >= x.shape[0]!) {
        throw new RangeError(
          `Cannot gather rows: an index must be in 0..${
            x.shape[0]! - 1
          }: current value is ${index}`,
        );
      }
      to.set(from.subarray(index * width, (index + 1) * width), row * width);
    });
    return out;
  };
  for (const [kernelName, kernelFunc] of Object.entries(kernels)) {
    tf.unregisterKernel(kernelName, "wasm");
    tf.registerKernel({ kernelName, backendName: "wasm", kernelFunc });
  }
}
