/**
 * The passes of a policy over a batch of groups: log-probabilities of the completions' tokens, and the
 * gradient of a loss of them. Layers keep only their input and are computed again in the backward pass.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { hasAdapter, trainableWeights } from "../lora/names.ts";
import type { ModelConfig } from "./config.ts";
import type { GroupBatch } from "./group_batch.ts";
import { groupContext, padding } from "./group_context.ts";
import { headLogits, labelLogprobs, labelLogprobsGradient } from "./head.ts";
import { type GroupContext, groupLayer, layerWeights } from "./layer.ts";
import { embeddingGradient, moveRows, reverseMove, rmsNorm, type RowMove } from "./ops.ts";
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
  readonly labels_C: tf.Tensor1D;
  readonly promptRows: number;
  /** From the completion rows to B x T. */
  readonly padLabels: RowMove;
  readonly shape: [number, number];
}

function uploadBatch(batch: GroupBatch, config: ModelConfig): BatchTensors {
  const { P, G, T, completionLengths_B } = batch;
  return {
    context: groupContext(batch, config),
    ids_M: tf.tensor1d(batch.inputIds_M, "int32"),
    labels_C: tf.tensor1d(batch.labelIds_C, "int32"),
    promptRows: batch.promptRows,
    padLabels: padding(completionLengths_B, T, 0, batch.labelIds_C.length),
    shape: [P * G, T],
  };
}

/** One number a completion row as `[B, T]`, zeros where a completion has no token. */
function padded(values_C: tf.Tensor1D, { padLabels, shape }: BatchTensors): tf.Tensor2D {
  return tf.reshape(moveRows(tf.reshape(values_C, [-1, 1]), padLabels), shape);
}

/** The reverse of {@link padded}. */
function unpadded(values_B_T: tf.Tensor2D, { padLabels }: BatchTensors): tf.Tensor1D {
  return tf.reshape(moveRows(tf.reshape(values_B_T, [-1, 1]), reverseMove(padLabels)), [-1]);
}

/** Normed hidden states of the completion rows, `[C, D]`. Call inside tf.tidy. */
function completionHidden(
  weights: Weights,
  config: ModelConfig,
  { context, ids_M, promptRows }: BatchTensors,
): tf.Tensor2D {
  let x = embed(weights, ids_M);
  for (let layer = 0; layer < config.numLayers; layer++) {
    const next = tf.tidy(() =>
      groupLayer(x, layerWeights(weights, config, layer), config, context)
    );
    x.dispose();
    x = next;
  }
  return finalNorm(tf.slice(x, [promptRows, 0]), weights, config);
}

/**
 * Logits of every completion row, `[C, V]`, at temperature 1: all of them at once, for comparisons
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
      tensors.labels_C,
      temperature,
    );
    return {
      logprobs_B_T: padded(logprobs_M, tensors),
      entropies_B_T: padded(entropies_M, tensors),
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
 * with respect to every weight that is trained, by name: those of the adapter, if the policy has one. The
 * caller owns the gradients and `extra`.
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
    const isFull = !hasAdapter(weights);
    const tensors = uploadBatch(batch, config);
    const { context, ids_M, labels_C, promptRows } = tensors;
    const inputs = [embed(weights, ids_M)];
    for (let layer = 0; layer < config.numLayers; layer++) {
      inputs.push(
        tf.tidy(() =>
          groupLayer(inputs[layer]!, layerWeights(weights, config, layer), config, context)
        ),
      );
    }
    const last = inputs[config.numLayers]!;
    const own = tf.slice(last, [promptRows, 0]);
    const head = weightNamed<tf.Tensor2D>(weights, headName(config));
    const hidden = finalNorm(own, weights, config);
    const { logprobs_M, entropies_M } = labelLogprobs(hidden, head, labels_C, temperature);
    const { dLogprobs_B_T, dEntropies_B_T, extra } = lossGradient({
      logprobs_B_T: padded(logprobs_M, tensors),
      entropies_B_T: padded(entropies_M, tensors),
    });

    const gradients: Record<string, tf.Tensor> = {};
    const headGradient = labelLogprobsGradient(
      hidden,
      head,
      labels_C,
      temperature,
      unpadded(dLogprobs_B_T, tensors),
      unpadded(dEntropies_B_T, tensors),
      isFull,
    );
    const { dHead_V_D } = headGradient;
    if (dHead_V_D !== undefined) gradients[headName(config)] = dHead_V_D;
    const [dOwn, dNorm] = tf.grads((x: tf.Tensor, w: tf.Tensor) =>
      rmsNorm(x as tf.Tensor2D, w as tf.Tensor1D, config.rmsNormEps)
    )([own, weightNamed(weights, FINAL_NORM)], headGradient.dHidden_M_D) as [
      tf.Tensor2D,
      tf.Tensor,
    ];
    if (isFull) gradients[FINAL_NORM] = dNorm;
    let dx = tf.concat([tf.zeros([promptRows, config.hiddenSize]), dOwn], 0) as tf.Tensor2D;

    for (let layer = config.numLayers - 1; layer >= 0; layer--) {
      const own = layerWeights(weights, config, layer);
      const names = Object.keys(trainableWeights(own));
      const [dInput, ...dWeights] = tf.tidy(() =>
        tf.grads((x: tf.Tensor, ...values: tf.Tensor[]) =>
          groupLayer(
            x as tf.Tensor2D,
            { ...own, ...Object.fromEntries(names.map((name, i) => [name, values[i]!])) },
            config,
            context,
          )
        )([inputs[layer]!, ...names.map((name) => own[name]!)], dx)
      );
      names.forEach((name, i) => gradients[`model.layers.${layer}.${name}`] = dWeights[i]!);
      tf.dispose([dx, inputs[layer + 1]!]);
      dx = dInput as tf.Tensor2D;
    }
    if (!isFull) return { gradients, extra };
    const dTable = embeddingGradient(dx, ids_M, config.vocabSize);
    const tied = gradients[EMBEDDING];
    gradients[EMBEDDING] = tied === undefined ? dTable : tf.add(tied, dTable);
    return { gradients, extra };
  });
  return result as unknown as { gradients: Record<string, tf.Tensor>; extra: Extra };
}
