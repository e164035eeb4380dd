/**
 * Weights to begin supervised training from.
 *
 * @module
 */
import { uniform } from "@terse/data";
import { expectedShapes } from "../model/files/expected_shapes.ts";
import type { ModelConfig } from "../model/config.ts";
import type { TensorData } from "../model/files/tensor_data.ts";
import { uploadWeights, type Weights } from "../model/weights.ts";

/** Standard normal numbers by Box and Muller's transform, keyed by tensor and position. */
function normals(size: number, seed: number, name: string): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform("initial weights", seed, name, i, 0)));
    return radius * Math.cos(2 * Math.PI * uniform("initial weights", seed, name, i, 1));
  });
}

/**
 * Norms 1, biases 0, linear weights normal with standard deviation 1/sqrt(inputs), those that write into
 * the residual stream smaller by sqrt(2 x layers) (GPT-2's rule), embeddings 0.02.
 */
export function initialWeights(config: ModelConfig, seed: number): Weights {
  const tensors = new Map<string, TensorData>();
  for (const [name, shape] of expectedShapes(config)) {
    const size = shape.reduce((a, b) => a * b, 1);
    if (name.includes("norm")) {
      tensors.set(name, { shape, data: new Float32Array(size).fill(1) });
    } else if (name.endsWith(".bias")) {
      tensors.set(name, { shape, data: new Float32Array(size) });
    } else {
      const residual = name.endsWith("o_proj.weight") || name.endsWith("down_proj.weight");
      const scale = name.includes("embed") || name.includes("lm_head")
        ? 0.02
        : 1 / Math.sqrt(shape[1]! * (residual ? 2 * config.numLayers : 1));
      tensors.set(name, { shape, data: normals(size, seed, name).map((x) => x * scale) });
    }
  }
  return uploadWeights(tensors);
}
