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
  batchLayerBytes,
  type BatchShape,
  blockBytes,
  headBytes,
  hiddenBytes,
  keptBytes,
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

/** The forward and backward pass at its fullest of four moments. */
function gradientBytes(
  config: ModelConfig,
  copies: EngineCopies,
  training: TrainingMemory,
): Record<string, number> {
  const { gradientCheckpointing, lora } = training;
  const { batch, parts } = microBatch(training);
  const M = rowsOf(batch), C = batch.P * batch.G * batch.T, L = config.numLayers;
  const trained = trainedBytes(config, lora).all;
  const head = lora === null ? headBytes(config) : 0;
  const block = blockBytes(config, C);
  const summed = parts > 1 ? trained : 0;
  const input = hiddenBytes(config, M);
  const kept = input + (gradientCheckpointing ? 0 : keptBytes(config, M));
  const layer = batchLayerBytes(
    config,
    gradientCheckpointing ? copies.backwardAgain : copies.backward,
    batch,
  );
  const { logits, rows } = copies.head.backward;
  const moments: Record<string, number>[] = [
    // At the head's last block.
    {
      gradients: summed + head,
      "kept by layers": L * kept,
      logits: logits * block.logits + rows * block.rows,
    },
    // At the last layer and at the first one.
    { gradients: summed + head, "kept by layers": L * kept + input, layer },
    { gradients: summed + trained, "kept by layers": kept + input, layer },
    // At the embedding: its gradient, the head's, and their sum.
    {
      gradients: summed + trained + 2 * head,
      "one-hot rows": lora === null ? copies.oneHot * NUMBER_BYTES * (M + C) * config.vocabSize : 0,
    },
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
  const { logits, rows } = copies.head.forward;
  const phase = (
    name: MemoryPhase["name"],
    tensors: Record<string, number>,
    arraysBytes = 0,
  ): MemoryPhase => ({ name, tensors: { ...held, ...tensors }, arraysBytes });
  return [
    phase("sampling", samplingBytes(config, copies, sampled)),
    ...(training.beta === 0 ? [] : [phase("reference", {
      layer: batchLayerBytes(config, copies.forward, batch),
      logits: logits * block.logits + rows * block.rows,
    })]),
    phase("gradients", gradientBytes(config, copies, training)),
    phase("update", {
      gradients: trained.all,
      update: copies.adamw * trained.largest,
    }),
    phase("checkpoint", {}, trained.all),
  ];
}
