/**
 * Advantages weighted by how hard their question is (GRPO-LEAD, Zhang & Zuo, arXiv 2504.09696, section
 * 3.3; released code).
 *
 * @module
 */

/** A logistic weight that falls from `high` for hard questions to `low` for easy ones. */
export interface DifficultyWeight {
  /** GRPO-LEAD: 0.4. */
  readonly low: number;
  /** GRPO-LEAD: 1.5. */
  readonly high: number;
  /** Share of right answers at which the weight is half way; GRPO-LEAD: 0.75. */
  readonly midpoint: number;
  /** GRPO-LEAD: 10. */
  readonly slope: number;
}

/** Factors of a completion's advantage, by its sign. */
export interface AdvantageFactors {
  /** Of an advantage above 0. */
  readonly above: number;
  /** Of one below. */
  readonly below: number;
}

/**
 * low + (high - low) / (1 + exp(slope (share - midpoint))): advantages above 0 weigh more the fewer of a
 * group are right, those below 0 the more are, with the share of wrong answers in the formula.
 *
 * @param rightShare Share of a group's answers that are right.
 *
 * @example
 * ```ts
 * import { difficultyFactors } from "@terse/rewards";
 * import { assertAlmostEquals } from "@std/assert";
 * const lead = { low: 0.4, high: 1.5, midpoint: 0.75, slope: 10 };
 * assertAlmostEquals(difficultyFactors(lead, 0.75).above, 0.95, 1e-12);
 * ```
 */
export function difficultyFactors(
  { low, high, midpoint, slope }: DifficultyWeight,
  rightShare: number,
): AdvantageFactors {
  const weight = (share: number) => low + (high - low) / (1 + Math.exp(slope * (share - midpoint)));
  return { above: weight(rightShare), below: weight(1 - rightShare) };
}
