/**
 * GRPO steps of fixed shapes, one for each call.
 *
 * @module
 */
import { DEFAULT_FAILURE_POLICY, startRewardState, WEIGHTED_SUM } from "@terse/rewards";
import {
  cloneWeights,
  createAdamWState,
  type GrpoConfig,
  type GrpoState,
  PLAIN_ESTIMATORS,
  type Policy,
  type PreparedQuestion,
  trainStep,
} from "@terse/rl";
import type { StepWork } from "./work.ts";

const SEED = 1;

/** Pays for the number of different tokens, as the peer's reward does. */
const SCHEME = {
  components: [{
    name: "distinct",
    weight: 1,
    reward: ({ completionIds }: { completionIds: readonly (readonly number[])[] }) =>
      completionIds.map((ids) => new Set(ids).size),
  }],
  mixture: WEIGHTED_SUM,
  failures: DEFAULT_FAILURE_POLICY,
};

function grpoConfig(work: StepWork): GrpoConfig {
  return {
    numGenerations: work.groupSize,
    maxCompletionLength: work.newTokens,
    temperature: work.temperature,
    topK: 0,
    topP: 1,
    minP: 0,
    rowsAtOnce: work.groupSize * work.prompts.length,
    learningRate: 1e-6,
    beta: work.beta,
    epsilon: 0.2,
    epsilonHigh: 0.2,
    entropyCoefficient: 0,
    maxGradNorm: 1,
    adamBeta1: 0.9,
    adamBeta2: 0.999,
    adamEpsilon: 1e-8,
    weightDecay: 0,
    microBatchSize: work.microBatchSize,
    gradientCheckpointing: false,
    scaleRewards: "group",
    ...PLAIN_ESTIMATORS,
  };
}

function questionsOf({ prompts }: StepWork): PreparedQuestion[] {
  return prompts.map((prompt, i) => ({
    record: {
      id: String(i),
      source: "bench",
      question: prompt.text,
      context: "",
      options: null,
      gold: { kind: "open", answer: "" },
      split: "train",
      licence: "MIT",
      tags: [],
    },
    budget: { mode: "none" },
    prompt: { ...prompt, key: String(i) },
  }));
}

/**
 * Full fine-tuning of a copy of the policy, which is the frozen reference.
 *
 * @param refPolicy should have no end token, so that every completion has `newTokens` tokens.
 * @returns takes the next step and answers the tokens of all completions with their prompts.
 */
export function grpoRounds(refPolicy: Policy, work: StepWork): () => Promise<{ tokens: number }> {
  const config = grpoConfig(work);
  const questions = questionsOf(work);
  let state: GrpoState = {
    step: 0,
    policy: { ...refPolicy, weights: cloneWeights(refPolicy.weights) },
    optimizer: createAdamWState(refPolicy.weights),
    rewards: startRewardState(SCHEME),
    refWeights: null,
  };
  return async () => {
    const next = await trainStep(state, refPolicy, questions, SCHEME, config, SEED);
    state = next.state;
    const tokens = next.record.rollouts.flatMap(({ prompt, completions }) =>
      completions.map(({ tokenIds }) => prompt.tokenIds.length + tokenIds.length)
    );
    return { tokens: tokens.reduce((a, b) => a + b, 0) };
  };
}
