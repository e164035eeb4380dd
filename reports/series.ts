/**
 * A metric by training step: smoothed within each seed, then averaged over seeds with the range of
 * the seeds around it.
 *
 * @module
 */

import type { ArmRun, Run } from "./read_run.ts";
import type { MetricsRow } from "./run_types.ts";

/** One curve; all arrays have one entry for each step. Null where no seed has a number. */
export interface Band {
  readonly steps: readonly number[];
  readonly mean: readonly (number | null)[];
  /** Lowest and highest seed. */
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
}

/** Trailing mean over `window` steps, of the numbers that are there. */
function smooth(values: readonly (number | null)[], window: number): (number | null)[] {
  return values.map((_, end) => {
    const there = values.slice(Math.max(0, end + 1 - window), end + 1).filter((v) => v !== null);
    return there.length === 0 ? null : there.reduce((sum, v) => sum + v, 0) / there.length;
  });
}

/**
 * The curve of one metric over some seeds. A step counts the seeds that have a number for it.
 *
 * @param seeds Rows of `metrics.jsonl`, one list for each seed.
 * @param metric Key of the metric.
 * @param window Steps of the trailing mean; 1 for none.
 * @returns Null if no seed has a number for the metric.
 *
 * @example
 * ```ts
 * import { bandOverSeeds } from "./series.ts";
 * import { assertEquals } from "@std/assert";
 * const seeds = [[{ step: 1, kl: 1 }, { step: 2, kl: 3 }], [{ step: 1, kl: 3 }]];
 * assertEquals(bandOverSeeds(seeds, "kl", 1), {
 *   steps: [1, 2],
 *   mean: [2, 3],
 *   low: [1, 3],
 *   high: [3, 3],
 * });
 * ```
 */
export function bandOverSeeds(
  seeds: readonly (readonly MetricsRow[])[],
  metric: string,
  window: number,
): Band | null {
  const values = new Map<number, number[]>();
  for (const rows of seeds) {
    const smoothed = smooth(rows.map((row) => row[metric] ?? null), window);
    rows.forEach(({ step }, index) => {
      const there = values.get(step) ?? [];
      const value = smoothed[index];
      if (typeof value === "number") there.push(value);
      values.set(step, there);
    });
  }
  const steps = [...values.keys()].sort((a, b) => a - b);
  const numbers = steps.map((step) => values.get(step)!);
  if (numbers.every((there) => there.length === 0)) return null;
  const each = (reduce: (there: number[]) => number) =>
    numbers.map((there) => there.length === 0 ? null : reduce(there));
  return {
    steps,
    mean: each((there) => there.reduce((sum, value) => sum + value, 0) / there.length),
    low: each((there) => Math.min(...there)),
    high: each((there) => Math.max(...there)),
  };
}

/** Steps in a curve, at most: more could not be told apart on a screen, and would only fill the page. */
const POINTS = 250;

/** Keeps every `stride`-th step from the first, and the last; numbers keep six significant digits. */
function thin(band: Band): Band {
  const stride = Math.ceil(band.steps.length / POINTS);
  const last = band.steps.length - 1;
  const kept = <T>(values: readonly T[]) =>
    values.filter((_, index) => index % stride === 0 || index === last);
  const rounded = (values: readonly (number | null)[]) =>
    kept(values).map((value) => value === null ? null : Number(value.toPrecision(6)));
  return {
    steps: kept(band.steps),
    mean: rounded(band.mean),
    low: rounded(band.low),
    high: rounded(band.high),
  };
}

/** Steps of the trailing mean that curves are drawn with: a twentieth of the longest training. */
export function smoothingWindow(run: Run): number {
  const lengths = run.arms.flatMap(({ seeds }) => seeds.map(({ metrics }) => metrics.length));
  return Math.max(1, Math.round(Math.max(0, ...lengths) / 20));
}

/**
 * {@linkcode bandOverSeeds} of an arm that was read from a run folder. Seeds that failed are left out
 * if others did not: where they end, the mean of the rest would seem to jump. A long curve keeps about
 * 250 evenly spaced steps.
 */
export function bandOfArm(arm: ArmRun, metric: string, window: number): Band | null {
  const whole = arm.seeds.filter(({ status }) => status !== null && status.state !== "failed");
  const seeds = whole.length > 0 ? whole : arm.seeds;
  const band = bandOverSeeds(seeds.map(({ metrics }) => metrics), metric, window);
  return band === null ? null : thin(band);
}
