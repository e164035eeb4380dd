/**
 * What a LoRA adapter's tensors are called among a policy's weights, and which weights are trained.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs";

/** Where in a layer each linear module lies, by the name that PEFT gives it. */
export const TARGET_MODULES = {
  q_proj: "self_attn.q_proj",
  k_proj: "self_attn.k_proj",
  v_proj: "self_attn.v_proj",
  o_proj: "self_attn.o_proj",
  gate_proj: "mlp.gate_proj",
  up_proj: "mlp.up_proj",
  down_proj: "mlp.down_proj",
} as const;

/** A linear module of a layer. */
export type TargetModule = keyof typeof TARGET_MODULES;

/**
 * A scalar among the weights: what an adapter's products are multiplied by, alpha / rank. A policy has it if
 * and only if it has an adapter.
 */
export const LORA_SCALING = "lora_scaling";

/** Names of a module's two matrices, of whatever stands before the module's name. */
export function matrixNames(module: string): { readonly a: string; readonly b: string } {
  return { a: `${module}.lora_A.weight`, b: `${module}.lora_B.weight` };
}

/** Whether a weight of that name is one of an adapter's matrices. */
export function isAdapterMatrix(name: string): boolean {
  return name.endsWith(".lora_A.weight") || name.endsWith(".lora_B.weight");
}

/** Whether the weights have an adapter. */
export function hasAdapter(weights: Readonly<Record<string, unknown>>): boolean {
  return weights[LORA_SCALING] !== undefined;
}

/**
 * The weights that training changes: the adapter's matrices if there is an adapter, else all.
 *
 * @param weights A policy's or a layer's; the result shares their tensors.
 */
export function trainableWeights(
  weights: Readonly<Record<string, tf.Tensor>>,
): Readonly<Record<string, tf.Tensor>> {
  if (!hasAdapter(weights)) return weights;
  return Object.fromEntries(Object.entries(weights).filter(([name]) => isAdapterMatrix(name)));
}

/**
 * What a policy does not share with the model that it began as: its adapter with the scaling, or all weights
 * if it has none.
 */
export function ownWeights(
  weights: Readonly<Record<string, tf.Tensor>>,
): Readonly<Record<string, tf.Tensor>> {
  const scaling = weights[LORA_SCALING];
  return scaling === undefined
    ? weights
    : { ...trainableWeights(weights), [LORA_SCALING]: scaling };
}

/** The tensors of a layer's adapter by their names within the layer; none if there is no adapter. */
export function layerAdapter(
  weights: Readonly<Record<string, tf.Tensor>>,
  layer: number,
): Record<string, tf.Tensor> {
  const scaling = weights[LORA_SCALING];
  if (scaling === undefined) return {};
  const found: Record<string, tf.Tensor> = { [LORA_SCALING]: scaling };
  for (const module of Object.values(TARGET_MODULES)) {
    for (const name of Object.values(matrixNames(module))) {
      const matrix = weights[`model.layers.${layer}.${name}`];
      if (matrix !== undefined) found[name] = matrix;
    }
  }
  return found;
}
