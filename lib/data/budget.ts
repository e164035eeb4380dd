/**
 * Token budgets asked for in the prompt.
 *
 * @module
 */

import { uniform, uniformInteger } from "./random.ts";

/** What the prompt asks of the reasoning's length. Med-U1 writes exact budgets as N and maxima as -N. */
export type Budget =
  | { readonly mode: "none" }
  | { readonly mode: "exact" | "maximum"; readonly tokens: number };

/**
 * How budgets of one kind are asked for: never, one number for all, or a number drawn for each question
 * and epoch. Med-U1 draws uniformly from 100 to 2000, both ends included (arXiv 2506.12307, section 4);
 * `log_uniform` draws each doubling equally often, `normal` around a mean, where draws outside the
 * bounds go to the nearer one. Numbers are whole tokens, at least 1.
 */
export type PlainBudgetSpec =
  | { readonly kind: "none" }
  | { readonly kind: "fixed"; readonly mode: "exact" | "maximum"; readonly tokens: number }
  | {
    readonly kind: "uniform" | "log_uniform";
    readonly mode: "exact" | "maximum";
    readonly low: number;
    readonly high: number;
  }
  | {
    readonly kind: "normal";
    readonly mode: "exact" | "maximum";
    readonly mean: number;
    readonly deviation: number;
    readonly low: number;
    readonly high: number;
  };

/**
 * How an experiment or a recipe asks for budgets: in one way, or in two of which each question gets one
 * by a fair coin, e.g. half without and half exact, or half exact and half maximum.
 */
export type BudgetSpec = PlainBudgetSpec | {
  readonly kind: "halves";
  readonly first: PlainBudgetSpec;
  readonly second: PlainBudgetSpec;
};

function checkTokens(name: string, tokens: number, least: number): void {
  if (!Number.isSafeInteger(tokens) || tokens < least) {
    throw new RangeError(
      `Cannot draw a budget: ${name} must be a whole number of at least ${least}: current value is ` +
        tokens,
    );
  }
}

function checkBounds(low: number, high: number): void {
  checkTokens("low", low, 1);
  checkTokens("high", high, low);
}

/**
 * The budget for one question in one epoch: the same whenever it is asked for, whatever was drawn
 * before. The reference draws from an unseeded generator, so its budgets cannot be made again.
 *
 * @param recordKey What the question is known by: its source and id, or their `hashKey`.
 * @param epoch Counts passes over the data from 0: each pass draws anew.
 * @throws {RangeError} if a bound or the fixed number is no whole number of at least 1, the upper
 *   bound is below the lower, or a mean or deviation is no number of at least 0.
 *
 * @example
 * ```ts
 * import { drawBudget } from "@terse/data";
 * import { assertEquals } from "@std/assert";
 * const spec = { kind: "uniform", mode: "exact", low: 100, high: 2000 } as const;
 * assertEquals(drawBudget(spec, 1, "MedQA/7", 0), drawBudget(spec, 1, "MedQA/7", 0));
 * const half = { kind: "halves", first: { kind: "none" }, second: spec } as const;
 * assertEquals(drawBudget(half, 1, "MedQA/7", 0), drawBudget(half, 1, "MedQA/7", 0));
 * ```
 */
export function drawBudget(
  spec: BudgetSpec,
  seed: number,
  recordKey: string | number,
  epoch: number,
): Budget {
  switch (spec.kind) {
    case "none":
      return { mode: "none" };
    case "fixed":
      checkTokens("tokens", spec.tokens, 1);
      return { mode: spec.mode, tokens: spec.tokens };
    case "uniform": {
      checkBounds(spec.low, spec.high);
      const tokens = uniformInteger(spec.low, spec.high, "budget", seed, recordKey, epoch);
      return { mode: spec.mode, tokens };
    }
    case "log_uniform": {
      const { mode, low, high } = spec;
      checkBounds(low, high);
      const share = uniform("budget", seed, recordKey, epoch);
      // A number n stands for the interval from n to n + 1 of a density 1 / x.
      const tokens = Math.floor(low * ((high + 1) / low) ** share);
      return { mode, tokens: Math.min(high, Math.max(low, tokens)) };
    }
    case "normal": {
      const { mode, mean, deviation, low, high } = spec;
      checkBounds(low, high);
      for (const [name, value] of [["mean", mean], ["deviation", deviation]] as const) {
        if (!(value >= 0 && value < Infinity)) {
          throw new RangeError(
            `Cannot draw a budget: ${name} must be a number of at least 0: current value is ${value}`,
          );
        }
      }
      // Box and Muller, 1958.
      const radius = Math.sqrt(-2 * Math.log1p(-uniform("budget", seed, recordKey, epoch)));
      const angle = 2 * Math.PI * uniform("budget angle", seed, recordKey, epoch);
      const tokens = Math.round(mean + deviation * radius * Math.cos(angle));
      return { mode, tokens: Math.min(high, Math.max(low, tokens)) };
    }
    case "halves": {
      const isFirst = uniform("budget half", seed, recordKey, epoch) < 0.5;
      return drawBudget(isFirst ? spec.first : spec.second, seed, recordKey, epoch);
    }
  }
}
