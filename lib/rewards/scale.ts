/**
 * Scores that carry their scale in the type. At run time they are numbers; to TypeScript they are not, so
 * that `<` and `>` between a score on one scale and a threshold on the other, or a bare number, do not
 * compile. The released Med-U1 code compares a BLEU of at most 1 with a threshold of 45.
 *
 * @module
 */

/** A score or threshold between 0 and 1; `Number(score)` gives the plain number. */
export interface Fraction01 {
  /** Exists in the type alone. */
  readonly scale: "fraction01";
}

/** A score or threshold between 0 and 100; `Number(score)` gives the plain number. */
export interface Percent {
  /** Exists in the type alone. */
  readonly scale: "percent";
}

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
 * import { fraction01, percent } from "@terse/rewards";
 * import { assert, assertThrows } from "@std/assert";
 * assertThrows(() => fraction01(45), RangeError, "between 0 and 1");
 * assert(fraction01(0.9) > fraction01(0.45));
 * // @ts-expect-error A fraction cannot be compared with a percentage.
 * assert(!(fraction01(0.9) > percent(45)));
 * ```
 */
export function fraction01(value: number): Fraction01 {
  requireWithin(value, 1, "fraction");
  return value as unknown as Fraction01;
}

/**
 * Marks a number as a percentage.
 *
 * @throws {RangeError} If the value is not between 0 and 100.
 */
export function percent(value: number): Percent {
  requireWithin(value, 100, "percentage");
  return value as unknown as Percent;
}
