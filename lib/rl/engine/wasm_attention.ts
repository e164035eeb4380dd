/**
 * Attention of decoding for the wasm engine, as one kernel: it takes the place of some 35, each of which costs
 * more to start than to compute.
 *
 * Shapes: P slots, R rows of a slot, B = P x R, H heads, K key/value heads, d head width; N prompt columns, S
 * sealed ones, L of the tail, W = N + S + L.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type HeapBackend, replaceKernels, type WasmModule } from "./wasm_module.ts";

/** The kernel's inputs. Lengths of rows of numbers, d, N, S and L, are multiples of 4. */
export type DecodeAttentionInputs = {
  /** `[B, H*d]` and twice `[B, K*d]`, of this token. */
  readonly q: tf.Tensor2D;
  readonly k: tf.Tensor2D;
  readonly v: tf.Tensor2D;
  /** `[P, K, N, d]`. */
  readonly promptKeys: tf.Tensor4D;
  readonly promptValues: tf.Tensor4D;
  /** `[P*K*R, S, d]`, or none of both. */
  readonly sealedKeys?: tf.Tensor3D;
  readonly sealedValues?: tf.Tensor3D;
  /** `[P*K*R, L, d]`. */
  readonly tailKeys: tf.Tensor3D;
  readonly tailValues: tf.Tensor3D;
  /** `[P*K, R*H/K, W]`, added to the scores. */
  readonly mask: tf.Tensor3D;
};

/** Registers the kernel `DecodeAttention`: `[B, H*d]`, and the tail's keys and values with this token's. */
export function registerWasmAttention(module: WasmModule): void {
  const backend = tf.backend() as unknown as HeapBackend;
  const decodeAttention: tf.KernelFunc = ({ inputs }) => {
    const given = inputs as unknown as DecodeAttentionInputs;
    const { q, k, v, promptKeys, promptValues, tailKeys, tailValues, mask } = given;
    const [P, K, N, d] = promptKeys.shape, [rows, L] = tailKeys.shape;
    const S = given.sealedKeys?.shape[1] ?? 0, H = q.shape[1] / d;
    for (const [name, length] of Object.entries({ d, N, S, L })) {
      if (length % 4 !== 0) {
        throw new RangeError(
          `Cannot attend: ${name} must be a multiple of 4: current value is ${length}. Take the ` +
            `operations that this kernel stands for`,
        );
      }
    }
    const out = backend.makeOutput([...q.shape], "float32");
    const nextKeys = backend.makeOutput([...tailKeys.shape], "float32");
    const nextValues = backend.makeOutput([...tailKeys.shape], "float32");
    const scores = backend.makeOutput([N + S + L], "float32");
    const sealed = [given.sealedKeys ?? tailKeys, given.sealedValues ?? tailValues];
    const read = [q, k, v, promptKeys, promptValues, ...sealed, tailKeys, tailValues, mask];
    const addresses = [...read, out, nextKeys, nextValues, scores].map(module.addressOf);
    const extents = [P, rows / P / K, K, H / K, d, N, S, L];
    module.call("decodeAttention", ...addresses, ...extents, 1 / Math.sqrt(d));
    backend.disposeData(scores.dataId);
    return [out, nextKeys, nextValues];
  };
  replaceKernels({ DecodeAttention: decodeAttention });
}
