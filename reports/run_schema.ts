/**
 * Schemas of the files of a run folder. Keys that a report does not use are ignored.
 *
 * @module
 */

import { z } from "zod";
import type {
  Diagnosis,
  Evaluation,
  EvaluationRow,
  ExperimentFile,
  Interval,
  MemoryFile,
  MetricsRow,
  Status,
  Summary,
} from "./run_types.ts";

const text = z.string();

const number = z.number();

/** Files hold null where a number was not finite. */
const numberOrNull = z.number().nullable();

const interval: z.ZodType<Interval> = z.object({
  mean: numberOrNull,
  low: numberOrNull,
  high: numberOrNull,
});

/** Schema of `experiment.json`. */
export const experimentSchema: z.ZodType<ExperimentFile> = z.object({
  name: text,
  title: text,
  question: text,
  description: text,
  engine: z.object({ name: text, reason: text, compile: text, tf32: z.boolean() }),
  model: z.object({ name: text, parameters: number }),
  data: z.object({
    description: text,
    hash: text,
    counts: z.record(text, number),
    template: z.object({ name: text, hash: text }).optional(),
  }),
  seeds: z.array(number),
  steps: number,
  arms: z.array(z.object({ name: text, title: text, description: text })),
  commit: text.nullish(),
  denoVersion: text,
  startedAt: text,
  host: z.object({ cores: number, memoryBytes: number }),
  evaluation: z.object({ temperature: number, samples: number, splits: z.array(text) }),
  baselineArm: text,
  referenceArm: text,
});

/** Schema of `status.json`. */
export const statusSchema: z.ZodType<Status> = z.object({
  state: z.enum(["running", "done", "failed", "stopped"]),
  step: number,
  steps: number,
  error: text.nullish(),
  peakBytes: number.nullish(),
});

/** Schema of `memory.json`. */
export const memorySchema: z.ZodType<MemoryFile> = z.object({ processBytes: number });

/** Schema of `evaluation.json`. */
export const evaluationSchema: z.ZodType<Evaluation> = z.object({
  splits: z.record(
    text,
    z.object({
      n: number,
      byKind: z.record(text, z.object({ n: number, accuracy: numberOrNull })).optional(),
    }),
  ),
});

/** Schema of `summary.json`. */
export const summarySchema: z.ZodType<Summary> = z.object({
  arms: z.array(z.object({
    arm: text,
    seeds: z.array(number),
    failed: z.array(z.object({ seed: number, error: text })),
    splits: z.record(
      text,
      z.object({
        accuracy: interval,
        tokens: interval,
        reward: interval.optional(),
        deltaAccuracyVsReference: interval.nullish(),
        deltaTokensVsReference: interval.nullish(),
      }),
    ),
  })),
  intervals: text,
});

/** Schema of a line of `metrics.jsonl`. */
export const metricsRowSchema: z.ZodType<MetricsRow> = z.object({ step: number })
  .catchall(numberOrNull);

/** Schema of a line of `diagnoses.jsonl`. */
export const diagnosisSchema: z.ZodType<Diagnosis> = z.object({
  step: number,
  cause: text,
  state: z.enum(["began", "ended"]),
  sentence: text,
});

/** Schema of a row of `evaluation.parquet`. */
export const evaluationRowSchema: z.ZodType<EvaluationRow> = z.object({
  split: text,
  prompt_id: text,
  sample: number,
  kind: text,
  question: text,
  completion: text,
  tokens: number,
  finish_reason: text,
  budget_mode: text.nullable(),
  budget_tokens: numberOrNull,
  gold: text,
  correct: z.boolean(),
});
