/**
 * The passes of a policy over a batch of groups: log-probabilities of the completions' tokens, and the
 * gradient of a loss of them. Layers keep only their input and are computed again in the backward pass.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { ModelConfig } from "./config.ts";
import type { GroupBatch } from "./group_batch.ts";
import { groupContext } from "./group_context.ts";
import { headLogits, labelLogprobs, labelLogprobsGradient } from "./head.ts";
import { type GroupContext, groupLayer, layerWeightNames, layerWeights } from "./layer.ts";
import { embeddingGradient, rmsNorm } from "./ops.ts";
import { weightNamed, type Weights } from "./weights.ts";

const EMBEDDING = "model.embed_tokens.weight";
const FINAL_NORM = "model.norm.weight";

/** The name of the head's weight. */
export function headName(config: ModelConfig): string {
  return config.tieWordEmbeddings ? EMBEDDING : "lm_head.weight";
}

/** Embedding rows of token ids, `[M, D]`. */
export function embed(weights: Weights, ids_M: tf.Tensor1D): tf.Tensor2D {
  return tf.gather(weightNamed<tf.Tensor2D>(weights, EMBEDDING), ids_M);
}

/** The final RMSNorm, `[M, D]`. */
export function finalNorm(x_M_D: tf.Tensor2D, weights: Weights, config: ModelConfig): tf.Tensor2D {
  return rmsNorm(x_M_D, weightNamed(weights, FINAL_NORM), config.rmsNormEps);
}

interface BatchTensors {
  readonly context: GroupContext;
  readonly ids_M: tf.Tensor1D;
  readonly labels_BT: tf.Tensor1D;
}

function uploadBatch(batch: GroupBatch, config: ModelConfig): BatchTensors {
  const ids = new Int32Array(batch.promptIds_P_N.length + batch.inputIds_B_T.length);
  ids.set(batch.promptIds_P_N);
  ids.set(batch.inputIds_B_T, batch.promptIds_P_N.length);
  return {
    context: groupContext(batch, config),
    ids_M: tf.tensor1d(ids, "int32"),
    labels_BT: tf.tensor1d(batch.labelIds_B_T, "int32"),
  };
}

/** Normed hidden states of the completion rows, `[B*T, D]`. Call inside tf.tidy. */
function completionHidden(
  weights: Weights,
  config: ModelConfig,
  { context, ids_M }: BatchTensors,
): tf.Tensor2D {
  let x = embed(weights, ids_M);
  for (let layer = 0; layer < config.numLayers; layer++) {
    const next = tf.tidy(() =>
      groupLayer(x, layerWeights(weights, config, layer), config, context)
    );
    x.dispose();
    x = next;
  }
  return finalNorm(tf.slice(x, [context.promptRows, 0]), weights, config);
}

/**
 * Logits of every completion row, `[B*T, V]`, at temperature 1: all of them at once, for comparisons
 * with other implementations; training never needs them together.
 */
export function completionLogits(
  weights: Weights,
  config: ModelConfig,
  batch: GroupBatch,
): tf.Tensor2D {
  return tf.tidy(() => {
    const hidden = completionHidden(weights, config, uploadBatch(batch, config));
    return headLogits(hidden, weightNamed(weights, headName(config)), 1);
  });
}

/** Log-probabilities and entropies of every completion token, `[B, T]` each. */
export interface TokenLogprobs {
  readonly logprobs_B_T: tf.Tensor2D;
  readonly entropies_B_T: tf.Tensor2D;
}

/**
 * Forward pass.
 *
 * @param temperature logits are divided by it, as in Med-U1's training: the log-probabilities are those
 * of the distribution that was sampled from.
 */
export function tokenLogprobs(
  weights: Weights,
  config: ModelConfig,
  batch: GroupBatch,
  temperature: number,
): TokenLogprobs {
  return tf.tidy(() => {
    const tensors = uploadBatch(batch, config);
    const { logprobs_M, entropies_M } = labelLogprobs(
      completionHidden(weights, config, tensors),
      weightNamed(weights, headName(config)),
      tensors.labels_BT,
      temperature,
    );
    const shape: [number, number] = [tensors.context.B, batch.T];
    return {
      logprobs_B_T: tf.reshape(logprobs_M, shape) as tf.Tensor2D,
      entropies_B_T: tf.reshape(entropies_M, shape) as tf.Tensor2D,
    };
  });
}

