/**
 * Scores that carry their scale in the type, so that a threshold on one scale cannot meet a score on the other.
 *
 * @module
 */

/** A score or threshold between 0 and 1. */
export type Fraction01 = number & { readonly scale: "fraction01" };

/** A score or threshold between 0 and 100. */
export type Percent = number & { readonly scale: "percent" };

function requireWithin(value: number, high: number, name: string): void {
  if (!(value >= 0 && value <= high)) {
    throw new RangeError(
      `Cannot make a ${name}: the value must be between 0 and ${high}: current value is ${value}`,
    );
  }
}

/**
 * Marks a number as a fraction.
 *
 * @throws {RangeError} If the value is not between 0 and 1.
 *
 * @example
 * ```ts
 * import { fraction01 } from "@terse/rewards";
 * import { assertThrows } from "@std/assert";
 * assertThrows(() => fraction01(45), RangeError, "between 0 and 1");
 * ```
 */
export function fraction01(value: number): Fraction01 {
  requireWithin(value, 1, "fraction");
  return value as Fraction01;
}

/**
 * Marks a number as a percentage.
 *
 * @throws {RangeError} If the value is not between 0 and 100.
 */
export function percent(value: number): Percent {
  requireWithin(value, 100, "percentage");
  return value as Percent;
}
