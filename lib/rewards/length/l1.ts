/**
 * L1's length rewards (Aggarwal & Welleck, arXiv 2503.04697, equations 1 and 2; released code).
 *
 * @module
 */
import type { LengthRule } from "./length_reward.ts";

/** Settings of {@link l1Exact}. */
export interface L1ExactOptions {
  /** What a token off the budget costs. */
  readonly costPerToken: number;
}

/**
 * L1-Exact: c - a |N - L| with c = 1 for a right answer and 0 for a wrong one, a = 3e-4; null without an
 * exact budget. A wrong answer pays for its distance from the budget as well. L1 draws N from
 * U(100, 4000).
 */
export const l1Exact: LengthRule<L1ExactOptions> = {
  correctness: "rewarded",
  defaults: { costPerToken: 3e-4 },
  score: ({ lengthsTokens_G, correct_G, budget }, { costPerToken }) =>
    lengthsTokens_G.map((length, g) => {
      if (budget.mode !== "exact") return null;
      return Number(correct_G[g]) - costPerToken * Math.abs(budget.tokens - length);
    }),
};

/** Settings of {@link l1Maximum}. */
export interface L1MaximumOptions extends L1ExactOptions {
  /** The share of the reward that is left on the budget. */
  readonly onBudget: number;
}

/**
 * L1-Max: c clip(a (N - L) + d, 0, 1) with c = 1 for a right answer and 0 for a wrong one, a = 3e-4,
 * d = 0.5; null without a maximum.
 */
export const l1Maximum: LengthRule<L1MaximumOptions> = {
  correctness: "rewarded",
  defaults: { costPerToken: 3e-4, onBudget: 0.5 },
  score: ({ lengthsTokens_G, correct_G, budget }, { costPerToken, onBudget }) =>
    lengthsTokens_G.map((length, g) => {
      if (budget.mode !== "maximum") return null;
      if (!correct_G[g]) return 0;
      return Math.min(1, Math.max(0, costPerToken * (budget.tokens - length) + onBudget));
    }),
};
