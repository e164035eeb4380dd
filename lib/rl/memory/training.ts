/**
 * What a training step holds, stage by stage.
 *
 * @module
 */
import type { LoraSettings } from "../lora/adapter.ts";
import type { ModelConfig } from "../model/config.ts";
import type { GrpoConfig } from "../train/train_step.ts";
import type { EngineCopies } from "./calibration.ts";
import { decodedTogether, type MemoryPhase, samplingBytes, totalBytes } from "./phase.ts";
import {
  type BatchShape,
  blockBytes,
  contextBytes,
  headBytes,
  hiddenBytes,
  keptBytes,
  layerBytes,
  layerGradientBytes,
  modelBytes,
  NUMBER_BYTES,
  rowsOf,
  trainedBytes,
} from "./sizes.ts";

/** What the memory of training depends on. Lengths in tokens. */
export interface TrainingMemory extends
  Pick<
    GrpoConfig,
    | "beta"
    | "gradientCheckpointing"
    | "maxCompletionLength"
    | "microBatchSize"
    | "numGenerations"
    | "rowsAtOnce"
    | "syncRefModel"
  > {
  readonly numPrompts: number;
  /** Of the longest prompt that is trained on. */
  readonly promptTokens: number;
  readonly lora: LoraSettings | null;
}

/** Tensors that stay from step to step. */
export function heldBytes(
  config: ModelConfig,
  { beta, syncRefModel, lora }: TrainingMemory,
): Record<string, number> {
  const policy = modelBytes(config).all, trained = trainedBytes(config, lora).all;
  // With an adapter the reference is the model without it.
  const hasOwnReference = syncRefModel !== null || (beta !== 0 && lora === null);
  return {
    policy,
    ...(lora === null ? {} : { adapter: trained }),
    ...(hasOwnReference ? { reference: policy } : {}),
    moments: 2 * trained,
  };
}

/** The largest part that a step's groups are cut into, and how many parts there are. */
function microBatch(
  { numPrompts, numGenerations, microBatchSize, maxCompletionLength, promptTokens }: TrainingMemory,
): { batch: BatchShape; parts: number } {
  const G = Math.min(numGenerations, microBatchSize);
  const P = Math.min(numPrompts, Math.max(1, Math.floor(microBatchSize / G)));
  return {
    batch: { P, G, N: promptTokens - 1, T: maxCompletionLength },
    parts: Math.ceil(numPrompts * numGenerations / (P * G)),
  };
}

/** Gradients: all of them, the head's and those of one layer. */
function gradientSizes(
  config: ModelConfig,
  lora: LoraSettings | null,
): { all: number; head: number; layer: number } {
  const { numLayers, tieWordEmbeddings, hiddenSize } = config;
  const all = trainedBytes(config, lora).all;
  if (lora !== null) return { all, head: 0, layer: all / numLayers };
  const head = headBytes(config);
  const outside = (tieWordEmbeddings ? 1 : 2) * head + NUMBER_BYTES * hiddenSize;
  return { all, head, layer: (all - outside) / numLayers };
}

/** The forward and backward pass at its fullest of four moments. */
function gradientBytes(
  config: ModelConfig,
  copies: EngineCopies,
  training: TrainingMemory,
): Record<string, number> {
  const { gradientCheckpointing, lora } = training;
  const { batch, parts } = microBatch(training);
  const M = rowsOf(batch), C = batch.P * batch.G * batch.T, L = config.numLayers;
  const { all, head, layer: ofLayer } = gradientSizes(config, lora);
  const block = blockBytes(config, C);
  // The first micro-batch's gradients become the sum, to which those of the others are added one by one.
  const sumAtHead = parts > 1 ? all : head;
  const input = hiddenBytes(config, M), completions = hiddenBytes(config, C);
  const { attention, feedForward } = keptBytes(config, M);
  const kept = gradientCheckpointing ? 0 : attention + feedForward;
  const layer = layerGradientBytes(config, copies, batch);
  const left = copies.head.left * completions;
  const shared = contextBytes(config, batch, copies.stretchRows);
  // Gradients of the tokens' own rows wait for the end, where they are at most as many as the vocabulary.
  const tokens = lora === null
    ? Math.min(parts * (input + completions), Math.max(head, input + completions))
    : 0;
  const { logits, hidden } = copies.head.backward;
  const moments: Record<string, number>[] = [
    // At the head's last block.
    {
      gradients: sumAtHead,
      "kept by layers": L * (input + kept),
      "masks and rotations": shared,
      logits: logits * block.logits + hidden * completions + block.block + block.piece,
    },
    // At the last layer and at the first one: with the gradient between layers, and the layer's own ones.
    {
      gradients: sumAtHead + ofLayer,
      "kept by layers": L * input + (L - 1) * kept + input,
      "head's rows": left,
      "masks and rotations": shared,
      layer,
    },
    {
      gradients: all + (parts > 1 ? ofLayer : 0),
      "kept by layers": 2 * input,
      "head's rows": left,
      "masks and rotations": shared,
      layer,
    },
    // At the end: the tokens' rows become a matrix like the head, and pieces of the head one matrix.
    { gradients: all + head, "tokens' rows": 2 * tokens },
  ];
  return moments.reduce((a, b) => totalBytes(b) > totalBytes(a) ? b : a);
}

/** The stages of a training step and of the checkpoint behind it. */
export function trainingPhases(
  config: ModelConfig,
  copies: EngineCopies,
  training: TrainingMemory,
): MemoryPhase[] {
  const { numPrompts, numGenerations, rowsAtOnce, maxCompletionLength, promptTokens } = training;
  const held = heldBytes(config, training);
  const trained = trainedBytes(config, training.lora);
  const sampled = decodedTogether(
    { P: numPrompts, G: numGenerations, N: promptTokens - 1, T: maxCompletionLength },
    rowsAtOnce,
  );
  const { batch } = microBatch(training);
  const block = blockBytes(config, batch.P * batch.G * batch.T);
  const completions = hiddenBytes(config, batch.P * batch.G * batch.T);
  const { logits, hidden } = copies.head.forward;
  const phase = (
    name: MemoryPhase["name"],
    tensors: Record<string, number>,
    arraysBytes = 0,
  ): MemoryPhase => ({ name, tensors: { ...held, ...tensors }, arraysBytes });
  return [
    phase("sampling", samplingBytes(config, copies, sampled)),
    ...(training.beta === 0 ? [] : [phase("reference", {
      layer: layerBytes(config, copies.forward, batch, copies.stretchRows),
      logits: logits * block.logits + hidden * completions + block.block,
    })]),
    phase("gradients", gradientBytes(config, copies, training)),
    phase("update", {
      gradients: trained.all,
      update: copies.adamw * trained.largest,
    }),
    phase("checkpoint", {}, trained.all),
  ];
}
