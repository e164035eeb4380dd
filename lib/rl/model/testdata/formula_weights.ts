import { countValues, type NamedTensors, type TensorData } from "../files/tensor_data.ts";

/** The formula of tools/peers/small_models.py: waves, around 1 for norms, told apart by the tensor's name. */
export function formulaTensors(
  shapes: Iterable<readonly [name: string, shape: readonly number[]]>,
): NamedTensors {
  const tensors = new Map<string, TensorData>();
  for (const [name, shape] of shapes) {
    const seed = [...name].reduce((sum, c) => sum + c.charCodeAt(0), 0);
    const offset = name.includes("norm") ? 1 : 0;
    const data = Float32Array.from(
      { length: countValues(shape) },
      (_, i) => offset + 0.3 * Math.sin(0.7 * i + seed),
    );
    tensors.set(name, { shape, data });
  }
  return tensors;
}
