/**
 * The memory that a run needs at its fullest, before its first step.
 *
 * @module
 */
import type { EngineName } from "../engine/choice.ts";
import type { ModelConfig } from "../model/config.ts";
import { ENGINE_COPIES } from "./calibration.ts";
import { decodedTogether, type MemoryPhase, samplingBytes, totalBytes } from "./phase.ts";
import { modelBytes } from "./sizes.ts";
import { heldBytes, type TrainingMemory, trainingPhases } from "./training.ts";

/** What memory depends on. Lengths in tokens. */
export interface MemoryRequest {
  readonly engine: EngineName;
  readonly config: ModelConfig;
  /** Null for a policy that is evaluated and not trained. */
  readonly training: TrainingMemory | null;
  readonly evaluation: {
    /** Questions sampled at a time. */
    readonly batchSize: number;
    /** Completions of each. */
    readonly samples: number;
    readonly maxCompletionLength: number;
    readonly rowsAtOnce: number;
    /** Of the longest prompt that is evaluated. */
    readonly promptTokens: number;
  };
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

/**
 * Predicts the peak memory of an arm at full lengths: every prompt as long as the longest, every completion
 * as long as it may be. Shorter ones need less, so this is what the run must find room for.
 *
 * Of what is counted, see calibration.ts. Not counted: rewards, rollouts as text and the questions
 * themselves, which take megabytes; batches padded to the sizes of compiled graphs, at most an eighth more.
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
 *     numPrompts: 8, numGenerations: 8, rowsAtOnce: 64, microBatchSize: 64, maxCompletionLength: 120,
 *     beta: 0.001, syncRefModel: null, gradientCheckpointing: false, lora: null, promptTokens: 80,
 *   },
 *   evaluation: {
 *     batchSize: 32, samples: 1, rowsAtOnce: 64, maxCompletionLength: 120, promptTokens: 80,
 *   },
 * });
 * assert(fullest.name === "gradients" && processBytes > 2 ** 29);
 * ```
 */
export function predictMemory(
  { engine, config, training, evaluation }: MemoryRequest,
): MemoryPlan {
  const copies = ENGINE_COPIES[engine];
  const policy = modelBytes(config).all;
  const held = training === null ? { policy } : heldBytes(config, training);
  const { batchSize: P, samples: G, promptTokens, maxCompletionLength: T } = evaluation;
  const batch = decodedTogether({ P, G, N: promptTokens - 1, T }, evaluation.rowsAtOnce);
  const evaluated = samplingBytes(config, copies, batch);
  const phases: MemoryPhase[] = [
    { name: "loading", tensors: { policy }, arraysBytes: policy },
    ...(training === null ? [] : trainingPhases(config, copies, training)),
    { name: "evaluation", tensors: { ...held, ...evaluated }, arraysBytes: 0 },
  ];
  const size = (phase: MemoryPhase) => totalBytes(phase.tensors) + phase.arraysBytes;
  const fullest = phases.reduce((a, b) => size(b) > size(a) ? b : a);
  return {
    engine,
    phases,
    fullest,
    tensorBytes: Math.max(...phases.map(({ tensors }) => totalBytes(tensors))),
    processBytes: Math.round(copies.baseBytes + copies.share * size(fullest)),
  };
}
