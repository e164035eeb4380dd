/**
 * Every way to mix rewards as an arm: the same components, mixed differently.
 *
 * @module
 */

import {
  answerReward,
  formatReward,
  lengthReward,
  medU1Maximum,
  type Mixture,
  ngramRepetition,
  overBudget,
  type RewardComponent,
} from "@terse/rewards";
import {
  type Arm,
  defineExperiment,
  type Experiment,
  type ExperimentSettings,
} from "./experiment.ts";
import { lengthPenalty } from "./length_penalty.ts";

/** Format, answer and Med-U1's maximum for all answers; repetition is only observed. */
function components({ tolerance }: ExperimentSettings): RewardComponent[] {
  return [
    { name: "format", weight: 1, reward: formatReward() },
    { name: "answer", weight: 1, reward: answerReward() },
    {
      name: "length",
      weight: 1,
      reward: lengthReward(medU1Maximum, { tolerance: tolerance.maximum }, { gate: "answered" }),
    },
    { name: "repetition", weight: 0, reward: lengthReward(ngramRepetition) },
  ];
}

/** As {@linkcode components}, with the cost of going over budget in the place of the length reward. */
function withCost(settings: ExperimentSettings): RewardComponent[] {
  return components(settings).map((component) =>
    component.name === "length"
      ? { name: "over", weight: -1, reward: lengthReward(overBudget) }
      : component
  );
}

function armOf(name: string, title: string, description: string, mixture: Mixture): Arm {
  return { name, title, description, rewards: components, mixture };
}

/** The experiment of all mixtures. */
export const mixtures: Experiment = defineExperiment({
  name: "mixtures",
  title: "Mixtures of rewards",
  question: "How should rewards for format, answer and length be mixed?",
  description:
    "Every arm has the same rewards for format and answer, and, but for one, Med-U1's reward for staying " +
    "below the budget. Arms differ in how these become advantages.",
  referenceArm: "sum",
  arms: [
    armOf("sum", "Weighted sum", "The sum of all three, as in Med-U1.", { combine: "sum" }),
    armOf("gdpo", "GDPO", "Each normalised in its group, their sum over the batch.", {
      combine: "gdpo",
    }),
    armOf("mo_grpo", "MO-GRPO", "Each normalised in its group.", { combine: "mo_grpo" }),
    armOf("gated", "Gated", "Length counts for right answers only.", {
      combine: "sum",
      gates: [{ component: "length", by: "answer", atLeast: 1 }],
    }),
    armOf(
      "lexicographic",
      "Lexicographic",
      "A right answer outweighs all else, the format outweighs length.",
      {
        combine: "sum",
        order: [
          { component: "answer", low: -1, high: 1, gap: 2 },
          { component: "format", low: -1, high: 1, gap: 2 },
          { component: "length", low: -1, high: 1, gap: 0.01 },
        ],
      },
    ),
    armOf("warm_up", "Warm-up", "Length counts from step 6 on, and fully from step 16.", {
      combine: "sum",
      factors: { length: { kind: "linear", from: 0, to: 1, firstStep: 5, lastStep: 16 } },
    }),
    armOf(
      "accuracy_driven",
      "Accuracy-driven",
      "Length weighs more while at least 60 % are right, and less while fewer are.",
      {
        combine: "sum",
        factors: { length: { kind: "accuracy", initial: 0.5, rate: 0.5, target: 0.6 } },
      },
    ),
    {
      name: "lagrangian",
      title: "Lagrangian",
      description: "Going over the budget costs a multiplier that grows until 2 % are overdrawn.",
      rewards: withCost,
      mixture: {
        combine: "sum",
        factors: { over: { kind: "lagrangian", initial: 0.5, rate: 5, limit: 0.02 } },
      },
    },
  ],
  settings: lengthPenalty.settings,
});

export default mixtures;
