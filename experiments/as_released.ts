/**
 * Med-U1 as it was released (arXiv 2506.12307), beside the same rewards corrected.
 *
 * @module
 */

import { asReleased, medU1Rewards, RELEASED_TOLERANCE } from "@terse/rewards";
import {
  type Arm,
  defineExperiment,
  type Experiment,
  type ExperimentSettings,
} from "./experiment.ts";
import { lengthPenalty } from "./length_penalty.ts";

/** Tokens of Med-U1's longest completions. */
const RELEASED_ROOM = 4096;

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
  settings: { tiny: scaled(lengthPenalty.settings.tiny), llm: scaled(lengthPenalty.settings.llm) },
});

/**
 * Half of the prompts with an exact budget, half with a maximum, as in Med-U1's training set, from a sixth of
 * the room to all of it; tolerances as released, in proportion to the room.
 */
function scaled(settings: ExperimentSettings): ExperimentSettings {
  const room = settings.training.maxCompletionLength;
  const range = { kind: "uniform", low: Math.round(room / 6), high: room } as const;
  return {
    ...settings,
    budgets: {
      kind: "halves",
      first: { ...range, mode: "exact" },
      second: { ...range, mode: "maximum" },
    },
    tolerance: {
      exact: RELEASED_TOLERANCE.exact * room / RELEASED_ROOM,
      maximum: RELEASED_TOLERANCE.maximum * room / RELEASED_ROOM,
    },
  };
}

export default asReleasedExperiment;
