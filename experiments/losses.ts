/**
 * Every loss and estimator as an arm: the same questions, budgets and rewards, another rule for learning
 * from them.
 *
 * @module
 */

import { answerReward, dler, formatReward, lengthReward } from "@terse/rewards";
import {
  type Arm,
  defineExperiment,
  type Experiment,
  type ExperimentSettings,
  findArm,
} from "./experiment.ts";
import { lengthPenalty } from "./length_penalty.ts";

/** Format, answer and Med-U1's maximum length for all answers. */
const { rewards } = findArm(lengthPenalty, "maximum");

function armOf(
  name: string,
  title: string,
  description: string,
  overrides: NonNullable<Arm["overrides"]>,
): Arm {
  return { name, title, description, rewards, overrides };
}

const arms: readonly Arm[] = [
  armOf("dapo", "Token mean", "Every token of the step counts alike, as in Med-U1.", {
    lossType: "dapo",
  }),
  armOf("one_update", "One update", "As token mean, with one update of each step's samples.", {
    numIterations: 1,
  }),
  armOf("grpo", "GRPO", "Every completion counts alike, whatever its length.", {
    lossType: "grpo",
  }),
  armOf(
    "dr_grpo",
    "Dr. GRPO",
    "The sum over a constant, advantages without the group's deviation.",
    { lossType: "dr_grpo", scaleRewards: "none" },
  ),
  armOf("clip_higher", "Clip-higher", "The ratio is clipped at 1.28 above, at 0.8 below.", {
    epsilonHigh: 0.28,
  }),
  armOf("gspo", "GSPO", "The ratio is that of the whole completion, clipped close to 1.", {
    lossType: "gspo",
    epsilon: 3e-4,
    epsilonHigh: 4e-4,
  }),
  armOf("cispo", "CISPO", "The ratio is a weight of at most 5; no token loses its gradient.", {
    lossType: "cispo",
    epsilon: 1,
    epsilonHigh: 4,
  }),
  armOf("batch_scaled", "Batch deviation", "Advantages over the deviation of the batch.", {
    scaleRewards: "batch",
  }),
  armOf("gfpo_shortest", "GFPO, shortest", "Only the 4 shortest of a group are learnt from.", {
    groupFilter: { numRemainsInGroup: 4, by: "length" },
  }),
  armOf(
    "gfpo_efficient",
    "GFPO, reward per token",
    "Only the 4 with the highest reward per token are learnt from.",
    { groupFilter: { numRemainsInGroup: 4, by: "reward_per_token" } },
  ),
  armOf(
    "dynamic_sampling",
    "Dynamic sampling",
    "Groups without signal are replaced, in at most 2 extra rounds.",
    { dynamicSamplingRounds: 2 },
  ),
  armOf(
    "masked_truncated",
    "Truncated masked",
    "Completions that were cut off are not learnt from.",
    {
      maskTruncatedCompletions: true,
    },
  ),
  {
    name: "dler",
    title: "DLER",
    description:
      "1 if right and finished within 80 tokens; batch deviation, clip-higher, dynamic " +
      "sampling, no reference.",
    rewards: () => [
      { name: "format", weight: 1, reward: formatReward() },
      { name: "answer", weight: 0, reward: answerReward() },
      { name: "length", weight: 1, reward: lengthReward(dler) },
    ],
    overrides: {
      maxCompletionLength: 80,
      scaleRewards: "batch",
      epsilonHigh: 0.28,
      dynamicSamplingRounds: 2,
      beta: 0,
    },
  },
  armOf("no_reference", "No reference", "Without KL penalty; no reference is loaded.", { beta: 0 }),
  armOf(
    "reference_follows",
    "Reference follows",
    "Every 8 steps the reference takes 0.6 of the policy's weights.",
    { syncRefModel: { refModelSyncSteps: 8, refModelMixupAlpha: 0.6 } },
  ),
  armOf("kl_k1", "KL by k1", "The KL penalty is the difference of log-probabilities.", {
    klEstimator: "k1",
  }),
  armOf("kl_k2", "KL by k2", "The KL penalty is half the squared difference.", {
    klEstimator: "k2",
  }),
  armOf("kl_abs", "KL by abs", "The KL penalty is the absolute difference.", {
    klEstimator: "abs",
  }),
  armOf(
    "corrected_sampler",
    "Sampler corrected",
    "Tokens are weighted by the trainer's probability over the sampler's, at most 2.",
    { importanceSamplingCap: 2 },
  ),
];

/** Two updates of each step's samples, so that ratios leave 1 and clipping acts. */
function withUpdates(settings: ExperimentSettings): ExperimentSettings {
  return { ...settings, training: { ...settings.training, numIterations: 2 } };
}

/** The experiment of all losses and estimators. */
export const losses: Experiment = defineExperiment({
  name: "losses",
  title: "Losses and estimators",
  question: "What do the loss, its averages, filters and references change?",
  description:
    "Every arm but DLER has the same rewards for format, answer and staying below the budget. Arms differ " +
    "from the token mean in one rule of the update; all but one make two updates of what a step sampled.",
  referenceArm: "dapo",
  arms,
  settings: {
    tiny: withUpdates(lengthPenalty.settings.tiny),
    llm: withUpdates(lengthPenalty.settings.llm),
  },
});

export default losses;