/** What a loss answers for a batch: its gradients, and whatever else the caller wants back. */
export interface LossGradient<Extra extends tf.TensorContainerObject> {
  readonly dLogprobs_B_T: tf.Tensor2D;
  readonly dEntropies_B_T: tf.Tensor2D;
  readonly extra: Extra;
}

/**
 * Forward and backward pass: the gradient of a loss of the completions' log-probabilities and entropies
 * with respect to every weight, by name. The caller owns the gradients and `extra`.
 *
 * @param lossGradient called once, within a tidy, with the forward pass's result.
 */
export function weightGradients<Extra extends tf.TensorContainerObject>(
  weights: Weights,
  config: ModelConfig,
  batch: GroupBatch,
  temperature: number,
  lossGradient: (tokens: TokenLogprobs) => LossGradient<Extra>,
): { gradients: Record<string, tf.Tensor>; extra: Extra } {
  const result = tf.tidy(() => {
    const { context, ids_M, labels_BT } = uploadBatch(batch, config);
    const inputs = [embed(weights, ids_M)];
    for (let layer = 0; layer < config.numLayers; layer++) {
      inputs.push(
        tf.tidy(() =>
          groupLayer(inputs[layer]!, layerWeights(weights, config, layer), config, context)
        ),
      );
    }
    const last = inputs[config.numLayers]!;
    const own = tf.slice(last, [context.promptRows, 0]);
    const head = weightNamed<tf.Tensor2D>(weights, headName(config));
    const hidden = finalNorm(own, weights, config);
    const shape: [number, number] = [context.B, batch.T];
    const { logprobs_M, entropies_M } = labelLogprobs(hidden, head, labels_BT, temperature);
    const { dLogprobs_B_T, dEntropies_B_T, extra } = lossGradient({
      logprobs_B_T: tf.reshape(logprobs_M, shape),
      entropies_B_T: tf.reshape(entropies_M, shape),
    });

    const gradients: Record<string, tf.Tensor> = {};
    const headGradient = labelLogprobsGradient(
      hidden,
      head,
      labels_BT,
      temperature,
      tf.reshape(dLogprobs_B_T, [-1]),
      tf.reshape(dEntropies_B_T, [-1]),
    );
    gradients[headName(config)] = headGradient.dHead_V_D;
    const [dOwn, dNorm] = tf.grads((x: tf.Tensor, w: tf.Tensor) =>
      rmsNorm(x as tf.Tensor2D, w as tf.Tensor1D, config.rmsNormEps)
    )([own, weightNamed(weights, FINAL_NORM)], headGradient.dHidden_M_D) as [
      tf.Tensor2D,
      tf.Tensor,
    ];
    gradients[FINAL_NORM] = dNorm;
    let dx = tf.concat([tf.zeros([context.promptRows, config.hiddenSize]), dOwn], 0) as tf.Tensor2D;

    const names = layerWeightNames(config);
    for (let layer = config.numLayers - 1; layer >= 0; layer--) {
      const own = layerWeights(weights, config, layer);
      const [dInput, ...dWeights] = tf.tidy(() =>
        tf.grads((x: tf.Tensor, ...values: tf.Tensor[]) =>
          groupLayer(
            x as tf.Tensor2D,
            Object.fromEntries(names.map((name, i) => [name, values[i]!])),
            config,
            context,
          )
        )([inputs[layer]!, ...names.map((name) => own[name]!)], dx)
      );
      names.forEach((name, i) => gradients[`model.layers.${layer}.${name}`] = dWeights[i]!);
      tf.dispose([dx, inputs[layer + 1]!]);
      dx = dInput as tf.Tensor2D;
    }
    const dTable = embeddingGradient(dx, ids_M, config.vocabSize);
    const tied = gradients[EMBEDDING];
    gradients[EMBEDDING] = tied === undefined ? dTable : tf.add(tied, dTable);
    return { gradients, extra };
  });
  return result as unknown as { gradients: Record<string, tf.Tensor>; extra: Extra };
}
