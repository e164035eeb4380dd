/**
 * The passes of a policy over a batch of groups: log-probabilities of the completions' tokens, and the
 * gradient of a loss of them.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { bucketSize } from "../graph/bucket.ts";
import { hasAdapter } from "../lora/names.ts";
import type { ModelConfig } from "./config.ts";
import type { GroupBatch } from "./group_batch.ts";
import { groupContext, padding } from "./group_context.ts";
import {
  addGradient,
  addPiece,
  addRows,
  type GradientSum,
  joinGradients,
  startGradientSum,
} from "./gradient_sum.ts";
import { headLogits, labelLogprobs, labelLogprobsGradient } from "./head.ts";
import type { GroupContext, LayerValues } from "./layer.ts";
import { runLayer, runLayerGradient } from "./layer_passes.ts";
import { rmsNorm, rmsNormGradient } from "./ops.ts";
import { weightNamed, type Weights } from "./weights.ts";

const EMBEDDING = "model.embed_tokens.weight";
/** The name of the final norm's weight. */
export const FINAL_NORM = "model.norm.weight";

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
  /** Rows of the completions, and any row for spare ones behind them; what each predicts. */
  readonly ownRow_C: tf.Tensor1D;
  readonly labels_C: tf.Tensor1D;
  readonly promptRows: number;
  readonly completionRows: number;
  /** The completion row of each of B x T tokens; any where there is none. */
  readonly tokenRow_BT: tf.Tensor1D;
  readonly isToken_B_T: tf.Tensor2D;
  /** Which of B x T tokens each completion row is; any for spare rows. */
  readonly token_C: tf.Tensor1D;
  readonly isOwn_C: tf.Tensor1D;
}

function uploadBatch(batch: GroupBatch, config: ModelConfig): BatchTensors {
  const { P, G, T, completionLengths_B, promptRows } = batch;
  const completionRows = batch.labelIds_C.length;
  const C = bucketSize(completionRows);
  const spread = (ids: Int32Array, size: number) => {
    const all = new Int32Array(size);
    all.set(ids);
    return tf.tensor1d(all, "int32");
  };
  const ids_M = spread(batch.inputIds_M, bucketSize(batch.inputIds_M.length));
  const { row, isRow, place } = padding(completionLengths_B, T, 0);
  return {
    context: groupContext(batch, config, ids_M.size),
    ids_M,
    ownRow_C: spread(Int32Array.from({ length: completionRows }, (_, i) => promptRows + i), C),
    labels_C: spread(batch.labelIds_C, C),
    promptRows,
    completionRows,
    tokenRow_BT: tf.tensor1d(row, "int32"),
    isToken_B_T: tf.tensor2d(isRow, [P * G, T]),
    token_C: spread(place, C),
    isOwn_C: tf.tensor1d(new Float32Array(C).fill(1, 0, completionRows)),
  };
}

/** One number a completion row as `[B, T]`, zeros where a completion has no token. */
function padded(values_C: tf.Tensor1D, { tokenRow_BT, isToken_B_T }: BatchTensors): tf.Tensor2D {
  const values_B_T = tf.reshape(tf.gather(values_C, tokenRow_BT), isToken_B_T.shape);
  return tf.mul(values_B_T, isToken_B_T);
}

/** The reverse of {@link padded}. */
function unpadded(values_B_T: tf.Tensor2D, { token_C, isOwn_C }: BatchTensors): tf.Tensor1D {
  return tf.mul(tf.gather(tf.reshape(values_B_T, [-1]), token_C), isOwn_C);
}

