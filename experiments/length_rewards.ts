/**
 * Every length reward of the library as an arm, on the questions and budgets of the default experiment.
 *
 * @module
 */

import {
  alp,
  answerReward,
  aroraZanette,
  cosine,
  cosineTrl,
  dapoOverlong,
  dler,
  formatReward,
  gr3,
  grpoLead,
  kimi,
  l1Exact,
  l1Maximum,
  laser,
  laserD,
  lengthReward,
  medU1Exact,
  medU1Maximum,
  ngramRepetition,
  o1Pruner,
  type RewardComponent,
  shorterBetter,
  statefulLengthReward,
  thinkPrune,
  tokenRepetition,
} from "@terse/rewards";
import {
  type Arm,
  defineExperiment,
  type Experiment,
  type ExperimentSettings,
} from "./experiment.ts";
import { lengthPenalty } from "./length_penalty.ts";

/** Builds one length reward; `room` is the most tokens that a completion may have. */
type LengthBuilder = (room: number, settings: ExperimentSettings) => RewardComponent["reward"];

/** An arm with a length reward beside the rewards for format and answer. */
function beside(name: string, title: string, description: string, length: LengthBuilder): Arm {
  return armOf(name, title, description, 1, length);
}

/** An arm whose length reward is itself the reward for the answer, which is only observed then. */
function instead(name: string, title: string, description: string, length: LengthBuilder): Arm {
  return armOf(name, title, description, 0, length);
}

function armOf(
  name: string,
  title: string,
  description: string,
  answerWeight: number,
  length: LengthBuilder,
): Arm {
  return {
    name,
    title,
    description,
    rewards: (settings) => [
      { name: "format", weight: 1, reward: formatReward() },
      { name: "answer", weight: answerWeight, reward: answerReward() },
      {
        name: "length",
        weight: 1,
        reward: length(settings.training.maxCompletionLength, settings),
      },
    ],
  };
}

