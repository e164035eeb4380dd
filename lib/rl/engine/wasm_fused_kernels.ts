/**
 * Kernels of the wasm engine that compute at once what the package computes in several passes over memory, or
 * number by number.
 *
 * Shapes: M rows, D width.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type HeapBackend, replaceKernels, type WasmModule } from "./wasm_module.ts";

/** Registers the kernels; once, after the backend is set. */
export function registerWasmFusedKernels(module: WasmModule): void {
  const backend = tf.backend() as unknown as HeapBackend;
  const like = ({ shape }: tf.TensorInfo) => backend.makeOutput([...shape], "float32");
  const call = (name: string, tensors: readonly tf.TensorInfo[], ...given: number[]): void =>
    module.call(name, ...tensors.map(module.addressOf), ...given);
  const named = (inputs: tf.NamedTensorInfoMap, ...names: string[]): tf.Tensor[] =>
    names.map((name) => inputs[name] as tf.Tensor);

  const kernels: Record<string, tf.KernelFunc> = {
    Softmax: ({ inputs }) => {
      const [logits] = named(inputs, "logits"), out = like(logits!), width = out.shape.at(-1)!;
      call("softmax", [logits!, out], logits!.size / width, width);
      return out;
    },
    /** Rows `[A, X, T, W]` of scores, in any shape, by `scale` and with `mask [A, 1, T, W]` added. */
    MaskedSoftmax: ({ inputs, attrs }) => {
      const [scores, mask] = named(inputs, "scores", "mask"), out = like(scores!);
      const [groups, , maskRows, width] = mask!.shape as [number, number, number, number];
      const extents = [groups, scores!.size / mask!.size, maskRows, width];
      call("maskedSoftmax", [scores!, mask!, out], ...extents, attrs!["scale"] as number);
      return out;
    },
    /** The gradient in what a softmax was taken of, by `scale`. */
    SoftmaxGradient: ({ inputs, attrs }) => {
      const [weights, dWeights] = named(inputs, "weights", "dWeights"), out = like(weights!);
      const width = weights!.shape.at(-1)!, rows = weights!.size / width;
      call("softmaxGradient", [weights!, dWeights!, out], rows, width, attrs!["scale"] as number);
      return out;
    },
    Exp: ({ inputs }) => {
      const [x] = named(inputs, "x");
      const out = like(x!);
      call("exp", [x!, out], x!.size);
      return out;
    },
    /** `x [M, D]`, `weight [D]`. */
    RmsNorm: ({ inputs, attrs }) => {
      const [x, weight] = named(inputs, "x", "weight"), out = like(x!);
      const [rows, width] = x!.shape as [number, number];
      call("rmsNorm", [x!, weight!, out], rows, width, attrs!["epsilon"] as number);
      return out;
    },
    /** The gradients in `x` and `weight`. */
    RmsNormGradient: ({ inputs, attrs }) => {
      const [x, weight, dy] = named(inputs, "x", "weight", "dy");
      const [rows, width] = x!.shape as [number, number];
      const dx = like(x!), dWeight = like(weight!);
      backend.typedArrayFromHeap(dWeight).fill(0);
      const tensors = [x!, weight!, dy!, dx, dWeight];
      call("rmsNormGradient", tensors, rows, width, attrs!["epsilon"] as number);
      return [dx, dWeight];
    },
    /** `x [M, heads * d]`, `cos` and `sin [M, 1, d]`, of which both halves are the same; `sign` 1, or -1 back. */
    Rotate: ({ inputs, attrs }) => {
      const [x, cos, sin] = named(inputs, "x", "cos", "sin"), out = like(x!);
      const rows = cos!.shape[0]!, width = cos!.shape[2]!;
      const extents = [rows, x!.size / rows / width, width];
      call("rotate", [x!, cos!, sin!, out], ...extents, attrs!["sign"] as number);
      return out;
    },
    /** `gate` and `up` of one shape. */
    Swiglu: ({ inputs }) => {
      const [gate, up] = named(inputs, "gate", "up"), out = like(gate!);
      call("swiglu", [gate!, up!, out], gate!.size);
      return out;
    },
    /** The gradients in `gate` and `up`. */
    SwigluGradient: ({ inputs }) => {
      const [gate, up, dy] = named(inputs, "gate", "up", "dy");
      const dGate = like(gate!), dUp = like(up!);
      call("swigluGradient", [gate!, up!, dy!, dGate, dUp], gate!.size);
      return [dGate, dUp];
    },
  };
  replaceKernels(kernels);
}
