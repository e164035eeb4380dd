/**
 * The memory that a run needs at its fullest, before its first step.
 *
 * @module
 */
import type { EngineName } from "../engine/choice.ts";
import type { ModelConfig } from "../model/config.ts";
import type { GrpoConfig } from "../train/train_step.ts";
import {
  ADAMW_COPIES,
  BACKWARD_COPIES,
  CACHE_COPIES,
  FORWARD_COPIES,
  HEAD_COPIES,
  LOGIT_COPIES,
  NORM_COPIES,
  PROCESS_COSTS,
} from "./calibration.ts";
import {
  batchLayerBytes,
  type BatchShape,
  cacheBytes,
  chunkBytes,
  headBytes,
  hiddenBytes,
  layerBytes,
  NUMBER_BYTES,
  parameterBytes,
  rowsOf,
} from "./sizes.ts";

/** What memory depends on. Lengths in tokens. */
export interface MemoryRequest {
  readonly engine: EngineName;
  readonly config: ModelConfig;
  /** Null for a policy that is evaluated and not trained. */
  readonly training:
    | Pick<GrpoConfig, "numGenerations" | "maxCompletionLength" | "microBatchSize" | "beta"> & {
      readonly numPrompts: number;
      /** Of the longest prompt that is trained on. */
      readonly promptTokens: number;
    }
    | null;
  readonly evaluation: {
    /** Questions sampled at a time. */
    readonly batchSize: number;
    /** Completions of each. */
    readonly samples: number;
    readonly maxCompletionLength: number;
    /** Of the longest prompt that is evaluated. */
    readonly promptTokens: number;
  };
}

/** One stage of a run, and what it holds in bytes by what it is for. */
export interface MemoryPhase {
  readonly name:
    | "loading"
    | "sampling"
    | "reference"
    | "gradients"
    | "update"
    | "checkpoint"
    | "evaluation";
  /** Tensors, on the engine. */
  readonly tensors: Readonly<Record<string, number>>;
  /** Arrays on their way from or to a file, outside the engine. */
  readonly arraysBytes: number;
}

/** A prediction. */
export interface MemoryPlan {
  readonly engine: EngineName;
  /** In the order of a run. */
  readonly phases: readonly MemoryPhase[];
  /** The phase that holds most. */
  readonly fullest: MemoryPhase;
  /** Most bytes of tensors on the engine at once. */
  readonly tensorBytes: number;
  /** Most bytes of the process. */
  readonly processBytes: number;
}

/** Bytes of a phase's tensors together. */
export function tensorBytesOf({ tensors }: MemoryPhase): number {
  return Object.values(tensors).reduce((sum, bytes) => sum + bytes, 0);
}

/** Decoding at full length: caches, and a step of all layers. */
function sampling(config: ModelConfig, batch: BatchShape): Record<string, number> {
  const { P, G, N, T } = batch, B = P * G;
  const cache = cacheBytes(config, batch);
  const step = layerBytes(config, FORWARD_COPIES, B, {
    group: B * config.numHeads * (N + T),
    prompt: 0,
  });
  return {
    caches: CACHE_COPIES.prompts * cache.prompts + CACHE_COPIES.completions * cache.completions,
    logits: LOGIT_COPIES * NUMBER_BYTES * B * config.vocabSize,
    layers: config.numLayers * step,
  };
}

/** The largest part that {@link cutMicroBatches} makes of full groups. */
function microBatch(
  { numPrompts, numGenerations, microBatchSize, maxCompletionLength, promptTokens }: NonNullable<
    MemoryRequest["training"]
  >,
): { batch: BatchShape; parts: number } {
  const G = Math.min(numGenerations, microBatchSize);
  const P = Math.min(numPrompts, Math.max(1, Math.floor(microBatchSize / G)));
  return {
    batch: { P, G, N: promptTokens - 1, T: maxCompletionLength },
    parts: Math.ceil(numPrompts * numGenerations / (P * G)),
  };
}