const arms: readonly Arm[] = [
  {
    name: "none",
    title: "No length reward",
    description: "Format and answer only.",
    rewards: () => [
      { name: "format", weight: 1, reward: formatReward() },
      { name: "answer", weight: 1, reward: answerReward() },
    ],
  },
  beside(
    "med_u1_exact",
    "Med-U1 exact",
    "1 on the budget, falling evenly on both sides.",
    (_, { tolerance }) =>
      lengthReward(medU1Exact, { tolerance: tolerance.exact }, {
        gate: "answered",
        readBudgetsAs: "exact",
      }),
  ),
  beside(
    "med_u1_max",
    "Med-U1 max",
    "Tokens left of the budget, in units of the tolerance.",
    (_, { tolerance }) =>
      lengthReward(medU1Maximum, { tolerance: tolerance.maximum }, { gate: "answered" }),
  ),
  beside(
    "med_u1_max_thinking",
    "Med-U1 max, thinking",
    "As Med-U1 max, counting the thinking alone.",
    (_, { tolerance }) =>
      lengthReward(medU1Maximum, { tolerance: tolerance.maximum }, {
        gate: "answered",
        count: "thinking",
      }),
  ),
  instead(
    "l1_exact",
    "L1-Exact",
    "1 if right, less the distance from the budget.",
    (room) => lengthReward(l1Exact, { costPerToken: 1.2 / room }, { readBudgetsAs: "exact" }),
  ),
  instead(
    "l1_max",
    "L1-Max",
    "If right, half on the budget and more below it.",
    (room) => lengthReward(l1Maximum, { costPerToken: 1.2 / room }),
  ),
  beside(
    "kimi",
    "Kimi k1.5",
    "From 0.5 for a group's shortest to -0.5 for its longest, never above 0 if wrong; after 5 steps.",
    () => lengthReward(kimi, { warmUpSteps: 5 }),
  ),
  instead(
    "o1_pruner",
    "O1-Pruner",
    "Shorter and more often right than the policy was before training.",
    () => statefulLengthReward(o1Pruner),
  ),
  beside(
    "dapo_overlong",
    "DAPO overlong",
    "Takes up to 1 over the last fifth of the room.",
    (room) => lengthReward(dapoOverlong, { maxTokens: room, cacheTokens: room / 5 }),
  ),
  beside(
    "answer_overlong",
    "Overlong answers",
    "As DAPO overlong, counting the answer alone: from 8 tokens, to -1 at 16.",
    () => lengthReward(dapoOverlong, { maxTokens: 16, cacheTokens: 8 }, { count: "answer" }),
  ),
  instead(
    "laser",
    "LASER",
    "1 if right, and 0.5 more within a target.",
    (room) => lengthReward(laser, { targetTokens: 0.4 * room }),
  ),
  instead(
    "laser_d",
    "LASER-D",
    "As LASER, with a target for each difficulty that is chosen anew every 5 steps.",
    (room) => statefulLengthReward(laserD, laserTargets(room)),
  ),
  instead(
    "laser_de",
    "LASER-DE",
    "As LASER-D, and wrong answers may explore beyond the target.",
    (room) => statefulLengthReward(laserD, { ...laserTargets(room), exploreWhenWrong: true }),
  ),
  instead(
    "think_prune",
    "ThinkPrune",
    "1 if right within a limit that falls every 8 steps.",
    (room) =>
      lengthReward(thinkPrune, {
        limitsTokens: [0.8, 0.6, 0.4].map((share) => share * room),
        stepsPerStage: 8,
      }),
  ),
  instead(
    "cosine",
    "Cosine",
    "Right 2 falling to 1, wrong -10 rising to 0, over the room.",
    (room) => lengthReward(cosine, { maxTokens: room }),
  ),
  instead(
    "cosine_trl",
    "Cosine, TRL",
    "Right 1 falling to 0.5, wrong -1 rising to -0.5, over the room.",
    (room) => lengthReward(cosineTrl, { maxTokens: room }),
  ),
  beside(
    "token_repetition",
    "Repeated tokens",
    "Takes 0.05 for every token of an 8-gram that has stood before.",
    () => lengthReward(tokenRepetition, { size: 8 }),
  ),
  beside(
    "ngram_repetition",
    "Repeated trigrams",
    "Takes the share of repeated trigrams of words.",
    () => lengthReward(ngramRepetition),
  ),
  {
    ...instead(
      "grpo_lead",
      "GRPO-LEAD",
      "Right answers by their length among the right ones, wrong -1; hard questions weigh more.",
      () => lengthReward(grpoLead),
    ),
    mixture: { combine: "sum", difficulty: { low: 0.4, high: 1.5, midpoint: 0.75, slope: 10 } },
  },
  instead(
    "shorter_better",
    "ShorterBetter",
    "2 if right, less the distance from the group's shortest right completion.",
    (room) => lengthReward(shorterBetter, { costPerToken: 2 / room }),
  ),
  {
    ...instead(
      "dler",
      "DLER",
      "1 if right and finished within 80 tokens; rewards over the batch's deviation, high upper clip.",
      () => lengthReward(dler),
    ),
    overrides: { maxCompletionLength: 80, scaleRewards: "batch", epsilonHigh: 0.28 },
  },
  instead(
    "alp",
    "ALP",
    "1 if right; tokens cost by the share of right answers in the group.",
    (room) => lengthReward(alp, { costPerToken: 0.3 / room }),
  ),
  instead(
    "arora_zanette",
    "Arora & Zanette",
    "1 if right, less up to 0.2 by length among the right ones.",
    () => lengthReward(aroraZanette, { share: 0.2 }),
  ),
  instead(
    "gr3",
    "GR3",
    "1 if right, divided by 1 + 0.33 times the length over the group's mean.",
    () => lengthReward(gr3),
  ),
];

/** LASER-D's targets for a room: an eighth of it to all of it. */
function laserTargets(room: number) {
  return {
    firstTargetTokens: room / 2,
    candidatesTokens: Array.from({ length: 8 }, (_, i) => (i + 1) * room / 8),
    everySteps: 5,
  };
}

/** A failed score would be a defect of these rewards, so that it ends the arm. */
function withStop(settings: ExperimentSettings): ExperimentSettings {
  return { ...settings, failures: { onFailure: "stop", timeLimitSeconds: 60 } };
}

/** The experiment of all length rewards. */
export const lengthRewards: Experiment = defineExperiment({
  name: "length_rewards",
  title: "All length rewards",
  question: "Which published length reward saves the most tokens for the accuracy it costs?",
  description:
    "Prompts, budgets and training are those of the default experiment. Costs, targets and limits are " +
    "the published ones in proportion to the room for a completion. Arms whose length reward is itself " +
    "the reward for the answer only observe the other one.",
  referenceArm: "none",
  arms,
  settings: {
    tiny: withStop(lengthPenalty.settings.tiny),
    llm: withStop(lengthPenalty.settings.llm),
  },
});

export default lengthRewards;