/** Normed hidden states of the completion rows, `[C, D]`. Call inside tf.tidy. */
function completionHidden(
  weights: Weights,
  config: ModelConfig,
  { context, ids_M, ownRow_C }: BatchTensors,
): tf.Tensor2D {
  let x = embed(weights, ids_M);
  for (let layer = 0; layer < config.numLayers; layer++) {
    const { output_M_D } = runLayer(x, weights, config, layer, context, false);
    x.dispose();
    x = output_M_D;
  }
  return finalNorm(tf.gather(x, ownRow_C), weights, config);
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
    const tensors = uploadBatch(batch, config);
    const rows = completionHidden(weights, config, tensors);
    const hidden = tf.slice(rows, [0, 0], [tensors.completionRows, config.hiddenSize]);
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
 * Forward and backward pass: adds the gradient of a loss of the completions' log-probabilities and entropies with
 * respect to every weight that is trained, by name: those of the adapter, if the policy has one. The caller owns
 * the sum and `extra`.
 *
 * @param gradientCheckpointing whether layers keep only their input and are computed again in the backward
 * pass; without it every layer keeps its products.
 * @param lossGradient called once, within a tidy, with the forward pass's result.
 * @param sum over other batches. Consumed: what it held is in the one that is returned.
 */
export function addWeightGradients<Extra extends tf.TensorContainerObject>(
  weights: Weights,
  config: ModelConfig,
  batch: GroupBatch,
  temperature: number,
  gradientCheckpointing: boolean,
  lossGradient: (tokens: TokenLogprobs) => LossGradient<Extra>,
  sum: GradientSum,
): { sum: GradientSum; extra: Extra } {
  const result = tf.tidy(() => {
    const isFull = !hasAdapter(weights);
    const tensors = uploadBatch(batch, config);
    const { context, ids_M, labels_C, ownRow_C, promptRows, completionRows } = tensors;
    const passes: { input: tf.Tensor2D; kept: LayerValues | null }[] = [];
    let x = embed(weights, ids_M);
    for (let layer = 0; layer < config.numLayers; layer++) {
      const { output_M_D, kept } = runLayer(
        x,
        weights,
        config,
        layer,
        context,
        !gradientCheckpointing,
      );
      passes.push({ input: x, kept });
      x = output_M_D;
    }
    const own: tf.Tensor2D = tf.gather(x, ownRow_C);
    x.dispose();
    const head = weightNamed<tf.Tensor2D>(weights, headName(config));
    const hidden = finalNorm(own, weights, config);
    const values = labelLogprobs(hidden, head, labels_C, temperature);
    const { dLogprobs_B_T, dEntropies_B_T, extra } = lossGradient({
      logprobs_B_T: padded(values.logprobs_M, tensors),
      entropies_B_T: padded(values.entropies_M, tensors),
    });

    const { dHidden_M_D, dLabelRows_M_D } = labelLogprobsGradient(
      hidden,
      head,
      labels_C,
      temperature,
      values,
      unpadded(dLogprobs_B_T, tensors),
      unpadded(dEntropies_B_T, tensors),
      isFull ? (piece, dPiece) => addPiece(sum, headName(config), piece, dPiece) : null,
    );
    const finalWeight = weightNamed<tf.Tensor1D>(weights, FINAL_NORM);
    const norm = rmsNormGradient(own, finalWeight, config.rmsNormEps, dHidden_M_D);
    if (isFull) addGradient(sum, FINAL_NORM, norm.dWeight_D);
    const dOwn = tf.slice(norm.dx_M_D, [0, 0], [completionRows, config.hiddenSize]);
    const spare = ids_M.size - promptRows - completionRows;
    let dx: tf.Tensor2D = tf.pad(dOwn, [[promptRows, spare], [0, 0]]);
    for (let layer = config.numLayers - 1; layer >= 0; layer--) {
      const { input, kept } = passes[layer]!;
      const back = runLayerGradient(input, kept, dx, weights, config, layer, context);
      for (const [name, gradient] of Object.entries(back.gradients)) {
        addGradient(sum, name, gradient);
      }
      tf.dispose([dx, input]);
      dx = back.dInput_M_D;
    }
    if (!isFull) return { sum, extra };
    const { vocabSize } = config;
    addRows(sum, EMBEDDING, vocabSize, { ids_M, rows_M_D: dx });
    addRows(sum, headName(config), vocabSize, { ids_M: labels_C, rows_M_D: dLabelRows_M_D });
    return { sum, extra };
  });
  return result as unknown as { sum: GradientSum; extra: Extra };
}

/** The gradients of one batch, as {@link addWeightGradients} has them. The caller owns them and `extra`. */
export function weightGradients<Extra extends tf.TensorContainerObject>(
  weights: Weights,
  config: ModelConfig,
  batch: GroupBatch,
  temperature: number,
  gradientCheckpointing: boolean,
  lossGradient: (tokens: TokenLogprobs) => LossGradient<Extra>,
): { gradients: Record<string, tf.Tensor>; extra: Extra } {
  const { sum, extra } = addWeightGradients(
    weights,
    config,
    batch,
    temperature,
    gradientCheckpointing,
    lossGradient,
    startGradientSum(),
  );
  return { gradients: joinGradients(sum, config.vocabSize), extra };
}
