/**
 * Small values of the report's own types, for tests that need no files.
 *
 * @module
 */

import type { ArmRun, Run } from "./read_run.ts";
import { missingSeed, type SeedRun } from "./read_seed.ts";
import type { EvaluationRow, Interval, SplitSummary } from "./run_types.ts";

/** An interval that reaches equally far both ways. */
export function around(mean: number, half: number): Interval {
  return { mean, low: mean - half, high: mean + half };
}

/** Accuracy and tokens with their half widths; differences to the reference likewise, or none. */
export interface MadeSplit {
  readonly accuracy: readonly [mean: number, half: number];
  readonly tokens: readonly [mean: number, half: number];
  readonly deltaAccuracy?: readonly [mean: number, half: number];
  readonly deltaTokens?: readonly [mean: number, half: number];
}

/** The summary of one arm on one split. */
export function madeSplit(made: MadeSplit): SplitSummary {
  return {
    accuracy: around(...made.accuracy),
    tokens: around(...made.tokens),
    deltaAccuracyVsReference: made.deltaAccuracy ? around(...made.deltaAccuracy) : null,
    deltaTokensVsReference: made.deltaTokens ? around(...made.deltaTokens) : null,
  };
}

/** An arm with the given summaries of the split `test`, and seeds. */
export function madeArm(
  name: string,
  test: MadeSplit | null,
  seeds: readonly SeedRun[] = [missingSeed(1)],
): ArmRun {
  return {
    name,
    title: `Title of ${name}`,
    description: `Description of ${name}`,
    seeds,
    failed: [],
    splits: test === null ? {} : { test: madeSplit(test) },
  };
}

/** A row of `evaluation.parquet`. */
export function madeRow(row: Partial<EvaluationRow>): EvaluationRow {
  return {
    split: "test",
    prompt_id: "q",
    sample: 0,
    kind: "open",
    question: "What?",
    completion: "",
    tokens: 1,
    finish_reason: "stop",
    budget_mode: "none",
    budget_tokens: null,
    gold: "that",
    correct: true,
    ...row,
  };
}

/** A run of some arms; the baseline is `start`, the reference `none`. */
export function madeRun(arms: readonly ArmRun[]): Run {
  return {
    folder: "/runs/made",
    experiment: {
      name: "made",
      title: "Made",
      question: "Which?",
      description: "Made for a test.",
      engine: { name: "wasm", reason: "asked for", compile: "auto", tf32: false },
      model: { name: "tiny", parameters: 1000 },
      data: { description: "made", hash: "sha256:0", counts: { train: 1 } },
      seeds: [1],
      steps: 4,
      arms: arms.map(({ name, title, description }) => ({ name, title, description })),
      denoVersion: "2",
      startedAt: "2030-01-01T00:00:00Z",
      host: { cores: 1, memoryBytes: 1 },
      evaluation: { temperature: 0.2, samples: 1, splits: ["test"] },
      baselineArm: "start",
      referenceArm: "none",
    },
    arms,
    intervals: "made",
    audit: null,
    problems: [],
  };
}
