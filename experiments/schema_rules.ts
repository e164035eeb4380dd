/**
 * Rules for single values of a declaration, each with the words that complete "must be ...".
 *
 * @module
 */

import { z } from "zod";

/** A value for which `test` holds; `must` completes "must be ...". */
export function rule<T>(must: string, test: (value: unknown) => boolean) {
  return z.custom<T>(test, { error: must });
}

/** True for a finite number. */
export const isNumber = (value: unknown): value is number => Number.isFinite(value);
/** A text. */
export const text = rule<string>(
  "a text that is not empty",
  (v) => typeof v === "string" && v !== "",
);
/** A whole number from 1. */
export const count = rule<number>(
  "a whole number, 1 or more",
  (v) => Number.isInteger(v) && Number(v) >= 1,
);
/** A whole number from 2. */
export const twoOrMore = rule<number>(
  "a whole number, 2 or more",
  (v) => Number.isInteger(v) && Number(v) >= 2,
);
/** A whole number from 0. */
export const countOrNone = rule<number>(
  "a whole number, 0 or more",
  (v) => Number.isInteger(v) && Number(v) >= 0,
);
/** A number above 0. */
export const positive = rule<number>("a number greater than 0", (v) => isNumber(v) && v > 0);
/** A number from 0. */
export const notNegative = rule<number>("a number, 0 or more", (v) => isNumber(v) && v >= 0);
/** A number in [0, 1). */
export const decay = rule<number>(
  "a number from 0 to less than 1",
  (v) => isNumber(v) && v >= 0 && v < 1,
);
/** A number in [0, 1]. */
export const shareOrNone = rule<number>(
  "a number from 0 to 1",
  (v) => isNumber(v) && v >= 0 && v <= 1,
);
/** A number in (0, 1]. */
export const share = rule<number>(
  "a number greater than 0 and at most 1",
  (v) => isNumber(v) && v > 0 && v <= 1,
);
/** A name that is fit for a folder. */
export const name = rule<string>(
  "lower-case letters, digits and underscores, beginning with a letter",
  (v) => typeof v === "string" && /^[a-z][a-z0-9_]*$/.test(v),
);
