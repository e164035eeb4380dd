/**
 * The assertions of `@std/assert` that this project uses, over node:assert, for machines that do not
 * reach JSR. To use the original, map `@std/assert` to `jsr:@std/assert@1` in deno.json.
 *
 * @module
 */
import { deepStrictEqual, notDeepStrictEqual } from "node:assert";

/** Thrown by every assertion that does not hold. */
export class AssertionError extends Error {
  /** The class's name. */
  override name = "AssertionError";
}

function fail(expectation: string, message: string | undefined): never {
  throw new AssertionError(message === undefined ? expectation : `${expectation}: ${message}`);
}

// deno-lint-ignore no-explicit-any -- constructors of any shape are matched with instanceof.
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

/** The value must be truthy. */
export function assert(value: unknown, message?: string): asserts value {
  if (!value) fail(`Expected a truthy value, got ${Deno.inspect(value)}`, message);
}

/** The values must be deeply equal. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  try {
    deepStrictEqual(actual, expected);
  } catch (error) {
    fail(`Values are not equal: ${(error as Error).message}`, message);
  }
}

/** The values must not be deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, message?: string): void {
  try {
    notDeepStrictEqual(actual, expected);
  } catch {
    fail(`Expected values to differ, both are ${Deno.inspect(actual)}`, message);
  }
}

/** The values must be the same by `Object.is`. */
export function assertStrictEquals<T>(actual: unknown, expected: T, message?: string): void {
  if (!Object.is(actual, expected)) {
    fail(`Expected ${Deno.inspect(actual)} to be ${Deno.inspect(expected)}`, message);
  }
}

/** The numbers must differ by at most `tolerance` (default 1e-7 of the expected value). */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance: number = Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7,
  message?: string,
): void {
  if (Object.is(actual, expected) || Math.abs(actual - expected) <= tolerance) return;
  fail(`Expected ${actual} to be within ${tolerance} of ${expected}`, message);
}

/** `actual > expected` must hold. */
export function assertGreater<T>(actual: T, expected: T, message?: string): void {
  if (!(actual > expected)) fail(`Expected ${actual} > ${expected}`, message);
}

/** `actual >= expected` must hold. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, message?: string): void {
  if (!(actual >= expected)) fail(`Expected ${actual} >= ${expected}`, message);
}

/** `actual < expected` must hold. */
export function assertLess<T>(actual: T, expected: T, message?: string): void {
  if (!(actual < expected)) fail(`Expected ${actual} < ${expected}`, message);
}

/** `actual <= expected` must hold. */
export function assertLessOrEqual<T>(actual: T, expected: T, message?: string): void {
  if (!(actual <= expected)) fail(`Expected ${actual} <= ${expected}`, message);
}

/** The value must be neither null nor undefined. */
export function assertExists<T>(actual: T, message?: string): asserts actual is NonNullable<T> {
  if (actual === null || actual === undefined) fail(`Expected a value, got ${actual}`, message);
}

/** The value must be an instance of the class. */
export function assertInstanceOf<E extends Error>(
  actual: unknown,
  type: ErrorClass<E>,
  message?: string,
): asserts actual is E {
  if (!(actual instanceof type)) {
    fail(`Expected an instance of ${type.name}, got ${Deno.inspect(actual)}`, message);
  }
}

/** The text must contain `expected`. */
export function assertStringIncludes(actual: string, expected: string, message?: string): void {
  if (!actual.includes(expected)) {
    fail(`Expected ${Deno.inspect(actual)} to contain ${Deno.inspect(expected)}`, message);
  }
}

/** The array must contain every expected element, compared deeply. */
export function assertArrayIncludes<T>(actual: readonly T[], expected: readonly T[]): void {
  for (const element of expected) {
    const found = actual.some((candidate) => {
      try {
        deepStrictEqual(candidate, element);
        return true;
      } catch {
        return false;
      }
    });
    if (!found) fail(`Expected an array with ${Deno.inspect(element)}`, Deno.inspect(actual));
  }
}

/** The text must match the pattern. */
export function assertMatch(actual: string, expected: RegExp, message?: string): void {
  if (!expected.test(actual)) {
    fail(`Expected ${Deno.inspect(actual)} to match ${expected}`, message);
  }
}

/** The text must not match the pattern. */
export function assertNotMatch(actual: string, expected: RegExp, message?: string): void {
  if (expected.test(actual)) {
    fail(`Expected ${Deno.inspect(actual)} not to match ${expected}`, message);
  }
}

function checkError<E extends Error>(
  error: unknown,
  type: ErrorClass<E> | undefined,
  includes: string | undefined,
): E {
  if (!(error instanceof Error)) fail(`Expected an Error, got ${Deno.inspect(error)}`, undefined);
  if (type !== undefined && !(error instanceof type)) {
    fail(`Expected a ${type.name}, got ${error.name}`, error.message);
  }
  if (includes !== undefined && !error.message.includes(includes)) {
    fail(`Expected the error's message to contain ${Deno.inspect(includes)}`, error.message);
  }
  return error as E;
}

/** The function must throw an error of that class whose message contains the text; returns it. */
export function assertThrows<E extends Error = Error>(
  run: () => unknown,
  type?: ErrorClass<E>,
  includes?: string,
): E {
  let thrown: unknown;
  try {
    run();
  } catch (error) {
    thrown = error;
    return checkError(thrown, type, includes);
  }
  fail("Expected the function to throw", undefined);
}

/** The promise must be rejected with an error of that class whose message contains the text. */
export async function assertRejects<E extends Error = Error>(
  run: () => PromiseLike<unknown>,
  type?: ErrorClass<E>,
  includes?: string,
): Promise<E> {
  try {
    await run();
  } catch (error) {
    return checkError(error, type, includes);
  }
  fail("Expected the promise to be rejected", undefined);
}
