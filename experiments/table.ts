/**
 * Plain-text tables and numbers for the terminal.
 *
 * @module
 */

import type { Interval } from "./statistics.ts";

/**
 * Lays rows out in columns: the first column to the left, the others to the right, two spaces apart.
 *
 * @example
 * ```ts
 * import { formatTable } from "@terse/experiments";
 * import { assertEquals } from "@std/assert";
 * assertEquals(
 *   formatTable(["arm", "tokens"], [["none", "81"], ["exact", "140"]]),
 *   "arm    tokens\n-----  ------\nnone       81\nexact     140",
 * );
 * ```
 * @param header One title for each column.
 * @param rows Cells; a missing cell is shown empty.
 */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = header.map((title, c) =>
    Math.max(title.length, ...rows.map((row) => (row[c] ?? "").length))
  );
  const line = (cells: readonly string[]) =>
    widths.map((width, c) =>
      c === 0 ? (cells[c] ?? "").padEnd(width) : (cells[c] ?? "").padStart(width)
    ).join("  ").trimEnd();
  return [line(header), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join(
    "\n",
  );
}

/** A mean with its interval, e.g. `61.5 [55.0, 68.0]`; every number is multiplied by `scale` first. */
export function formatInterval(interval: Interval, digits: number, scale = 1): string {
  const [mean, low, high] = [interval.mean, interval.low, interval.high]
    .map((value) => (value * scale).toFixed(digits));
  return `${mean} [${low}, ${high}]`;
}

/** A difference with its interval and always a sign, e.g. `+3.0 [-1.5, +7.5]`. */
export function formatDifference(interval: Interval, digits: number, scale = 1): string {
  const [mean, low, high] = [interval.mean, interval.low, interval.high].map((value) => {
    const text = (value * scale).toFixed(digits);
    return text.startsWith("-") ? text : `+${text}`;
  });
  return `${mean} [${low}, ${high}]`;
}

/** A duration in milliseconds in the two largest units, e.g. `1 h 05 min`, `2 min 30 s`, `8.4 s`. */
export function formatDuration(durationMs: number): string {
  const seconds = durationMs / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const two = (count: number) => String(count).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}
