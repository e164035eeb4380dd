/**
 * The experiment of the quickstart notebook: two arms that differ in one reward.
 *
 * Run alone: `deno task ablate notebooks/quickstart_experiment.ts --steps 6 --seeds 1`.
 *
 * @module
 */

import { answerReward, formatReward, lengthMaximum, type RewardComponent } from "@terse/rewards";
import { PLAIN_ESTIMATORS } from "@terse/rl";

/** Format and answer, which both arms are paid for. */
function taskRewards(): RewardComponent[] {
  return [
    { name: "format", weight: 1, reward: formatReward() },
    { name: "answer", weight: 1, reward: answerReward() },
  ];
}

/** Tokens over which the length reward goes from its centre to its limit. */
const TOLERANCE = { exact: 60, maximum: 40 };

const settings = {
  training: {
    numPrompts: 4,
    numGenerations: 8,
    maxPromptLength: 320,
    maxCompletionLength: 120,
    temperature: 1,
    topK: 0,
    topP: 1,
    minP: 0,
    rowsAtOnce: 64,
    budgetControl: "none",
    learningRate: 3e-4,
    beta: 0.001,
    epsilon: 0.2,
    epsilonHigh: 0.2,
    entropyCoefficient: 0.001,
    maxGradNorm: 1,
    adamBeta1: 0.9,
    adamBeta2: 0.999,
    adamEpsilon: 1e-8,
    weightDecay: 0.01,
    microBatchSize: 32,
    maxSkippedSteps: 3,
    gradientCheckpointing: false,
    scaleRewards: "group",
    lora: null,
    ...PLAIN_ESTIMATORS,
  },
  steps: 6,
  seeds: 1,
  checkpointEvery: 3,
  keepCheckpoints: { last: 2, bestOver: 3 },
  budgets: { kind: "uniform", mode: "maximum", low: 20, high: 120 },
  tolerance: TOLERANCE,
  questions: { train: 400, test: 40, ood: 20 },
  evaluation: { temperature: 1, topK: 0, topP: 1, minP: 0, samples: 1, batchSize: 20 },
} as const;

/** What `deno task ablate` checks and runs. */
export const quickstart = {
  name: "quickstart",
  title: "Quickstart",
  question: "Does a length reward shorten answers within a few steps?",
  description:
    "Two arms see the same prompts, each of which names a largest number of tokens. Only " +
    "one of them is paid for keeping to it.",
  referenceArm: "none",
  arms: [
    {
      name: "none",
      title: "No length reward",
      description: "Format and answer only.",
      rewards: taskRewards,
    },
    {
      name: "maximum",
      title: "Maximum length",
      description: "Adds a reward for staying below the tokens that the prompt names.",
      rewards: (): RewardComponent[] => [...taskRewards(), {
        name: "length",
        weight: 1,
        reward: lengthMaximum({ tolerance: TOLERANCE.maximum, gate: "answered" }),
      }],
    },
  ],
  settings: { tiny: settings, llm: settings },
};

export default quickstart;
