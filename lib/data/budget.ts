/**
 * Token budgets asked for in the prompt.
 *
 * @module
 */

import { uniformInteger } from "./random.ts";

/** What the prompt asks of the reasoning's length. Med-U1 writes exact budgets as N and maxima as -N. */
export type Budget =
  | { readonly mode: "none" }
  | { readonly mode: "exact" | "maximum"; readonly tokens: number };

/**
 * How an experiment asks for budgets: never, a number drawn for each question and epoch with both ends
 * included (Med-U1 draws from 100 to 2000, arXiv 2506.12307, section 4), or one number for all.
 * Numbers are whole tokens, at least 1.
 */
export type BudgetSpec =
  | { readonly kind: "none" }
  | {
    readonly kind: "uniform";
    readonly mode: "exact" | "maximum";
    readonly low: number;
    readonly high: number;
  }
  | { readonly kind: "fixed"; readonly mode: "exact" | "maximum"; readonly tokens: number };

function checkTokens(name: string, tokens: number, least: number): void {
  if (!Number.isSafeInteger(tokens) || tokens < least) {
    throw new RangeError(
      `Cannot draw a budget: ${name} must be a whole number of at least ${least}: current value is ` +
        tokens,
    );
  }
}

/**
 * The budget for one question in one epoch: the same whenever it is asked for, whatever was drawn
 * before. The reference draws from an unseeded generator, so its budgets cannot be made again.
 *
 * @param recordKey What the question is known by, e.g. its source and id.
 * @param epoch Counts passes over the data from 0: each pass draws anew.
 * @throws {RangeError} if a bound or the fixed number is no whole number of at least 1, or the upper
 *   bound is below the lower.
 *
 * @example
 * ```ts
 * import { drawBudget } from "@terse/data";
 * import { assertEquals } from "@std/assert";
 * const spec = { kind: "uniform", mode: "exact", low: 100, high: 2000 } as const;
 * assertEquals(drawBudget(spec, 1, "MedQA/7", 0), drawBudget(spec, 1, "MedQA/7", 0));
 * assertEquals(drawBudget({ kind: "none" }, 1, "MedQA/7", 0), { mode: "none" });
 * ```
 */
export function drawBudget(
  spec: BudgetSpec,
  seed: number,
  recordKey: string,
  epoch: number,
): Budget {
  switch (spec.kind) {
    case "none":
      return { mode: "none" };
    case "fixed":
      checkTokens("tokens", spec.tokens, 1);
      return { mode: spec.mode, tokens: spec.tokens };
    case "uniform": {
      checkTokens("low", spec.low, 1);
      checkTokens("high", spec.high, spec.low);
      const tokens = uniformInteger(spec.low, spec.high, "budget", seed, recordKey, epoch);
      return { mode: spec.mode, tokens };
    }
  }
}
