/**
 * The default experiment: Med-U1's two length rewards (arXiv 2506.12307, section 3.2), one of them also
 * for right answers alone, against no length reward.
 *
 * @module
 */

import {
  answerReward,
  formatReward,
  lengthExact,
  lengthMaximum,
  type RewardComponent,
} from "@terse/rewards";
import { PLAIN_ESTIMATORS } from "@terse/rl";
import { defineExperiment, type Experiment } from "./experiment.ts";

/** Format and answer, +1 or -1 each: what every arm is rewarded for. */
function taskRewards(): RewardComponent[] {
  return [
    { name: "format", weight: 1, reward: formatReward() },
    { name: "answer", weight: 1, reward: answerReward() },
  ];
}

/** The default experiment. */
export const lengthPenalty: Experiment = defineExperiment({
  name: "length_penalty",
  title: "Length rewards",
  question: "What do Med-U1's length rewards cost in accuracy, and what do they save in tokens?",
  description:
    'Every arm sees the same prompts with the same budgets ("Think for at most N tokens."), so arms ' +
    "differ in the reward alone. The arm exact is paid for N tokens exactly, though it reads the same " +
    "sentence. As in Med-U1's released code, length is that of the whole completion and a completion " +
    "without an answer has no length reward.",
  referenceArm: "none",
  arms: [
    {
      name: "none",
      title: "No length reward",
      description: "Format and answer only.",
      rewards: taskRewards,
    },
    {
      name: "exact",
      title: "Exact length",
      description:
        "Adds 1 on the budget, falling by 1 for every tolerance of tokens off it, to -1.",
      rewards: ({ tolerance }) => [...taskRewards(), {
        name: "length",
        weight: 1,
        reward: lengthExact({
          tolerance: tolerance.exact,
          gate: "answered",
          readBudgetsAs: "exact",
        }),
      }],
    },
    {
      name: "maximum",
      title: "Maximum length",
      description:
        "Adds the tokens left of the budget in units of the tolerance, within -1 .. 1, " +
        "for right and wrong answers alike.",
      rewards: ({ tolerance }) => [...taskRewards(), {
        name: "length",
        weight: 1,
        reward: lengthMaximum({ tolerance: tolerance.maximum, gate: "answered" }),
      }],
    },
    {
      name: "maximum_if_right",
      title: "Maximum length, if right",
      description: "As maximum, for right answers only: a short wrong answer earns nothing by it.",
      rewards: ({ tolerance }) => [...taskRewards(), {
        name: "length",
        weight: 1,
        reward: lengthMaximum({ tolerance: tolerance.maximum, gate: "correct" }),
      }],
    },
  ],
  settings: {
    // The tiny policy's chains are some twenty times shorter than a language model's, and so are the
    // tolerances. It is evaluated at its training temperature: that is the policy the reward shaped.
    tiny: {
      training: {
        numPrompts: 8,
        numGenerations: 8,
        maxPromptLength: 320,
        maxCompletionLength: 120,
        temperature: 1,
        topK: 0,
        topP: 1,
        minP: 0,
        rowsAtOnce: 128,
        budgetControl: "none",
        learningRate: 4e-4,
        beta: 0.001,
        epsilon: 0.2,
        epsilonHigh: 0.2,
        entropyCoefficient: 0.001,
        maxGradNorm: 1,
        adamBeta1: 0.9,
        adamBeta2: 0.999,
        adamEpsilon: 1e-8,
        weightDecay: 0.01,
        microBatchSize: 64,
        maxSkippedSteps: 3,
        gradientCheckpointing: false,
        scaleRewards: "group",
        lora: null,
        ...PLAIN_ESTIMATORS,
      },
      steps: 28,
      seeds: 2,
      checkpointEvery: 10,
      keepCheckpoints: { last: 2, bestOver: 10 },
      budgets: { kind: "uniform", mode: "maximum", low: 80, high: 120 },
      tolerance: { exact: 60, maximum: 80 },
      questions: { train: 2000, test: 200, ood: 60 },
      evaluation: { temperature: 1, topK: 0, topP: 1, minP: 0, samples: 1, batchSize: 128 },
    },
    // Med-U1's settings, with completions of 192 tokens instead of 4,096, and budgets and tolerances a
    // tenth of its, so that a step fits a machine without a GPU.
    llm: {
      training: {
        numPrompts: 4,
        numGenerations: 8,
        maxPromptLength: 768,
        maxCompletionLength: 192,
        temperature: 0.6,
        topK: 0,
        topP: 1,
        minP: 0,
        rowsAtOnce: 32,
        budgetControl: "none",
        learningRate: 1e-6,
        beta: 0.001,
        epsilon: 0.2,
        epsilonHigh: 0.2,
        entropyCoefficient: 0.001,
        maxGradNorm: 1,
        adamBeta1: 0.9,
        adamBeta2: 0.999,
        adamEpsilon: 1e-8,
        weightDecay: 0.01,
        microBatchSize: 8,
        maxSkippedSteps: 3,
        gradientCheckpointing: true,
        scaleRewards: "group",
        lora: null,
        ...PLAIN_ESTIMATORS,
      },
      steps: 100,
      seeds: 1,
      checkpointEvery: 10,
      keepCheckpoints: { last: 2, bestOver: 20 },
      budgets: { kind: "uniform", mode: "maximum", low: 50, high: 150 },
      tolerance: { exact: 150, maximum: 50 },
      questions: { train: 2000, test: 32, ood: 16 },
      evaluation: { temperature: 0.2, topK: 0, topP: 0.95, minP: 0, samples: 1, batchSize: 32 },
    },
  },
});

export default lengthPenalty;
