/**
 * The parameters of a policy as tensors on the engine.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { nativeBackend } from "../engine/native_backend.ts";
import { isAdapterMatrix } from "../lora/names.ts";
import type { NamedTensors, TensorData } from "./files/tensor_data.ts";

/**
 * Parameters by their Hugging Face names. Linear weights are kept transposed, `[in, out]`, because
 * that is the layout every engine multiplies fast; the embedding and the head stay `[V, D]`. A policy with a
 * LoRA adapter holds its tensors beside the model's, see lora/names.ts.
 */
export type Weights = Readonly<Record<string, tf.Tensor>>;

function isLinear(name: string): boolean {
  return name.endsWith("_proj.weight") || isAdapterMatrix(name);
}

/**
 * A tensor as the engine keeps it.
 *
 * @param isOwn whether it must not share the array's memory, as tensors of the tensorflow engine else do.
 */
function uploadWeight(name: string, { shape, data }: TensorData, isOwn: boolean): tf.Tensor {
  return tf.tidy(() => {
    const tensor = tf.tensor(data, [...shape], "float32");
    if (isLinear(name)) return tf.transpose(tensor);
    return isOwn ? tf.mul(tensor, 1) : tensor;
  });
}

/** Uploads a file's tensors (Hugging Face layout). The caller owns the result: see {@link disposeWeights}. */
export function uploadWeights(tensors: NamedTensors): Weights {
  return Object.fromEntries(
    [...tensors].map(([name, tensor]) => [name, uploadWeight(name, tensor, false)]),
  );
}

/**
 * The same of tensors that nothing else needs. On the tensorflow engine each array goes as soon as it is copied,
 * and what the policy's updates free is TensorFlow's to use again.
 *
 * @param tensors Not to be used afterwards.
 */
export function moveWeights(tensors: NamedTensors): Weights {
  if (nativeBackend() === null) return uploadWeights(tensors);
  const weights: Record<string, tf.Tensor> = {};
  for (const [name, tensor] of tensors) {
    weights[name] = uploadWeight(name, tensor, true);
    // The garbage collector has no reason to run for a few large arrays.
    const { buffer, byteLength } = tensor.data;
    if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
  }
  return weights;
}

/** Downloads weights into the Hugging Face layout, ready for a file. */
export async function downloadWeights(weights: Weights): Promise<Map<string, TensorData>> {
  const tensors = new Map<string, TensorData>();
  for (const [name, tensor] of Object.entries(weights)) {
    const plain = tf.tidy(() => isLinear(name) ? tf.transpose(tensor) : tf.clone(tensor));
    tensors.set(name, { shape: plain.shape, data: await plain.data() as Float32Array });
    plain.dispose();
  }
  return tensors;
}

/** A copy that shares nothing with the original's ownership (the data is shared until one changes). */
export function cloneWeights(weights: Weights): Weights {
  return Object.fromEntries(Object.entries(weights).map(([name, t]) => [name, tf.clone(t)]));
}

/** Frees every tensor of the weights. */
export function disposeWeights(weights: Weights): void {
  tf.dispose(Object.values(weights));
}

/** How many numbers the weights hold. */
export function countParameters(weights: Weights): number {
  return Object.values(weights).reduce((sum, tensor) => sum + tensor.size, 0);
}

/** The tensor of that name. @throws {RangeError} if the policy has none. */
export function weightNamed<T extends tf.Tensor>(weights: Weights, name: string): T {
  const tensor = weights[name];
  if (tensor === undefined) {
    throw new RangeError(
      `Cannot find weight "${name}": the policy has ${Object.keys(weights).length} others`,
    );
  }
  return tensor as T;
}
