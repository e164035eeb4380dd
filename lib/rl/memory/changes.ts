/**
 * Changes of a run's settings that lower its memory.
 *
 * @module
 */
import type { EngineName } from "../engine/choice.ts";
import type { MemoryRequest } from "./predict_memory.ts";

/** Completion lengths are tried in steps of this many tokens. */
const LENGTH_STEP = 16;

/** What there is to run in. */
export interface MemoryRoom {
  /** Free memory of the machine. */
  readonly availableBytes: number;
  /** Processes at a time, all as large as the one asked about. */
  readonly jobs: number;
}

/** A run and its room, which a change may both touch. */
export interface Attempt {
  readonly request: MemoryRequest;
  readonly room: MemoryRoom;
}

/** One thing to change: its name, and values to try, the least change first. */
export interface Change {
  readonly words: (value: number | string) => string;
  readonly values: readonly (number | string)[];
  readonly apply: (attempt: Attempt, value: number | string) => Attempt;
}

/** Halves of a number: 8 gives 4, 2, 1. */
function halves(value: number): number[] {
  return value <= 1 ? [] : [Math.floor(value / 2), ...halves(Math.floor(value / 2))];
}

/** Changes to try, those first that cost least: time, then nothing but another engine, then the run. */
export function changesOf({ request: { engine, training, evaluation }, room }: Attempt): Change[] {
  const inTraining = (key: "microBatchSize" | "numGenerations" | "numPrompts"): Change[] => {
    if (training === null) return [];
    return [{
      words: (value) => `${key} ${value} (${training[key]} now)`,
      values: halves(training[key]),
      apply: ({ request, room }, value) => ({
        request: { ...request, training: { ...request.training!, [key]: value } },
        room,
      }),
    }];
  };
  const length = Math.max(evaluation.maxCompletionLength, training?.maxCompletionLength ?? 0);
  const shorter = Array.from(
    { length: Math.ceil(length / LENGTH_STEP) - 1 },
    (_, i) => (Math.ceil(length / LENGTH_STEP) - 1 - i) * LENGTH_STEP,
  );
  return [
    {
      words: (value) => `--jobs ${value} (${room.jobs} now)`,
      values: Array.from({ length: room.jobs - 1 }, (_, i) => room.jobs - 1 - i),
      apply: ({ request, room }, value) => ({ request, room: { ...room, jobs: Number(value) } }),
    },
    ...inTraining("microBatchSize"),
    {
      words: (value) => `evaluation.batchSize ${value} (${evaluation.batchSize} now)`,
      values: halves(evaluation.batchSize),
      apply: ({ request, room }, value) => ({
        request: { ...request, evaluation: { ...request.evaluation, batchSize: Number(value) } },
        room,
      }),
    },
    {
      words: (value) => `--engine ${value} (${engine} now)`,
      values: engine === "wasm" ? ["tensorflow"] : [],
      apply: ({ request, room }, value) => ({
        request: { ...request, engine: value as EngineName },
        room,
      }),
    },
    {
      words: (value) => `maxCompletionLength ${value} (${length} now)`,
      values: shorter,
      apply: ({ request, room }, value) => {
        const cut = <T extends { readonly maxCompletionLength: number }>(part: T): T => ({
          ...part,
          maxCompletionLength: Math.min(part.maxCompletionLength, Number(value)),
        });
        return {
          request: {
            ...request,
            training: request.training && cut(request.training),
            evaluation: cut(request.evaluation),
          },
          room,
        };
      },
    },
    ...inTraining("numGenerations"),
    ...inTraining("numPrompts"),
  ];
}
