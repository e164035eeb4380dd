/**
 * Steps of a sample calculation: the expression as it is written and the value it has.
 *
 * @module
 */

/** One simple operation of a worked calculation. */
export interface Step {
  /** What the operation gives, in a word or two, e.g. `gap`. */
  readonly name: string;
  /** The expression without spaces, e.g. `112-82`. */
  readonly expression: string;
  readonly value: number;
}

/** A number without trailing zeros and with at most `digits` decimals (6 where not given). */
export function writeNumber(value: number, digits = 6): string {
  return String(Number(value.toFixed(digits)));
}

const OPERATIONS = {
  "+": (a: number, b: number) => a + b,
  "-": (a: number, b: number) => a - b,
  "*": (a: number, b: number) => a * b,
  "/": (a: number, b: number) => a / b,
} as const;

/**
 * One operation with two or more numbers, taken from left to right; rounded to 6 decimals, so that
 * binary fractions leave no trace in the text.
 *
 * @example
 * ```ts
 * import { makeStep } from "./arithmetic.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(makeStep("gap", "-", 112, 82), { name: "gap", expression: "112-82", value: 30 });
 * ```
 */
export function makeStep(
  name: string,
  operation: keyof typeof OPERATIONS,
  ...numbers: [number, number, ...number[]]
): Step {
  const value = numbers.reduce(OPERATIONS[operation]);
  return {
    name,
    expression: numbers.map((number) => writeNumber(number)).join(operation),
    value: Number(value.toFixed(6)),
  };
}

/** All combinations that take one number from each list, in order, as tuples. */
export function combineNumbers(...lists: readonly (readonly number[])[]): number[][] {
  return lists.reduce<number[][]>(
    (tuples, list) => tuples.flatMap((tuple) => list.map((number) => [...tuple, number])),
    [[]],
  );
}

/** The numbers low, low + by, ... up to and including high; steps of .1 leave no binary trace. */
export function countBy(low: number, high: number, by: number): number[] {
  const count = Math.floor((high - low) / by + 1e-9) + 1;
  return Array.from({ length: count }, (_, i) => Number((low + i * by).toFixed(6)));
}
