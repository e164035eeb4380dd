/**
 * Numbers as a reader sees them. Minus signs are U+2212, and what is missing is a dash.
 *
 * @module
 */

import type { Interval } from "./run_types.ts";

const MISSING = "\u2013";

function sign(text: string): string {
  return /^-0(\.0+)?$/.test(text) ? text.slice(1) : text.replace("-", "\u2212");
}

/** A number with a fixed count of decimals and commas between thousands. */
export function formatNumber(value: number | null | undefined, decimals = 0): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  const [whole, fraction] = value.toFixed(decimals).split(".");
  const grouped = whole!.replace(/\B(?=(\d{3})+$)/g, ",");
  return sign(fraction === undefined ? grouped : `${grouped}.${fraction}`);
}

/** Like {@linkcode formatNumber}, with a plus sign before what is above zero. */
export function formatSigned(value: number | null | undefined, decimals = 0): string {
  const text = formatNumber(value, decimals);
  return typeof value === "number" && value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/** A kind of number: how many times the stored value is shown, with how many decimals. */
export interface Quantity {
  readonly scale: number;
  readonly decimals: number;
  /** What stands after the number, with the space before it. */
  readonly unit: string;
}

/** Fractions of answers, stored as 0..1 and shown in percent; their differences are percentage points. */
export const ACCURACY: Quantity = { scale: 100, decimals: 1, unit: " %" };
/** A difference of two accuracies, in percentage points. */
export const POINTS: Quantity = { scale: 100, decimals: 1, unit: " points" };
/** Mean lengths, in tokens. */
export const TOKENS: Quantity = { scale: 1, decimals: 1, unit: " tokens" };
/** Mean rewards. */
export const REWARD: Quantity = { scale: 1, decimals: 2, unit: "" };

/** Shows one value of a quantity, without its unit. */
export function formatQuantity(value: number | null | undefined, quantity: Quantity): string {
  return formatNumber(
    typeof value === "number" ? value * quantity.scale : value,
    quantity.decimals,
  );
}

/**
 * A mean and its interval in words.
 *
 * @example
 * ```ts
 * import { ACCURACY, describeInterval } from "./format.ts";
 * import { assertEquals } from "@std/assert";
 * const interval = { mean: 0.712, low: 0.68, high: 0.741 };
 * assertEquals(describeInterval(interval, ACCURACY), "71.2 % [68.0, 74.1]");
 * ```
 */
export function describeInterval(interval: Interval, quantity: Quantity): string {
  const [mean, low, high] = [interval.mean, interval.low, interval.high]
    .map((value) => formatQuantity(value, quantity));
  return `${mean}${quantity.unit} [${low}, ${high}]`;
}

/** The mean of a difference in words, with its sign, e.g. `+3.1 points`. */
export function describeMean({ mean }: Interval, { scale, decimals, unit }: Quantity): string {
  return `${formatSigned(mean === null ? null : mean * scale, decimals)}${unit}`;
}

/** A duration given in seconds, in its two largest units. */
export function formatDuration(durationS: number): string {
  if (durationS < 60) return `${durationS.toFixed(durationS < 10 ? 1 : 0)} s`;
  const minutes = Math.round(durationS / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** A count of bytes in MiB or GiB. */
export function formatBytes(bytes: number): string {
  const mebibytes = bytes / 2 ** 20;
  return mebibytes < 1000
    ? `${formatNumber(mebibytes)} MiB`
    : `${formatNumber(mebibytes / 1024, 1)} GiB`;
}

/** `1 seed`, `2 seeds`. */
export function count(number: number, noun: string): string {
  return `${formatNumber(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listInWords(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}
