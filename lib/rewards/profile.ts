/**
 * The two sets of grading rules.
 *
 * @module
 */
import type { ReleasedSettings } from "./as_released/question_scores.ts";
import { DEFAULT_OPEN_THRESHOLD } from "./corrected/open_text.ts";
import type { Fraction01 } from "./scale.ts";

/**
 * The project's own rules. Each mends a defect of the released ones:
 *
 * | released defect | corrected rule | where |
 * |---|---|---|
 * | "c", "(C)", "C.", "**C**" are wrong letters | usual writings are read; two different letters never | choice.ts |
 * | numbers with units, %, commas, LaTeX or U+2212 are wrong | the one number that an answer states | number.ts |
 * | dates and pairs of weeks and days as exact text | compared as MedCalc-Bench does | calendar.ts |
 * | a missing limit raises | 5 % off the gold answer | calculation.ts |
 * | integers are held to limits | round() to the gold answer, as MedCalc-Bench does | calculation.ts |
 * | "Assistant:" anywhere resets the grading | only the completion is graded, headers are text | tags.ts |
 * | tags named while thinking swallow the answer | the last pair after the thinking | tags.ts |
 * | empty thinking and answers are in format | neither may be blank | tags.ts |
 * | one word of a reference earns full marks, a verbatim copy may not | graded by ROUGE-L | open_text.ts |
 * | BLEU (0 to 1) against a threshold of 45 | scales in the types | ../scale.ts |
 * | a missing answer costs more than a wrong one and escapes the length term | both are -1 | ../profile_rewards.ts |
 *
 * defects_test.ts shows each beside the released result.
 */
export interface CorrectedProfile {
  /** Which profile this is. */
  readonly name: "corrected";
  /** ROUGE-L from which free text counts as right, for accuracies and gates. */
  readonly openThreshold: Fraction01;
}

/** The rules of the released Med-U1 code, bit for bit. */
export interface ReleasedProfile {
  /** Which profile this is. */
  readonly name: "asReleased";
  /** The released configuration. */
  readonly settings: ReleasedSettings;
}

/** Which rules grade a completion. */
export type RewardProfile = CorrectedProfile | ReleasedProfile;

/** The default rules; for another threshold `{ ...corrected, openThreshold: fraction01(0.6) }`. */
export const corrected: CorrectedProfile = {
  name: "corrected",
  openThreshold: DEFAULT_OPEN_THRESHOLD,
};

/** The released rules with the settings of the released training script. */
export const asReleased: ReleasedProfile = {
  name: "asReleased",
  settings: {
    rewardMetric: "Merge",
    rewardType: "discrete",
    bleuThreshold: 45,
    scaleFactor: 100,
    checkThink: true,
  },
};
