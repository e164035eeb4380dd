/**
 * Comparing computed values with golden ones.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs";

/** Numbers in any nesting. */
export type Nested = number | readonly Nested[] | { readonly [name: string]: Nested };

/** Inputs or outputs of a golden case by the reference's names. */
export type GoldenFields = Readonly<Record<string, unknown>>;

/** How close is equal. */
export interface Tolerance {
  /** Allowed difference relative to the expected value. */
  readonly relative: number;
  /** Allowed difference on top, in the value's own unit. */
  readonly absolute: number;
  /** What an expected NaN asks for: NaN itself, or any finite value (the project's deviation). */
  readonly notANumber: "same" | "finite";
}

/** The golden file's tolerance for the project's own functions, which never leak NaN from padding. */
export const projectTolerance: Tolerance = {
  relative: 1e-5,
  absolute: 1e-6,
  notANumber: "finite",
};

/** The same tolerance for the released arithmetic. */
export const releasedTolerance: Tolerance = { ...projectTolerance, notANumber: "same" };

/**
 * Where computed values are not the expected ones.
 *
 * @param path Name of the value, for the messages.
 * @param actual What was computed.
 * @param expected What it must be; nesting and names must be the same.
 * @param tolerance How close is equal.
 * @returns One line for each difference; none if all agree.
 */
export function differencesBetween(
  path: string,
  actual: Nested,
  expected: Nested,
  tolerance: Tolerance,
): string[] {
  if (typeof actual === "number" && typeof expected === "number") {
    return close(actual, expected, tolerance)
      ? []
      : [`${path} must be ${expected}: current value is ${actual}`];
  }
  if (typeof actual === "number" || typeof expected === "number") {
    return [`${path} must be nested like the expected value`];
  }
  const actualEntries = new Map<string, Nested>(Object.entries(actual));
  const expectedEntries = Object.entries(expected);
  if (
    actualEntries.size !== expectedEntries.length ||
    expectedEntries.some(([name]) => !actualEntries.has(name))
  ) {
    return [
      `${path} must have the entries ${expectedEntries.map(([name]) => name).join(", ")}: ` +
      `current value is ${[...actualEntries.keys()].join(", ")}`,
    ];
  }
  return expectedEntries.flatMap(([name, value]) =>
    differencesBetween(`${path}.${name}`, actualEntries.get(name)!, value, tolerance)
  );
}

function close(actual: number, expected: number, tolerance: Tolerance): boolean {
  if (Number.isNaN(expected)) {
    return tolerance.notANumber === "same" ? Number.isNaN(actual) : Number.isFinite(actual);
  }
  if (actual === expected) return true;
  const allowed = tolerance.absolute + tolerance.relative * Math.abs(expected);
  return Number.isFinite(expected) && Math.abs(actual - expected) <= allowed;
}

/**
 * Reads a tensor back.
 *
 * @param tensor Any tensor; the caller keeps it.
 * @returns Its values in nested arrays.
 */
export async function nested(tensor: tf.Tensor): Promise<Nested> {
  return await tensor.array() as Nested;
}

/**
 * Cuts flat values into rows.
 *
 * @param values Values in row-major order.
 * @param rows Rows of the lengths wanted.
 * @returns The values in rows.
 */
export function likeRows(values: readonly number[], rows: number[][]): number[][] {
  let next = 0;
  return rows.map((row) => row.map(() => values[next++]!));
}

/**
 * Whether an action is refused.
 *
 * @param action What must throw.
 * @returns Whether it threw a RangeError.
 */
export function throwsRangeError(action: () => unknown): boolean {
  try {
    action();
    return false;
  } catch (error) {
    return error instanceof RangeError;
  }
}
