/**
 * One layer's passes over a batch of groups, as graphs where the engine compiles: all layers of a model
 * share the two graphs of a batch's shapes.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { runCompiled, type Tensors } from "../graph/compile.ts";
import type { ModelConfig } from "./config.ts";
import { contextOf, contextTensors } from "./group_context.ts";
import {
  type GroupContext,
  groupLayer,
  type LayerValues,
  layerValues,
  layerWeights,
} from "./layer.ts";
import { layerGradient } from "./layer_gradient.ts";
import type { Weights } from "./weights.ts";

/** What a layer's graph depends on besides its inputs' shapes. */
function graphName(
  pass: string,
  config: ModelConfig,
  { P, B }: GroupContext,
): string {
  const { numHeads, numKvHeads, headDim, rmsNormEps } = config;
  return `${pass} ${[P, B, numHeads, numKvHeads, headDim, rmsNormEps].join("/")}`;
}

/** The result of a layer's forward pass. */
export interface LayerPass {
  readonly output_M_D: tf.Tensor2D;
  /** What the backward pass needs beside the input; null if it is to be computed again. */
  readonly kept: LayerValues | null;
}

/**
 * Layer `index`'s forward pass, `[M, D]` to `[M, D]`.
 *
 * @param keeps whether to return what the backward pass needs: nine times the input's size for SmolLM2.
 */
export function runLayer(
  x_M_D: tf.Tensor2D,
  weights: Weights,
  config: ModelConfig,
  index: number,
  context: GroupContext,
  keeps: boolean,
): LayerPass {
  const own = layerWeights(weights, config, index);
  const name = graphName(keeps ? "layer, kept" : "layer", config, context);
  const inputs = { ...own, ...contextTensors(context), x: x_M_D };
  const { output, ...kept } = runCompiled<Tensors, Tensors>(name, inputs, (inputs) => {
    const shared = contextOf(context, inputs);
    const values = layerValues(inputs["x"] as tf.Tensor2D, inputs, config, shared);
    const output = groupLayer(values, inputs);
    return keeps ? { output, ...values } : { output };
  });
  return {
    output_M_D: output as tf.Tensor2D,
    kept: keeps ? kept as unknown as LayerValues : null,
  };
}

/**
 * Layer `index`'s gradients from that of its output, by the weights' full names.
 *
 * @param kept what the forward pass kept; null to compute it again.
 */
export function runLayerGradient(
  x_M_D: tf.Tensor2D,
  kept: LayerValues | null,
  dOutput_M_D: tf.Tensor2D,
  weights: Weights,
  config: ModelConfig,
  index: number,
  context: GroupContext,
): { dInput_M_D: tf.Tensor2D; gradients: Record<string, tf.Tensor> } {
  const own = layerWeights(weights, config, index);
  const name = graphName(kept === null ? "layer back, again" : "layer back", config, context);
  const inputs = { ...own, ...contextTensors(context), ...kept, x: x_M_D, dOutput: dOutput_M_D };
  const { dInput, ...gradients } = runCompiled<Tensors, Tensors>(name, inputs, (inputs) => {
    const shared = contextOf(context, inputs);
    const x = inputs["x"] as tf.Tensor2D, dOutput = inputs["dOutput"] as tf.Tensor2D;
    const values = kept === null
      ? layerValues(x, inputs, config, shared)
      : inputs as unknown as LayerValues;
    const { dInput_M_D, gradients } = layerGradient(x, values, dOutput, inputs, config, shared);
    return { dInput: dInput_M_D, ...gradients };
  });
  return {
    dInput_M_D: dInput as tf.Tensor2D,
    gradients: Object.fromEntries(
      Object.entries(gradients).map(([name, gradient]) => [
        `model.layers.${index}.${name}`,
        gradient,
      ]),
    ),
  };
}
