/**
 * Factors of weights that follow the training step alone.
 *
 * @module
 */

/** A factor that is `from` up to step `firstStep`, `to` from `lastStep` on, and linear in between. */
export interface Schedule {
  readonly kind: "linear";
  readonly from: number;
  readonly to: number;
  readonly firstStep: number;
  readonly lastStep: number;
}

/**
 * A schedule's factor in training step `step` (from 1).
 *
 * @example
 * ```ts
 * import { scheduledFactor } from "@terse/rewards";
 * import { assertEquals } from "@std/assert";
 * const warmUp = { kind: "linear", from: 0, to: 1, firstStep: 10, lastStep: 20 } as const;
 * assertEquals([1, 10, 15, 20, 99].map((step) => scheduledFactor(warmUp, step)), [0, 0, 0.5, 1, 1]);
 * ```
 */
export function scheduledFactor(
  { from, to, firstStep, lastStep }: Schedule,
  step: number,
): number {
  if (step <= firstStep) return from;
  if (step >= lastStep) return to;
  return from + (to - from) * (step - firstStep) / (lastStep - firstStep);
}
