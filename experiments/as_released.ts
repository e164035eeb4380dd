/**
 * Med-U1 as it was released (arXiv 2506.12307), beside the same rewards corrected.
 *
 * @module
 */

import { asReleased, medU1Rewards } from "@terse/rewards";
import {
  type Arm,
  defineExperiment,
  type Experiment,
  type ExperimentSettings,
} from "./experiment.ts";
import { lengthPenalty } from "./length_penalty.ts";

const arms: readonly Arm[] = [
  {
    name: "released",
    title: "As released",
    description: "Format, answer and length by the released rules, defects included.",
    rewards: ({ tolerance }) => medU1Rewards({ tolerance, profile: asReleased }),
  },
  {
    name: "corrected",
    title: "Corrected",
    description: "The same rewards by the corrected rules.",
    rewards: ({ tolerance }) => medU1Rewards({ tolerance }),
  },
];

/** The released rules against the corrected ones. */
export const asReleasedExperiment: Experiment = defineExperiment({
  name: "as_released",
  title: "Med-U1 as released and corrected",
  question: "What do the defects of the released rewards cost?",
  description:
    "Both arms have Med-U1's rewards: format, answer, and the length terms for exact and maximum budgets. " +
    "One is graded by the rules as they were released, one by the corrected rules. Accuracy is always " +
    "measured by the corrected rules.",
  referenceArm: "corrected",
  arms,
  settings: {
    tiny: halves(lengthPenalty.settings.tiny, 20, 120),
    llm: halves(lengthPenalty.settings.llm, 100, 2000),
  },
});

/** Half of the prompts with an exact budget, half with a maximum, as in Med-U1's training set. */
function halves(settings: ExperimentSettings, low: number, high: number) {
  const range = { kind: "uniform", low, high } as const;
  return {
    ...settings,
    budgets: {
      kind: "halves",
      first: { ...range, mode: "exact" },
      second: { ...range, mode: "maximum" },
    },
  } as const;
}

export default asReleasedExperiment;
