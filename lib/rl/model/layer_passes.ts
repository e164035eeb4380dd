/**
 * One layer's passes over a batch of groups, as graphs where the engine compiles: all layers of a model
 * share the two graphs of a batch's shapes.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { runCompiled } from "../graph/compile.ts";
import type { ModelConfig } from "./config.ts";
import { contextOf, contextTensors } from "./group_context.ts";
import { type GroupContext, groupLayer, layerWeightNames, layerWeights } from "./layer.ts";
import type { Weights } from "./weights.ts";

/** What a layer's graph depends on besides its inputs' shapes. */
function graphName(pass: string, config: ModelConfig, { P, B }: GroupContext): string {
  const { numHeads, numKvHeads, rmsNormEps, attentionBias } = config;
  return `${pass} P=${P} B=${B} ${numHeads}/${numKvHeads} ${rmsNormEps} ${attentionBias}`;
}

/** Layer `index`'s forward pass, `[M, D]` to `[M, D]`. */
export function runLayer(
  x_M_D: tf.Tensor2D,
  weights: Weights,
  config: ModelConfig,
  index: number,
  context: GroupContext,
): tf.Tensor2D {
  const names = layerWeightNames(config);
  const own = layerWeights(weights, config, index);
  const inputs = [x_M_D, ...names.map((name) => own[name]!), ...contextTensors(context)];
  const [y] = runCompiled(graphName("layer", config, context), inputs, ([x, ...rest]) => {
    const named = Object.fromEntries(names.map((name, i) => [name, rest[i]!]));
    const shared = contextOf(context, rest.slice(names.length));
    return [groupLayer(x as tf.Tensor2D, named, config, shared)];
  });
  return y as tf.Tensor2D;
}

/** Layer `index`'s gradients from that of its output; the forward pass is computed again. */
export function layerGradients(
  x_M_D: tf.Tensor2D,
  dOutput_M_D: tf.Tensor2D,
  weights: Weights,
  config: ModelConfig,
  index: number,
  context: GroupContext,
): { dInput_M_D: tf.Tensor2D; dWeights: Record<string, tf.Tensor> } {
  const names = layerWeightNames(config);
  const own = layerWeights(weights, config, index);
  const inputs = [
    x_M_D,
    dOutput_M_D,
    ...names.map((name) => own[name]!),
    ...contextTensors(context),
  ];
  const name = graphName("layer gradients", config, context);
  const [dInput, ...dWeights] = runCompiled(name, inputs, ([x, dy, ...rest]) => {
    const shared = contextOf(context, rest.slice(names.length));
    const layer = (input: tf.Tensor, ...values: tf.Tensor[]) => {
      const named = Object.fromEntries(names.map((name, i) => [name, values[i]!]));
      return groupLayer(input as tf.Tensor2D, named, config, shared);
    };
    return tf.grads(layer)([x!, ...rest.slice(0, names.length)], dy);
  });
  return {
    dInput_M_D: dInput as tf.Tensor2D,
    dWeights: Object.fromEntries(
      names.map((name, i) => [`model.layers.${index}.${name}`, dWeights[i]!]),
    ),
  };
}
