/**
 * Kernels of the wasm engine that only move numbers, and the sum of rows by their index. The package's own
 * copy whole tensors out of the heap or move number by number, and made up a fifth of a training step.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type HeapBackend, replaceKernels, type WasmModule } from "./wasm_module.ts";

/** A box of numbers in two layouts: by axis its extent, and how many numbers on the next entry stands. */
interface Box {
  readonly from: number;
  readonly to: number;
  readonly axes: readonly (readonly [extent: number, fromStep: number, toStep: number])[];
}

/** Numbers from an entry of each axis to the next. */
function stepsOf(shape: readonly number[]): number[] {
  return shape.map((_, d) => tf.util.sizeFromShape(shape.slice(d + 1)));
}

/** Copies a box; `from` and `to` are addresses, the innermost axis has steps of 1. */
function copyBox(module: WasmModule, { from, to, axes }: Box): void {
  // Neighbouring axes that both layouts hold without a gap are one.
  const joined: (readonly [number, number, number])[] = [];
  for (const axis of axes) {
    const [extent, fromStep, toStep] = axis, last = joined.at(-1);
    if (extent === 1 && axis !== axes.at(-1)) continue;
    if (last?.[1] === extent * fromStep && last[2] === extent * toStep) {
      joined.splice(-1, 1, [last[0] * extent, fromStep, toStep]);
    } else joined.push(axis);
  }
  const [run] = joined.pop()!;
  const copy = (outer: typeof joined, from: number, to: number): void => {
    const [first, ...rest] = outer;
    if (first !== undefined && outer.length > 3) {
      const [extent, fromStep, toStep] = first;
      for (let i = 0; i < extent; i++) copy(rest, from + 4 * i * fromStep, to + 4 * i * toStep);
      return;
    }
    const padded = [...Array(3 - outer.length).fill([1, 0, 0] as const), ...outer];
    const steps = padded.flatMap((
      [extent, fromStep, toStep],
    ) => [extent, 4 * fromStep, 4 * toStep]);
    module.call("copyRuns", from, to, ...steps, run);
  };
  copy(joined, from, to);
}

/** @throws {RangeError} if an index is not in `0..count - 1`. */
function checkIndices(backend: HeapBackend, indices: tf.TensorInfo, count: number): void {
  const found = backend.typedArrayFromHeap(indices).find((index) => index < 0 || index >= count);
  if (found === undefined) return;
  throw new RangeError(
    `Cannot move rows: an index must be in 0..${count - 1}: current value is ${found}`,
  );
}

/** Whether a tensor's entries take four bytes each. */
function isOfFourBytes({ dtype }: tf.TensorInfo): boolean {
  return dtype === "float32" || dtype === "int32";
}

