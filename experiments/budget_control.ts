/**
 * Ways to keep to a budget: by a reward that teaches it, and by decoding that closes the thinking.
 *
 * @module
 */

import { defineExperiment, type Experiment, type ExperimentSettings } from "./experiment.ts";
import { lengthPenalty } from "./length_penalty.ts";

const { rewards: taskRewards } = lengthPenalty.arms.find(({ name }) => name === "none")!;
const maximum = lengthPenalty.arms.find(({ name }) => name === "maximum")!;

/**
 * Budgets that the policy overruns before training, and an evaluation without tokens that are hardly
 * ever right, as a forced answer cannot make up for one.
 */
function tight(settings: ExperimentSettings, low: number, high: number): ExperimentSettings {
  return {
    ...settings,
    budgets: { kind: "uniform", mode: "maximum", low, high },
    evaluation: { ...settings.evaluation, topK: 50, topP: 1, minP: 0.05 },
  };
}

/** The budget in the prompt alone, a reward for keeping to it, and budget forcing with and without training. */
export const budgetControl: Experiment = defineExperiment({
  name: "budget_control",
  title: "Budget control",
  question: "Is a budget better kept by a reward for it, or by decoding that closes the thinking?",
  description:
    "Every prompt names a budget. One arm is rewarded for keeping to it; in others, decoding " +
    "closes thinking that reaches it and opens the answer (budget forcing, arXiv 2501.19393), for " +
    "the policy before training and in training. All arms are evaluated with top-k and min-p.",
  referenceArm: "none",
  arms: [
    {
      name: "none",
      title: "Prompt alone",
      description: "Rewards for format and answer; the budget stands in the prompt.",
      rewards: taskRewards,
    },
    { ...maximum, description: `${maximum.description} Nothing is forced.` },
    {
      name: "forced_untrained",
      title: "Forced, untrained",
      description: "The policy before training; thinking that reaches the budget is closed.",
      rewards: taskRewards,
      overrides: { budgetControl: "forced" },
      isTrained: false,
    },
    {
      name: "forced",
      title: "Forced",
      description:
        "As the prompt alone, trained and evaluated with thinking closed at the budget; " +
        "forced tokens are not trained on.",
      rewards: taskRewards,
      overrides: { budgetControl: "forced" },
    },
  ],
  settings: {
    tiny: tight(lengthPenalty.settings.tiny, 20, 60),
    llm: tight(lengthPenalty.settings.llm, 30, 90),
  },
});

export default budgetControl;
