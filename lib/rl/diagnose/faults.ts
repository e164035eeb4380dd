/**
 * Faults of the computation: sampler and trainer disagree, or numbers are not finite.
 *
 * @module
 */
import { SKIPPED_UPDATE } from "../train/non_finite.ts";
import { metricOf, type StepMetrics, type Symptom, WINDOW } from "./symptom.ts";

/**
 * Nats a token, averaged. Both compute in float32 and differ by 1e-6; TF32 products reach 1e-3. From here
 * on ratios of 1 are wrong by two percent, a tenth of epsilon.
 */
const MISMATCH_NATS = 0.02;

/** The log-probabilities that were sampled by are not those that are trained. */
export const samplerMismatch: Symptom = {
  cause: "sampler_mismatch",
  calmSteps: WINDOW,
  title: "the difference between sampler and trainer",
  show(steps) {
    const nats = metricOf(steps.at(-1), "sampling/sampling_logp_difference/mean");
    if (nats === null || nats <= MISMATCH_NATS) return null;
    return `the sampler's log-probabilities differ from the trainer's by ${
      nats.toPrecision(2)
    } nats a ` +
      `token on average: the gradient is that of another policy than the one that wrote the ` +
      `completions; compare with --compile off or another --engine, or set importanceSamplingCap`;
  },
};

/** What was not finite in a step without an update; null for a step with one. */
export function skippedPart(step: StepMetrics | undefined): string | null {
  const name = Object.keys(step ?? {}).find((key) => key.startsWith(SKIPPED_UPDATE));
  return name === undefined ? null : name.slice(SKIPPED_UPDATE.length);
}

/** The last step made no update, as its loss or gradient is not finite. */
export const skippedUpdate: Symptom = {
  cause: "skipped_update",
  calmSteps: WINDOW,
  title: "the skipping of updates",
  show(steps, { learningRate }) {
    const part = skippedPart(steps.at(-1));
    if (part === null) return null;
    const what = part === "loss"
      ? "the loss"
      : part === "grad_norm"
      ? "the gradient's norm"
      : `the gradient of ${part}`;
    return `${what} is not finite, so the update was skipped and the weights are as before; look at ` +
      `the step's rollouts and rewards, and lower learningRate (${learningRate}) if it goes on`;
  },
};

/**
 * Why training cannot go on: too many steps in a row without an update.
 *
 * @param limit So many steps in a row may be skipped; one more ends the run.
 * @returns One sentence, or null as long as it can go on.
 *
 * @example
 * ```ts
 * import { reasonToStop } from "@terse/rl";
 * import { assertEquals } from "@std/assert";
 * const steps = [1, 2].map((step) => ({ step, "skipped_update/loss": 1 }));
 * assertEquals(reasonToStop(steps, 2), null);
 * assertEquals(reasonToStop(steps, 1)?.startsWith("Cannot go on after step 2"), true);
 * ```
 */
export function reasonToStop(steps: readonly StepMetrics[], limit: number): string | null {
  const inARow = steps.length - 1 - steps.findLastIndex((step) => skippedPart(step) === null);
  if (inARow <= limit) return null;
  const last = steps.at(-1)!;
  return `Cannot go on after step ${last.step}: at most maxSkippedSteps (${limit}) steps in a row may ` +
    `have a loss or gradient that is not finite: current value is ${inARow}, the last one by ` +
    `${skippedPart(last)}. Look at their rollouts, lower learningRate, or go back to a checkpoint`;
}
