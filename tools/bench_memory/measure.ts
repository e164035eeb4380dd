/**
 * One measurement of memory, in a process of its own: two training steps at full lengths, a checkpoint and
 * a batch of an evaluation. Prints a line of JSON: {@link MemoryMeasurement}.
 *
 * deno run -A tools/bench_memory/measure.ts '{"model":"tiny","engine":"wasm",...}'
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import {
  type EngineName,
  loadEngine,
  loadPolicy,
  type MemoryRequest,
  peakMemoryBytes,
  sampleRollouts,
  saveCheckpoint,
  trainStep,
} from "@terse/rl";
import { BENCH_SCHEME, benchQuestion, benchTraining, startBench } from "../bench_training.ts";

/** What is run: a model and sizes in tokens and completions. */
export interface MemoryCase {
  readonly model: string;
  readonly engine: EngineName;
  readonly numPrompts: number;
  readonly numGenerations: number;
  readonly promptTokens: number;
  readonly maxCompletionLength: number;
  readonly microBatchSize: number;
  readonly gradientCheckpointing: boolean;
}

/** What was measured. */
export interface MemoryMeasurement {
  readonly request: MemoryRequest;
  /** Most bytes of tensors' data at once. */
  readonly tensorBytes: number;
  /** The largest resident memory of the process. */
  readonly processBytes: number;
}

/**
 * Keeps the largest number of bytes of tensors' data at once. Tensors that share theirs count once: on the
 * tensorflow engine a reshaped tensor does without telling tfjs.
 */
function watchTensors(): () => number {
  const engine = tf.engine() as unknown as {
    runKernel: (name: string, ...rest: unknown[]) => unknown;
    trackTensor: (tensor: tf.Tensor, backend: unknown) => void;
    removeDataId: (dataId: object, backend: unknown) => void;
  };
  const run = engine.runKernel.bind(engine);
  const track = engine.trackTensor.bind(engine), remove = engine.removeDataId.bind(engine);
  const sizes = new Map<object, number>();
  let bytes = 0, largest = 0, isReshaped = false;
  engine.runKernel = (name, ...rest) => {
    isReshaped = name === "Reshape";
    try {
      return run(name, ...rest);
    } finally {
      isReshaped = false;
    }
  };
  engine.trackTensor = (tensor, backend) => {
    track(tensor, backend);
    const { dataId, size, dtype } = tensor;
    if (isReshaped || sizes.has(dataId)) return;
    sizes.set(dataId, size * tf.util.bytesPerElement(dtype));
    bytes += sizes.get(dataId)!;
    largest = Math.max(largest, bytes);
  };
  engine.removeDataId = (dataId, backend) => {
    bytes -= sizes.get(dataId) ?? 0;
    sizes.delete(dataId);
    remove(dataId, backend);
  };
  return () => largest;
}

async function measure(what: MemoryCase): Promise<MemoryMeasurement> {
  await loadEngine(what.engine);
  const tensorBytes = watchTensors();
  const loaded = await loadPolicy(what.model);
  // Completions never end, so that all have their full length.
  const refPolicy = { ...loaded, tokenizer: { ...loaded.tokenizer, endTokenIds: [] } };
  const training = {
    ...benchTraining(what.model),
    ...what,
    rowsAtOnce: what.numPrompts * what.numGenerations,
  };
  const questions = Array.from(
    { length: what.numPrompts },
    (_, i) => benchQuestion(i, what.promptTokens, refPolicy),
  );
  let state = startBench(refPolicy);
  // The first update parts the policy's weights from the reference's.
  for (let step = 0; step < 2; step++) {
    ({ state } = await trainStep(state, refPolicy, questions, BENCH_SCHEME, training, 1));
  }
  const folder = await Deno.makeTempDir({ prefix: "terse-memory-" });
  await saveCheckpoint(folder, state);
  await Deno.remove(folder, { recursive: true });
  const prompts = questions.map(({ prompt }) => prompt);
  await sampleRollouts(state.policy, prompts, {
    ...training,
    groupSize: 1,
    seed: 1,
    step: 0,
    purpose: "evaluation",
  });
  return {
    request: {
      engine: what.engine,
      config: refPolicy.config,
      training: { ...training, lora: null },
      evaluation: { ...training, batchSize: what.numPrompts, samples: 1 },
    },
    tensorBytes: tensorBytes(),
    processBytes: peakMemoryBytes(),
  };
}

if (import.meta.main) {
  console.log(JSON.stringify(await measure(JSON.parse(Deno.args[0]!))));
}
