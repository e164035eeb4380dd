/**
 * The budgets that the tiny policy knows from its supervised training.
 *
 * @module
 */
import type { BudgetSpec } from "@terse/data";

/** Between a terse chain of the shortest kind and a verbose one of the longest, in tokens. */
export const TINY_BUDGETS: BudgetSpec = { kind: "uniform", mode: "maximum", low: 20, high: 120 };
