/**
 * Changes of a run's settings that lower its memory.
 *
 * @module
 */
import type { EngineName } from "../engine/choice.ts";
import { TARGET_MODULES, type TargetModule } from "../lora/names.ts";
import type { MemoryRequest } from "./predict_memory.ts";

/** Completion lengths are tried in steps of this many tokens. */
const LENGTH_STEP = 16;

/** Rank of the adapter that is proposed: PEFT's default. */
const LORA_RANK = 8;

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

/** The request with other training settings; as it is if nothing is trained. */
function withTraining(
  { request, room }: Attempt,
  change: Partial<NonNullable<MemoryRequest["training"]>>,
): Attempt {
  if (request.training === null) return { request, room };
  return { request: { ...request, training: { ...request.training, ...change } }, room };
}

/** A training setting that can be halved. */
function halved(
  { request: { training } }: Attempt,
  key: "microBatchSize" | "numGenerations" | "numPrompts",
): Change[] {
  if (training === null) return [];
  return [{
    words: (value) => `${key} ${value} (${training[key]} now)`,
    values: halves(training[key]),
    apply: (attempt, value) => withTraining(attempt, { [key]: value }),
  }];
}

/** What costs time alone: the results stay what they are. */
function changesOfTime(attempt: Attempt): Change[] {
  const { request: { engine, training, evaluation }, room } = attempt;
  const recompute: Change = {
    words: () => "gradientCheckpointing true (false now)",
    values: training === null || training.gradientCheckpointing ? [] : ["true"],
    apply: (attempt) => withTraining(attempt, { gradientCheckpointing: true }),
  };
  const rows: Change = {
    words: (value) => `rowsAtOnce ${value} (${evaluation.rowsAtOnce} now)`,
    values: halves(evaluation.rowsAtOnce),
    apply: (attempt, value) => {
      const rowsAtOnce = Number(value);
      const { request, room } = withTraining(attempt, { rowsAtOnce });
      return { request: { ...request, evaluation: { ...evaluation, rowsAtOnce } }, room };
    },
  };
  return [
    {
      words: (value) => `--jobs ${value} (${room.jobs} now)`,
      values: Array.from({ length: room.jobs - 1 }, (_, i) => room.jobs - 1 - i),
      apply: ({ request, room }, value) => ({ request, room: { ...room, jobs: Number(value) } }),
    },
    ...halved(attempt, "microBatchSize"),
    recompute,
    rows,
    {
      words: (value) => `--engine ${value} (${engine} now)`,
      values: engine === "wasm" ? ["tensorflow"] : [],
      apply: ({ request, room }, value) => ({
        request: { ...request, engine: value as EngineName },
        room,
      }),
    },
  ];
}

/** What makes another run of it. */
function changesOfRun(attempt: Attempt): Change[] {
  const { training, evaluation, config } = attempt.request;
  const length = Math.max(evaluation.maxCompletionLength, training?.maxCompletionLength ?? 0);
  const steps = Math.ceil(length / LENGTH_STEP) - 1;
  const cut = <T extends { readonly maxCompletionLength: number }>(part: T, to: number): T => ({
    ...part,
    maxCompletionLength: Math.min(part.maxCompletionLength, to),
  });
  return [
    {
      words: (value) => `maxCompletionLength ${value} (${length} now)`,
      values: Array.from({ length: steps }, (_, i) => (steps - i) * LENGTH_STEP),
      apply: ({ request, room }, value) => ({
        request: {
          ...request,
          training: request.training && cut(request.training, Number(value)),
          evaluation: cut(request.evaluation, Number(value)),
        },
        room,
      }),
    },
    {
      words: (value) => `lora of rank ${value} (null now)`,
      values: training === null || training.lora !== null ? [] : [LORA_RANK],
      apply: (attempt, value) => {
        const rank = Math.min(Number(value), config.hiddenSize);
        const targetModules = Object.keys(TARGET_MODULES) as TargetModule[];
        return withTraining(attempt, { lora: { rank, alpha: 2 * rank, targetModules } });
      },
    },
    ...halved(attempt, "numGenerations"),
    ...halved(attempt, "numPrompts"),
  ];
}

/** Changes to try, those first that cost least. */
export function changesOf(attempt: Attempt): Change[] {
  return [...changesOfTime(attempt), ...changesOfRun(attempt)];
}