/** Registers the kernels in place of the package's; once, after the backend is set. */
export function registerWasmKernels(module: WasmModule): void {
  const backend = tf.backend() as unknown as HeapBackend;
  const packageKernel = (name: string) => tf.getKernel(name, "wasm").kernelFunc;
  const packageSlice = packageKernel("Slice"), packageConcat = packageKernel("Concat");
  const packageGather = packageKernel("GatherV2"), packageTranspose = packageKernel("Transpose");

  const slice = (x: tf.TensorInfo, begin: readonly number[], size: readonly number[]) => {
    if (!isOfFourBytes(x)) {
      const attrs = { begin, size } as unknown as tf.NamedAttrMap;
      return packageSlice({ inputs: { x: x as tf.Tensor }, backend, attrs }) as tf.TensorInfo;
    }
    const out = backend.makeOutput([...size], x.dtype);
    const steps = stepsOf(x.shape), outSteps = stepsOf(size);
    const start = begin.reduce((sum, first, d) => sum + first * steps[d]!, 0);
    copyBox(module, {
      from: module.addressOf(x) + 4 * start,
      to: module.addressOf(out),
      axes: [[1, 0, 0], ...size.map((extent, d) => [extent, steps[d]!, outSteps[d]!] as const)],
    });
    return out;
  };

  const kernels: Record<string, tf.KernelFunc> = {
    Slice: ({ inputs, attrs }) => {
      const x = inputs["x"] as tf.Tensor;
      const { begin, size } = attrs as unknown as { begin: number[]; size: number[] };
      const [from, extent] = tf.slice_util.parseSliceParams(x, begin, size);
      tf.slice_util.assertParamsValid(x, from!, extent!);
      return slice(x, from!, extent!);
    },
    SplitV: ({ inputs, attrs }) => {
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
        const part = slice(x, begin, size);
        begin[along]! += extent;
        return part;
      });
    },
    Concat: (args) => {
      const parts = Object.values(args.inputs) as tf.Tensor[];
      const { axis } = args.attrs as unknown as { axis: number };
      if (!parts.every(isOfFourBytes)) return packageConcat(args);
      const along = tf.util.parseAxisParam(axis, parts[0]!.shape)[0]!;
      const shape = tf.backend_util.computeOutShape(parts.map(({ shape }) => shape), along);
      const out = backend.makeOutput(shape, parts[0]!.dtype), outSteps = stepsOf(shape);
      let at = 0;
      for (const part of parts) {
        const steps = stepsOf(part.shape);
        copyBox(module, {
          from: module.addressOf(part),
          to: module.addressOf(out) + 4 * at * outSteps[along]!,
          axes: part.shape.map((extent, d) => [extent, steps[d]!, outSteps[d]!] as const),
        });
        at += part.shape[along]!;
      }
      return out;
    },
    Transpose: (args) => {
      const x = args.inputs["x"] as tf.Tensor;
      const { perm } = args.attrs as unknown as { perm: number[] };
      const last = x.shape.length - 1;
      if (last < 1 || perm[last] !== last || !isOfFourBytes(x)) return packageTranspose(args);
      const shape = perm.map((d) => x.shape[d]!);
      const out = backend.makeOutput(shape, x.dtype);
      const steps = stepsOf(x.shape), outSteps = stepsOf(shape);
      copyBox(module, {
        from: module.addressOf(x),
        to: module.addressOf(out),
        axes: perm.map((d, i) => [x.shape[d]!, steps[d]!, outSteps[i]!] as const),
      });
      return out;
    },
    GatherV2: (args) => {
      const x = args.inputs["x"] as tf.Tensor, indices = args.inputs["indices"] as tf.Tensor;
      const { axis } = args.attrs as unknown as { axis: number };
      const isOfRows = axis === 0 && indices.shape.length === 1 && x.shape.length > 1;
      if (!isOfRows || !isOfFourBytes(x)) return packageGather(args);
      checkIndices(backend, indices, x.shape[0]!);
      const out = backend.makeOutput([indices.size, ...x.shape.slice(1)], x.dtype);
      const addresses = [x, indices, out].map(module.addressOf);
      module.call("gatherRows", ...addresses, indices.size, x.size / x.shape[0]!);
      return out;
    },
    UnsortedSegmentSum: ({ inputs, attrs }) => {
      const x = inputs["x"] as tf.Tensor, segmentIds = inputs["segmentIds"] as tf.Tensor;
      const { numSegments } = attrs as unknown as { numSegments: number };
      if (x.dtype !== "float32") {
        throw new TypeError(
          `Cannot add rows up: they must be float32: current value is ${x.dtype}. Cast them first`,
        );
      }
      checkIndices(backend, segmentIds, numSegments);
      const out = backend.makeOutput([numSegments, ...x.shape.slice(1)], "float32");
      backend.typedArrayFromHeap(out).fill(0);
      const addresses = [x, segmentIds, out].map(module.addressOf);
      module.call("addRows", ...addresses, segmentIds.size, x.size / segmentIds.size);
      return out;
    },
  };
  replaceKernels(kernels);
}
