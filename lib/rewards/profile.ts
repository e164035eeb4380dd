/**
 * The two sets of grading rules.
 *
 * @module
 */
import type { ReleasedSettings } from "./as_released/question_scores.ts";
import { DEFAULT_OPEN_THRESHOLD } from "./corrected/open_text.ts";
import type { Fraction01 } from "./scale.ts";

/** The project's own rules. */
export interface CorrectedProfile {
  /** Which profile this is. */
  readonly name: "corrected";
  /** Token F1 from which free text is right. */
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