/** The backward pass at its fullest of three moments: at the head, at the last layer, at the first. */
function gradients(
  { config, engine }: MemoryRequest,
  batch: BatchShape,
  parts: number,
): Record<string, number> {
  const { P, G, T } = batch, M = rowsOf(batch), L = config.numLayers;
  const { all } = parameterBytes(config), head = headBytes(config);
  const chunk = chunkBytes(config, P * G * T);
  const layer = batchLayerBytes(config, BACKWARD_COPIES[engine], batch);
  const summed = parts > 1 ? all : 0;
  // The wasm engine sums the embedding's gradient by a product with one-hot rows; its vocabularies are
  // small, and the layers before it hold more.
  const moments = [
    {
      gradients: summed + 2 * head,
      "layer inputs": (L + 1) * hiddenBytes(config, M),
      "logits": HEAD_COPIES.backward * chunk,
    },
    { gradients: summed + head, "layer inputs": (L + 1) * hiddenBytes(config, M), "layer": layer },
    { gradients: summed + all, "layer inputs": 2 * hiddenBytes(config, M), "layer": layer },
  ];
  const total = (parts: Record<string, number>) => Object.values(parts).reduce((a, b) => a + b, 0);
  return moments.reduce<Record<string, number>>((a, b) => total(b) > total(a) ? b : a, moments[0]!);
}

/**
 * Predicts the peak memory of an arm at full lengths: every prompt as long as the longest, every completion
 * as long as it may be. Shorter ones need less, so this is what the run must find room for.
 *
 * Of what is counted, see calibration.ts. Not counted: rewards, rollouts as text and the questions
 * themselves, which take megabytes.
 *
 * @example
 * ```ts
 * import { predictMemory } from "@terse/rl";
 * import { assert } from "@std/assert";
 * const { processBytes, fullest } = predictMemory({
 *   engine: "wasm",
 *   config: {
 *     architecture: "llama", vocabSize: 640, hiddenSize: 128, intermediateSize: 384, numLayers: 3,
 *     numHeads: 4, numKvHeads: 2, headDim: 32, ropeTheta: 10_000, rmsNormEps: 1e-5,
 *     tieWordEmbeddings: true, attentionBias: false, maxPositionEmbeddings: 512,
 *   },
 *   training: {
 *     numPrompts: 8, numGenerations: 8, microBatchSize: 64, maxCompletionLength: 120, beta: 0.001,
 *     promptTokens: 80,
 *   },
 *   evaluation: { batchSize: 32, samples: 1, maxCompletionLength: 120, promptTokens: 80 },
 * });
 * assert(fullest.name === "gradients" && processBytes > 2 ** 30);
 * ```
 */
export function predictMemory(request: MemoryRequest): MemoryPlan {
  const { engine, config, training, evaluation } = request;
  const { all: policy, largest } = parameterBytes(config);
  const reference = training === null || training.beta === 0 ? 0 : policy;
  const held: Record<string, number> = training === null
    ? { policy }
    : { policy, reference, moments: 2 * policy };
  const phases: MemoryPhase[] = [{ name: "loading", tensors: { policy }, arraysBytes: policy }];
  if (training !== null) {
    const { numPrompts, numGenerations, maxCompletionLength, promptTokens } = training;
    const { batch, parts } = microBatch(training);
    const sampled = {
      P: numPrompts,
      G: numGenerations,
      N: promptTokens - 1,
      T: maxCompletionLength,
    };
    phases.push({
      name: "sampling",
      tensors: { ...held, ...sampling(config, sampled) },
      arraysBytes: 0,
    });
    if (reference > 0) {
      phases.push({
        name: "reference",
        tensors: {
          ...held,
          layer: batchLayerBytes(config, FORWARD_COPIES, batch),
          logits: HEAD_COPIES.forward * chunkBytes(config, batch.P * batch.G * batch.T),
        },
        arraysBytes: 0,
      });
    }
    phases.push(
      {
        name: "gradients",
        tensors: { ...held, ...gradients(request, batch, parts) },
        arraysBytes: 0,
      },
      {
        name: "update",
        tensors: {
          ...held,
          gradients: policy,
          update: Math.max(NORM_COPIES * policy, ADAMW_COPIES * largest),
        },
        arraysBytes: 0,
      },
      { name: "checkpoint", tensors: held, arraysBytes: policy },
    );
  }
  const { batchSize: P, samples: G, promptTokens, maxCompletionLength: T } = evaluation;
  phases.push({
    name: "evaluation",
    tensors: { ...held, ...sampling(config, { P, G, N: promptTokens - 1, T }) },
    arraysBytes: 0,
  });
  const size = (phase: MemoryPhase) => tensorBytesOf(phase) + phase.arraysBytes;
  const fullest = phases.reduce((a, b) => size(b) > size(a) ? b : a);
  const { baseBytes, share } = PROCESS_COSTS[engine];
  return {
    engine,
    phases,
    fullest,
    tensorBytes: Math.max(...phases.map(tensorBytesOf)),
    processBytes: Math.round(baseBytes + share * size(fullest)),
  };
}
