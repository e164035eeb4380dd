/**
 * A difference and its interval as a picture in a table cell, on one scale for the whole column.
 *
 * @module
 */

import type { Interval } from "../run_types.ts";

const WIDTH = 90;
const HEIGHT = 16;

/** Largest distance from zero that a column of intervals reaches; at least a little. */
export function reachOf(intervals: readonly (Interval | null | undefined)[]): number {
  const ends = intervals.flatMap((i) => [i?.low, i?.high, i?.mean])
    .filter((end) => typeof end === "number");
  return Math.max(1e-9, ...ends.map(Math.abs));
}

/**
 * Draws an interval with its mean around a line at zero. The numbers stand in the same cell, so the
 * picture is hidden from screen readers.
 *
 * @param interval The interval; nothing is drawn if a number is missing or an end is out of reach.
 * @param reach What the half width of the picture stands for, from {@linkcode reachOf}.
 */
export function drawIntervalBar({ mean, low, high }: Interval, reach: number): string {
  if (mean === null || low === null || high === null) return "";
  if (Math.max(-low, high) > reach) return "";
  const x = (value: number) => (WIDTH / 2 + value / reach * (WIDTH / 2 - 4)).toFixed(1);
  return `<svg class="bar" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" ` +
    `aria-hidden="true"><path class="zero" d="M${WIDTH / 2} 0V${HEIGHT}"/>` +
    `<path class="range" d="M${x(low)} ${HEIGHT / 2}H${x(high)}"/>` +
    `<circle cx="${x(mean)}" cy="${HEIGHT / 2}" r="3"/></svg>`;
}
