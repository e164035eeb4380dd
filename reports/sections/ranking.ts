/**
 * Which arm is best, and which arms the run does not tell from it.
 *
 * @module
 */

import { ACCURACY, formatQuantity } from "../format.ts";
import type { ArmRun } from "../read_run.ts";
import type { Interval } from "../run_types.ts";

/** The arms of a split with the highest accuracy, and those whose intervals overlap with theirs. */
export interface Ranking {
  /** One arm, or several whose mean accuracies are equal to the digit shown; in the run's order. */
  readonly leaders: readonly ArmRun[];
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
  const ranked = arms.filter((arm) => accuracy(arm) !== null);
  const best = ranked.toSorted((a, b) => accuracy(b)! - accuracy(a)!)[0];
  if (best === undefined) return null;
  const shown = (arm: ArmRun) => formatQuantity(accuracy(arm), ACCURACY);
  const interval = (arm: ArmRun) => arm.splits[split]!.accuracy;
  const leaders = ranked.filter((arm) => shown(arm) === shown(best));
  return {
    leaders,
    tied: ranked.filter((arm) => !leaders.includes(arm) && overlaps(interval(best), interval(arm))),
  };
}
