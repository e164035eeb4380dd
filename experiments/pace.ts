/**
 * How fast an arm trains, and what time that leaves.
 *
 * @module
 */

import { formatDuration } from "./table.ts";

/** Steps that the mean is taken over: enough to be steady, few enough to follow the machine. */
const WINDOW = 10;

/** Durations of an arm's latest steps. */
export class Pace {
  readonly #latestMs: number[] = [];

  /** Takes note of a step's duration. */
  observe(stepMs: number): void {
    this.#latestMs.push(stepMs);
    if (this.#latestMs.length > WINDOW) this.#latestMs.shift();
  }

  /** Mean of the latest steps in milliseconds, or null before the first. */
  meanMs(): number | null {
    if (this.#latestMs.length === 0) return null;
    return this.#latestMs.reduce((sum, value) => sum + value, 0) / this.#latestMs.length;
  }
}

/**
 * The time that training will take in all, in a line.
 *
 * @param stepMs Mean duration of a step.
 * @param steps Steps still to train, over all arms.
 * @param jobs Arms trained at a time.
 */
export function describeEstimate(stepMs: number, steps: number, jobs: number): string {
  return `estimate: about ${formatDuration(stepMs * steps / jobs)} of training left ` +
    `(${steps} steps of ${formatDuration(stepMs)}, ${jobs} at a time), evaluation not counted`;
}
