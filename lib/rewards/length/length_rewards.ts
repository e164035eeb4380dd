/**
 * Length terms as rewards.
 *
 * @module
 */
import { thinkingText } from "../corrected/tags.ts";
import { corrected, type RewardProfile } from "../profile.ts";
import { answerOf, scoreAnswer } from "../profile_rewards.ts";
import { type RewardBatch, rewardEach, type RewardFunction } from "../reward.ts";
import { exactTerm, maximumTerm } from "./budget_terms.ts";

/**
 * Which completions a length term is for: all; those with an answer, as Med-U1 was released; or
 * those whose answer is right.
 */
export type LengthGate = "none" | "answered" | "correct";

/** Settings of a length reward. */
export interface LengthOptions {
  /** Tokens off the budget that cost 1. Med-U1: 1500 for exact budgets, 500 for maxima. */
  readonly tolerance?: number;
  /** Default "none". */
  readonly gate?: LengthGate;
  /** Whose rules decide what is answered and what is correct. Default: corrected. */
  readonly profile?: RewardProfile;
  /** "all" (default) counts every sampled token, the end token included; "thinking" the thinking. */
  readonly count?: "all" | "thinking";
  /** Tokens of a text; needed to count the thinking. */
  readonly countTokens?: (text: string) => number;
}

function tokenCounter(options: LengthOptions): (batch: RewardBatch, index: number) => number {
  const { count = "all", countTokens } = options;
  if (count === "all") return (batch, index) => batch.completionIds[index]!.length;
  if (countTokens === undefined) {
    throw new TypeError(
      'Cannot count thinking tokens: countTokens must be given with count "thinking": ' +
        "current value is undefined",
    );
  }
  return (batch, index) => countTokens(thinkingText(batch.completions[index]!));
}

function passesGate(
  batch: RewardBatch,
  index: number,
  gate: LengthGate,
  profile: RewardProfile,
): boolean {
  if (gate === "none") return true;
  if (gate === "answered") return answerOf(batch, index, profile) !== null;
  return scoreAnswer(batch, index, profile) > 0;
}

function lengthReward(
  mode: "exact" | "maximum",
  term: (usedTokens: number, budgetTokens: number, tolerance: number) => number,
  tolerance: number,
  options: LengthOptions,
): RewardFunction {
  const { gate = "none", profile = corrected } = options;
  const countUsed = tokenCounter(options);
  return rewardEach((batch, index) => {
    const budget = batch.budgets[index]!;
    if (budget.mode !== mode || !passesGate(batch, index, gate, profile)) return null;
    return term(countUsed(batch, index), budget.tokens, tolerance);
  });
}

/**
 * Reward for keeping an exact budget, {@link exactTerm}; null for completions without an exact
 * budget and for those that the gate holds back. Med-U1 as released is
 * `{ gate: "answered", profile: asReleased }`.
 *
 * @throws {TypeError} If thinking is to be counted and `countTokens` is missing.
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
 *   groups: [0, 0], finishReasons: ["stop", "stop"], step: 1,
 * });
 * assertEquals(scored.components["length"], [1, null]);
 * ```
 */
export function lengthExact(options: LengthOptions = {}): RewardFunction {
  return lengthReward("exact", exactTerm, options.tolerance ?? 1500, options);
}

/**
 * Reward for staying below a maximum, {@link maximumTerm}; null for completions without a maximum
 * and for those that the gate holds back.
 *
 * @throws {TypeError} If thinking is to be counted and `countTokens` is missing.
 */
export function lengthMaximum(options: LengthOptions = {}): RewardFunction {
  return lengthReward("maximum", maximumTerm, options.tolerance ?? 500, options);
}
