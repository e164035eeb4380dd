/**
 * What a diagnosis is, and how one that lasts is told once.
 *
 * @module
 */
import type { GrpoConfig } from "../train/train_step.ts";

/** Metrics of one training step, under TRL's names; null or NaN where a number was not finite. */
export type StepMetrics = Readonly<Record<string, number | null>> & { readonly step: number };

/** Settings that diagnoses name with their present values. */
export type DiagnosedSettings = Pick<
  GrpoConfig,
  | "beta"
  | "dynamicSamplingRounds"
  | "entropyCoefficient"
  | "epsilonHigh"
  | "learningRate"
  | "maxCompletionLength"
  | "numGenerations"
  | "temperature"
>;

/** What can be wrong with a training run. */
export type DiagnosisCause =
  | "accuracy_collapse"
  | "length_collapse"
  | "equal_groups"
  | "truncation"
  | "entropy_collapse"
  | "kl_runaway"
  | "sampler_mismatch"
  | "skipped_update";

/** The beginning or the end of something that is wrong with a training run. */
export interface Diagnosis {
  /** The step whose metrics told of it. */
  readonly step: number;
  readonly cause: DiagnosisCause;
  readonly state: "began" | "ended";
  /** One sentence with the step and the cause and, where it began, the setting to change. */
  readonly sentence: string;
}

/** One thing that can go wrong, and how the metrics show it. */
export interface Symptom {
  readonly cause: DiagnosisCause;
  /** Steps in a row without it after which it has ended, so that a value at the limit tells of it once. */
  readonly calmSteps: number;
  /** What is wrong, as the beginning of "... is over". */
  readonly title: string;
  /**
   * Whether the last of the steps shows it.
   *
   * @param steps Steps 1, 2, ... up to the one in question; at least one.
   * @returns The evidence, what it means and the setting to change, without a full stop; null if it does
   *   not show.
   */
  readonly show: (steps: readonly StepMetrics[], settings: DiagnosedSettings) => string | null;
}

/** Steps over which a symptom of noisy metrics has to last: one bad batch of questions is no trend. */
export const WINDOW = 5;

/** A finite number of a step, or null. */
export function metricOf(step: StepMetrics | undefined, name: string): number | null {
  const value = step?.[name];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/**
 * A metric over the {@linkcode WINDOW} steps that end before `end`.
 *
 * @returns Null unless all of them exist and hold a finite number.
 */
export function windowOf(
  steps: readonly StepMetrics[],
  name: string,
  end: number = steps.length,
): number[] | null {
  if (end < WINDOW) return null;
  const values = steps.slice(end - WINDOW, end).map((step) => metricOf(step, name));
  return values.every((value) => value !== null) ? values : null;
}

/** The mean of at least one number. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A fraction as `12 %`. */
export function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(0)} %`;
}
