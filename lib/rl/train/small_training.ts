/**
 * A training run of a few thousand parameters for tests: config, questions, a reward, a first state.
 *
 * @module
 */
import type { QuestionRecord } from "@terse/data";
import {
  DEFAULT_FAILURE_POLICY,
  type RewardComponent,
  type RewardScheme,
  startRewardState,
  WEIGHTED_SUM,
} from "@terse/rewards";
import { createAdamWState } from "../grpo/mod.ts";
import { downloadWeights, type Weights } from "../model/weights.ts";
import { PLAIN_ESTIMATORS } from "./plain_estimators.ts";
import type { PreparedQuestion } from "./question.ts";
import { smallPolicy } from "./small_policy.ts";
import type { GrpoConfig, GrpoState } from "./train_step.ts";

/** Four completions of at most eight tokens, one update. */
export const config: GrpoConfig = {
  numGenerations: 4,
  maxCompletionLength: 8,
  temperature: 1,
  topK: 0,
  topP: 1,
  minP: 0,
  rowsAtOnce: 8,
  learningRate: 3e-2,
  beta: 0.05,
  epsilon: 0.2,
  epsilonHigh: 0.2,
  entropyCoefficient: 0.01,
  maxGradNorm: 1,
  adamBeta1: 0.9,
  adamBeta2: 0.999,
  adamEpsilon: 1e-8,
  weightDecay: 0.01,
  microBatchSize: 8,
  gradientCheckpointing: false,
  scaleRewards: "group",
  ...PLAIN_ESTIMATORS,
};

/** Three prompts of two to four tokens. */
export const questions: PreparedQuestion[] = [[3, 4, 5], [6, 7], [8, 9, 10, 11]].map(
  (tokenIds, i) => {
    const record: QuestionRecord = {
      id: String(i),
      source: "test",
      question: tokenIds.join(" "),
      context: "",
      options: null,
      gold: { kind: "open", answer: "5" },
      split: "train",
      licence: "MIT",
      tags: [],
    };
    const prompt = { key: `test/${i}`, text: tokenIds.join(" "), tokenIds };
    return { record, budget: { mode: "none" }, prompt };
  },
);

/** One component, and nothing else. */
export function schemeOf(component: RewardComponent): RewardScheme {
  return { components: [component], mixture: WEIGHTED_SUM, failures: DEFAULT_FAILURE_POLICY };
}

/** Pays for every token 5: any policy can learn it. */
export const fives: RewardScheme = schemeOf({
  name: "fives",
  weight: 1,
  reward: ({ completionIds }) => completionIds.map((ids) => ids.filter((id) => id === 5).length),
});

/** The state before the first step; the engine must be loaded. */
export function freshState(): GrpoState {
  const policy = smallPolicy(1);
  return {
    step: 0,
    policy,
    optimizer: createAdamWState(policy.weights),
    rewards: startRewardState(fives),
    refWeights: null,
  };
}

/** Weights as numbers, in the order of their names' creation. */
export async function plain(weights: Weights): Promise<number[][]> {
  return [...(await downloadWeights(weights)).values()].map(({ data }) => [...data]);
}
