/**
 * The files of a run folder as a report reads them. Keys that a report does not use are ignored.
 *
 * @module
 */

import { z } from "zod";

const text = z.string();
const number = z.number();
/** Files hold null where a number was not finite. */
const numberOrNull = z.number().nullable();

const interval = z.object({ mean: numberOrNull, low: numberOrNull, high: numberOrNull });

/** A mean and the ends of its 95 % interval; null where the run could not compute it. */
export type Interval = z.infer<typeof interval>;

const arm = z.object({ name: text, title: text, description: text });

/** `experiment.json`: what was asked and where it ran. */
export const experimentSchema = z.object({
  name: text,
  title: text,
  question: text,
  description: text,
  engine: z.object({ name: text, reason: text }),
  model: z.object({ name: text, parameters: number, path: text.nullish() }),
  data: z.object({ description: text, hash: text, counts: z.record(text, number) }),
  seeds: z.array(number),
  steps: number,
  arms: z.array(arm),
  commit: text.nullish(),
  denoVersion: text,
  startedAt: text,
  host: z.object({ cores: number, memoryBytes: number }),
  evaluation: z.object({ temperature: number, samples: number, splits: z.array(text) }),
  baselineArm: text,
  referenceArm: text,
});

/** What `experiment.json` holds. */
export type ExperimentFile = z.infer<typeof experimentSchema>;

/** `status.json` of an arm under one seed. */
export const statusSchema = z.object({
  state: z.enum(["running", "done", "failed", "stopped"]),
  step: number,
  steps: number,
  updatedAt: text,
  error: text.nullish(),
  peakBytes: numberOrNull.optional(),
});

/** What `status.json` holds. */
export type Status = z.infer<typeof statusSchema>;

const group = z.object({ n: number, accuracy: numberOrNull, meanTokens: numberOrNull });

const splitEvaluation = z.object({
  n: number,
  samples: number,
  accuracy: numberOrNull,
  meanTokens: numberOrNull,
  meanThinkingTokens: numberOrNull.optional(),
  formatRate: numberOrNull.optional(),
  clippedRatio: numberOrNull.optional(),
  meanReward: numberOrNull.optional(),
  byKind: z.record(text, group).optional(),
});

/** `evaluation.json` of an arm under one seed. */
export const evaluationSchema = z.object({ step: number, splits: z.record(text, splitEvaluation) });

/** What `evaluation.json` holds. */
export type Evaluation = z.infer<typeof evaluationSchema>;

const splitSummary = z.object({
  accuracy: interval,
  tokens: interval,
  reward: interval.optional(),
  deltaAccuracyVsReference: interval.nullish(),
  deltaTokensVsReference: interval.nullish(),
});

/** Means and intervals of one arm on one split. */
export type SplitSummary = z.infer<typeof splitSummary>;

/** `summary.json`: what the run found. */
export const summarySchema = z.object({
  arms: z.array(z.object({
    arm: text,
    seeds: z.array(number),
    failed: z.array(z.object({ seed: number, error: text })),
    splits: z.record(text, splitSummary),
  })),
  intervals: text,
});

/** What `summary.json` holds. */
export type Summary = z.infer<typeof summarySchema>;

/** One line of `metrics.jsonl`: the step and the numbers under TRL's names. */
export const metricsRowSchema = z.object({ step: number }).catchall(numberOrNull);

/** What a line of `metrics.jsonl` holds. */
export type MetricsRow = z.infer<typeof metricsRowSchema>;

/** One row of `evaluation.parquet`: one sampled answer to one question. */
export const evaluationRowSchema = z.object({
  split: text,
  prompt_id: text,
  sample: number,
  kind: text,
  question: text,
  completion: text,
  tokens: number,
  thinking_tokens: numberOrNull.optional(),
  finish_reason: text,
  budget_mode: text.nullable(),
  budget_tokens: numberOrNull,
  gold: text,
  correct: z.boolean(),
});

/** What a row of `evaluation.parquet` holds. */
export type EvaluationRow = z.infer<typeof evaluationRowSchema>;
