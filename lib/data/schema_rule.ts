/**
 * Rules of declared objects (experiments, recipes) and the messages for those that are broken.
 *
 * @module
 */

import { z } from "zod";
import type { BudgetSpec, PlainBudgetSpec } from "./budget.ts";

/** A value for which `test` holds; `must` completes "must be ...". */
export function rule<T>(must: string, test: (value: unknown) => boolean): z.ZodCustom<T, T> {
  return z.custom<T>(test, { error: must });
}

/** A whole number, 1 or more. */
export const wholeNumber: z.ZodCustom<number, number> = rule<number>(
  "a whole number, 1 or more",
  (v) => Number.isInteger(v) && Number(v) >= 1,
);

const mode = rule<"exact" | "maximum">(
  '"exact" or "maximum"',
  (v) => v === "exact" || v === "maximum",
);

const notNegative = rule<number>(
  "a number, 0 or more",
  (v) => Number.isFinite(v) && Number(v) >= 0,
);

const bounds = { mode, low: wholeNumber, high: wholeNumber };
const bounded = <T extends z.ZodType<{ low: number; high: number }>>(schema: T): T =>
  schema.refine(({ low, high }) => low <= high, {
    path: ["high"],
    error: "a number not below low",
  });

const plainKinds = [
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({ kind: z.literal("fixed"), mode, tokens: wholeNumber }),
  bounded(z.strictObject({ kind: z.literal("uniform"), ...bounds })),
  bounded(z.strictObject({ kind: z.literal("log_uniform"), ...bounds })),
  bounded(
    z.strictObject({
      kind: z.literal("normal"),
      ...bounds,
      mean: notNegative,
      deviation: notNegative,
    }),
  ),
] as const;

const plainBudgets = z.discriminatedUnion("kind", plainKinds, {
  error: 'an object with kind "none", "fixed", "uniform", "log_uniform" or "normal"',
}) satisfies z.ZodType<PlainBudgetSpec>;

/** The rule for budgets in an experiment's settings or a recipe. */
export const budgetRule: z.ZodType<BudgetSpec> = z.discriminatedUnion("kind", [
  ...plainKinds,
  z.strictObject({ kind: z.literal("halves"), first: plainBudgets, second: plainBudgets }),
], {
  error: 'an object with kind "none", "fixed", "uniform", "log_uniform", "normal" or "halves"',
});

/** Shows a value found, shortened. */
export function showValue(value: unknown): string {
  if (typeof value === "function") return "a function";
  const json = typeof value === "number" ? String(value) : JSON.stringify(value) ?? String(value);
  return json.length > 120 ? `${json.slice(0, 117)}...` : json;
}
