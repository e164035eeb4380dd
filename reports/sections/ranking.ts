/**
 * Which arm is best, and which arms the run does not tell from it.
 *
 * @module
 */

import type { ArmRun } from "../read_run.ts";
import type { Interval } from "../run_types.ts";

/** The best arm of a split by mean accuracy, and the arms whose intervals overlap with its interval. */
export interface Ranking {
  readonly best: ArmRun;
  readonly tied: readonly ArmRun[];
}

/** True if two intervals share a point; an interval with a missing end overlaps with every other. */
export function overlaps(a: Interval, b: Interval): boolean {
  if (a.low === null || a.high === null || b.low === null || b.high === null) return true;
  return a.low <= b.high && b.low <= a.high;
}

/** How a difference stands to zero; `unclear` if its interval holds zero or an end is missing. */
export function directionOf(difference: Interval): "above" | "below" | "unclear" {
  if (difference.low !== null && difference.low > 0) return "above";
  if (difference.high !== null && difference.high < 0) return "below";
  return "unclear";
}

/**
 * Ranks the arms of a split by accuracy.
 *
 * @returns Null if no arm has an accuracy on this split.
 */
export function rankByAccuracy(arms: readonly ArmRun[], split: string): Ranking | null {
  const accuracy = (arm: ArmRun) => arm.splits[split]?.accuracy.mean ?? null;
  const ranked = arms.filter((arm) => accuracy(arm) !== null)
    .sort((a, b) => accuracy(b)! - accuracy(a)!);
  const [best, ...others] = ranked;
  if (best === undefined) return null;
  const interval = (arm: ArmRun) => arm.splits[split]!.accuracy;
  return { best, tied: others.filter((arm) => overlaps(interval(best), interval(arm))) };
}
