/**
 * Med-U1's length rewards (arXiv 2506.12307, section 3.2; released code).
 *
 * @module
 */
import type { RewardFunction } from "../reward.ts";
import { exactTerm, maximumTerm } from "./budget_terms.ts";
import {
  type LengthCounting,
  type LengthGroup,
  lengthReward,
  type LengthRule,
} from "./length_reward.ts";

/** Settings of Med-U1's rules. */
export interface MedU1Options {
  /** Tokens off the budget that cost 1. */
  readonly tolerance: number;
}

function budgetRule(
  mode: "exact" | "maximum",
  term: (usedTokens: number, budgetTokens: number, tolerance: number) => number,
  tolerance: number,
): LengthRule<MedU1Options> {
  return {
    correctness: "unused",
    defaults: { tolerance },
    score: ({ lengthsTokens_G, budget }: LengthGroup, options) =>
      lengthsTokens_G.map((length) =>
        budget.mode === mode ? term(length, budget.tokens, options.tolerance) : null
      ),
  };
}

/**
 * {@link exactTerm} for exact budgets: clip(1 - |N - L| / tolerance, -1, 1), tolerance 1500; null for
 * other budgets. Paid for right and wrong answers alike unless it is gated.
 */
export const medU1Exact: LengthRule<MedU1Options> = budgetRule("exact", exactTerm, 1500);

/**
 * {@link maximumTerm} for maxima: clip((N - L) / tolerance, -1, 1), tolerance 500; null for other
 * budgets. Paid for right and wrong answers alike unless it is gated.
 */
export const medU1Maximum: LengthRule<MedU1Options> = budgetRule("maximum", maximumTerm, 500);

/** Settings of {@link lengthExact} and {@link lengthMaximum}. */
export interface LengthOptions extends LengthCounting, Partial<MedU1Options> {}

/**
 * Reward for keeping an exact budget, {@link medU1Exact}. Med-U1 as released is
 * `{ gate: "answered", profile: asReleased }`.
 *
 * @example
 * ```ts
 * import { lengthExact, scoreBatch } from "@terse/rewards";
 * import type { QuestionRecord } from "@terse/data";
 * import { assertEquals } from "@std/assert";
 * const record: QuestionRecord = {
 *   id: "1", source: "example", question: "?", context: "", options: { A: "yes", B: "no" },
 *   gold: { kind: "choice", letter: "A" }, split: "train", licence: "CC0-1.0", tags: [],
 * };
 * const scored = await scoreBatch([{ name: "length", weight: 1, reward: lengthExact() }], {
 *   prompts: ["", ""], completions: ["", ""], completionIds: [[1, 2, 3], [1, 2, 3]],
 *   records: [record, record], budgets: [{ mode: "exact", tokens: 3 }, { mode: "none" }],
 *   thinkingTokens: [3, 3], answerTokens: [0, 0], groups: [0, 1],
 *   finishReasons: ["stop", "stop"], step: 1,
 * });
 * assertEquals(scored.components["length"], [1, null]);
 * ```
 */
export function lengthExact({ tolerance, ...counting }: LengthOptions = {}): RewardFunction {
  return lengthReward(medU1Exact, tolerance === undefined ? {} : { tolerance }, counting);
}

/** Reward for staying below a maximum, {@link medU1Maximum}. */
export function lengthMaximum({ tolerance, ...counting }: LengthOptions = {}): RewardFunction {
  return lengthReward(medU1Maximum, tolerance === undefined ? {} : { tolerance }, counting);
}
