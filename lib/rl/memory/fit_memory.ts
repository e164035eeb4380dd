/**
 * Whether a run fits the machine, and what would make it fit.
 *
 * @module
 */
import { ENGINE_COPIES } from "./calibration.ts";
import { type Attempt, changesOf, type MemoryRoom } from "./changes.ts";
import { type MemoryPlan, type MemoryRequest, predictMemory } from "./predict_memory.ts";

/**
 * The most that a WebAssembly heap can hold: 2^32 bytes but a page. No single tensor comes near 2^31 bytes
 * within it, as a layer's pass holds dozens of its size.
 */
const WASM_HEAP_BYTES = 2 ** 32 - 2 ** 16;

/** A number of bytes in words, e.g. `1.4 GiB`. */
export function describeBytes(bytes: number): string {
  const mebibytes = bytes / 2 ** 20;
  return mebibytes < 1000 ? `${mebibytes.toFixed(0)} MiB` : `${(mebibytes / 1024).toFixed(1)} GiB`;
}

/** How many processes of a plan the machine has room for at a time; 0 if not for one. */
export function jobsThatFit(plan: MemoryPlan, availableBytes: number): number {
  return Math.floor(availableBytes / plan.processBytes);
}

/** What a plan breaks, as the end of "must ...: ..."; null if it fits. */
function objection(plan: MemoryPlan, { availableBytes, jobs }: MemoryRoom): string | null {
  const heapBytes = plan.tensorBytes * ENGINE_COPIES.wasm.share;
  if (plan.engine === "wasm" && heapBytes > WASM_HEAP_BYTES) {
    return `must fit the ${describeBytes(WASM_HEAP_BYTES)} that a WebAssembly heap can have: ` +
      `current value is ${describeBytes(heapBytes)}`;
  }
  if (jobsThatFit(plan, availableBytes) < jobs) {
    const times = jobs === 1 ? "" : ` (${jobs} x ${describeBytes(plan.processBytes)})`;
    return `must fit the ${
      describeBytes(availableBytes)
    } of memory that are free: current value is ` +
      `${describeBytes(jobs * plan.processBytes)}${times}`;
  }
  return null;
}

/** The cheapest two single changes that make a run fit, each with what it then needs. */
function remedies(attempt: Attempt): string[] {
  const found: string[] = [];
  for (const { words, values, apply } of changesOf(attempt)) {
    for (const value of values) {
      const { request, room } = apply(attempt, value);
      const plan = predictMemory(request);
      if (objection(plan, room) !== null) continue;
      found.push(`${words(value)}: ${describeBytes(room.jobs * plan.processBytes)}`);
      break;
    }
    if (found.length === 2) break;
  }
  return found;
}

/** The largest parts of a plan's fullest phase. */
export function describeFullest({ fullest }: MemoryPlan): string {
  const parts = Object.entries({ ...fullest.tensors, arrays: fullest.arraysBytes })
    .filter(([, bytes]) => bytes > 0).sort(([, a], [, b]) => b - a).slice(0, 4);
  return `${fullest.name}: ${
    parts.map(([name, bytes]) => `${name} ${describeBytes(bytes)}`).join(", ")
  }`;
}

/**
 * Refuses a run that does not fit.
 *
 * @param name Names what is to run, e.g. `arm maximum`.
 * @throws {RangeError} with the figures and the two cheapest single changes that would make it fit.
 *
 * @example
 * ```ts
 * import { requireMemory } from "@terse/rl";
 * import { assertThrows } from "@std/assert";
 * const request = {
 *   engine: "tensorflow", training: null,
 *   config: {
 *     architecture: "llama", vocabSize: 49_152, hiddenSize: 576, intermediateSize: 1536, numLayers: 30,
 *     numHeads: 9, numKvHeads: 3, headDim: 64, ropeTheta: 100_000, rmsNormEps: 1e-5,
 *     tieWordEmbeddings: true, attentionBias: false, maxPositionEmbeddings: 2048,
 *   },
 *   evaluation: {
 *     batchSize: 16, samples: 1, rowsAtOnce: 32, maxCompletionLength: 192, promptTokens: 512,
 *   },
 * } as const;
 * requireMemory("start", request, { availableBytes: 8 * 2 ** 30, jobs: 1 });
 * assertThrows(
 *   () => requireMemory("start", request, { availableBytes: 8 * 2 ** 30, jobs: 8 }),
 *   RangeError,
 *   "--jobs",
 * );
 * ```
 */
export function requireMemory(name: string, request: MemoryRequest, room: MemoryRoom): void {
  const plan = predictMemory(request);
  const broken = objection(plan, room);
  if (broken === null) return;
  const found = remedies({ request, room });
  const advice = found.length === 0
    ? "No single setting makes it fit: take a smaller model or a machine with more memory"
    : `${found.length === 1 ? "This makes" : "Either of these makes"} it fit: ${
      found.join("; or ")
    }`;
  throw new RangeError(
    `Cannot run ${name}: its memory ${broken} (${describeFullest(plan)}). ${advice}`,
  );
}
