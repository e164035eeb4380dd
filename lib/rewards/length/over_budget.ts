/**
 * LACONIC's cost of a completion beyond its budget.
 *
 * @module
 */
import type { LengthRule } from "./length_reward.ts";

/**
 * max(0, (L - N) / N): the share of the budget that was overdrawn; null without a budget. Made for a
 * Lagrangian, which subtracts it with a multiplier of its own (weight -1 and a `lagrangian` factor).
 *
 * Deviation: LACONIC has one budget for all prompts; here it is the prompt's.
 */
export const overBudget: LengthRule<Record<never, never>> = {
  correctness: "unused",
  defaults: {},
  score: ({ lengthsTokens_G, budget }) =>
    lengthsTokens_G.map((length) =>
      budget.mode === "none" ? null : Math.max(0, (length - budget.tokens) / budget.tokens)
    ),
};
