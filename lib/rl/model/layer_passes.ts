/**
 * One layer's passes over a batch of groups, as graphs where the engine compiles: all layers of a model
 * share the graphs of a batch's shapes. The backward pass is two, so that what one half of the layer needs is
 * gone before the other begins: within a graph TensorFlow computes as early as it can.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { runCompiled, type Tensors } from "../graph/compile.ts";
import type { Projected } from "./attention.ts";
import type { ModelConfig } from "./config.ts";
import { contextOf, contextTensors } from "./group_context.ts";
import {
  type FeedForward,
  type GroupContext,
  groupLayer,
  type LayerValues,
  layerValues,
  type LayerWeights,
  layerWeights,
} from "./layer.ts";
import { feedForwardGradient, type HalfGradient, selfAttentionGradient } from "./layer_gradient.ts";
import type { Weights } from "./weights.ts";

/** What a layer's graph depends on besides its inputs' shapes. */
function graphName(
  pass: string,
  config: ModelConfig,
  { P }: GroupContext,
): string {
  const { numHeads, numKvHeads, headDim, rmsNormEps } = config;
  return `${pass} ${[P, numHeads, numKvHeads, headDim, rmsNormEps].join("/")}`;
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
 * @param keeps whether to return what the backward pass needs: eight times the input's size for SmolLM2.
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
 * @param kept what the forward pass kept, consumed; null to compute it again.
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
  const ofContext = contextTensors(context);
  const { q, k, v, ...feedForward } = kept ?? computeValues(x_M_D, own, ofContext, config, context);
  const name = (pass: string) => graphName(pass, config, context);

  const half = { ...own, ...feedForward, dOutput: dOutput_M_D };
  const { dInput: dAfterAttention, ...ofFeedForward } = runCompiled<Tensors, Tensors>(
    name("feed-forward back"),
    half,
    (inputs) => {
      const values = inputs as unknown as FeedForward;
      return named(feedForwardGradient(values, inputs["dOutput"] as tf.Tensor2D, inputs, config));
    },
  );
  tf.dispose(Object.values(feedForward));

  const otherHalf = { ...own, ...ofContext, q, k, v, x: x_M_D, dAfterAttention: dAfterAttention! };
  const { dInput, ...ofAttention } = runCompiled<Tensors, Tensors>(
    name("attention back"),
    otherHalf,
    (inputs) => {
      const x = inputs["x"] as tf.Tensor2D, dOutput = inputs["dAfterAttention"] as tf.Tensor2D;
      const projected = inputs as unknown as Projected;
      const shared = contextOf(context, inputs);
      return named(selfAttentionGradient(x, projected, dOutput, inputs, config, shared));
    },
  );
  tf.dispose([q, k, v, dAfterAttention!]);
  const gradients = Object.entries({ ...ofFeedForward, ...ofAttention })
    .map(([name, gradient]) => [`model.layers.${index}.${name}`, gradient]);
  return { dInput_M_D: dInput as tf.Tensor2D, gradients: Object.fromEntries(gradients) };
}

/** Half a layer's gradients under the names of a graph's outputs. */
function named({ dInput_M_D, gradients }: HalfGradient): Tensors {
  return { dInput: dInput_M_D, ...gradients };
}

/** What a forward pass that keeps would have kept. */
function computeValues(
  x_M_D: tf.Tensor2D,
  own: LayerWeights,
  ofContext: Tensors,
  config: ModelConfig,
  context: GroupContext,
): LayerValues {
  const inputs = { ...own, ...ofContext, x: x_M_D };
  const name = graphName("layer, again", config, context);
  return runCompiled<Tensors, Tensors>(name, inputs, (inputs) => {
    const x = inputs["x"] as tf.Tensor2D;
    return { ...layerValues(x, inputs, config, contextOf(context, inputs)) };
  }) as unknown as LayerValues;
}
