/**
 * The wasm engine's own module: functions that compute in the package's heap.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type MultiplyAdd, relaxedMultiplyAdd, roundedMultiplyAdd } from "./wasm_code.ts";
import { ModuleCode } from "./wasm_functions.ts";
import { addDecodeAttention } from "./wasm_attention_code.ts";
import { addCopies } from "./wasm_copy_code.ts";
import { addGate, addRmsNorm, addRotation } from "./wasm_row_code.ts";
import { addSoftmax } from "./wasm_softmax_code.ts";
import { addProduct, PRODUCT_SCRATCH_BYTES } from "./wasm_product_code.ts";

/** What the kernels of this folder need of the package's backend. */
export interface HeapBackend {
  readonly dataIdMap: { get(dataId: tf.DataId): { readonly memoryOffset: number } };
  readonly wasm: {
    /** What the package's module exports; the memory grows and stays the same object. */
    readonly asm: { readonly memory: WebAssembly.Memory };
    _malloc(bytes: number): number;
  };
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  disposeData(dataId: tf.DataId, force?: boolean): boolean;
  typedArrayFromHeap(info: tf.TensorInfo): Float32Array | Int32Array | Uint8Array;
}

/** The module at work. */
export interface WasmModule {
  /** Calls a function; addresses are bytes of the heap. */
  call(name: string, ...given: readonly (number | boolean)[]): void;
  /** Where a tensor's numbers lie. */
  addressOf(tensor: tf.TensorInfo): number;
  /** Memory that any function may write to while it runs. */
  readonly scratch: number;
}

function moduleBytes(multiplyAdd: MultiplyAdd): Uint8Array<ArrayBuffer> {
  const module = new ModuleCode();
  addProduct(module, multiplyAdd);
  addCopies(module);
  addSoftmax(module, multiplyAdd);
  addRmsNorm(module, multiplyAdd);
  addRotation(module, multiplyAdd);
  addGate(module, multiplyAdd);
  addDecodeAttention(module, multiplyAdd);
  return module.bytes();
}

/** The modules of backends: an engine may be loaded twice. */
const modules = new WeakMap<HeapBackend, WasmModule>();

/**
 * Makes the module in the heap of the wasm backend, which must be set. Products and sums are rounded once
 * together where the runtime has relaxed vectors, for a third more speed, and one after the other elsewhere; so
 * the last bits differ between such machines, never on one of them.
 *
 * @throws {Error} if the runtime has no 128-bit vectors.
 */
export function startModule(): WasmModule {
  const backend = tf.backend() as unknown as HeapBackend;
  const started = modules.get(backend);
  if (started !== undefined) return started;
  const relaxed = moduleBytes(relaxedMultiplyAdd);
  const bytes = WebAssembly.validate(relaxed) ? relaxed : moduleBytes(roundedMultiplyAdd);
  if (!WebAssembly.validate(bytes)) {
    throw new Error(
      "Cannot start the wasm engine: the runtime must have WebAssembly's 128-bit vectors (SIMD): current " +
        "value is a runtime without them. Take a processor with SSE4.1 or NEON and a current Deno",
    );
  }
  const { asm: { memory } } = backend.wasm;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  const module: WasmModule = {
    call: (name, ...given) => (exports[name] as (...given: unknown[]) => void)(...given),
    addressOf: ({ dataId }) => backend.dataIdMap.get(dataId).memoryOffset,
    scratch: backend.wasm._malloc(PRODUCT_SCRATCH_BYTES),
  };
  modules.set(backend, module);
  return module;
}

/** Registers kernels in place of the package's of the same names. */
export function replaceKernels(kernels: Readonly<Record<string, tf.KernelFunc>>): void {
  for (const [kernelName, kernelFunc] of Object.entries(kernels)) {
    const known = tf.getKernel(kernelName, "wasm") as tf.KernelConfig | undefined;
    if (known !== undefined) tf.unregisterKernel(kernelName, "wasm");
    tf.registerKernel({ kernelName, backendName: "wasm", kernelFunc });
  }
}
