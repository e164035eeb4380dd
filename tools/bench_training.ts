/**
 * A training to measure by: the default experiment's settings for each kind of model, generated questions,
 * and rewards for format, answer and length.
 *
 * @module
 */
import {
  defaultTemplate,
  drawBudget,
  generateQuestions,
  hashKey,
  tinyTemplate,
  uniform,
} from "@terse/data";
import {
  answerReward,
  DEFAULT_FAILURE_POLICY,
  formatReward,
  lengthMaximum,
  type RewardScheme,
  startRewardState,
  WEIGHTED_SUM,
} from "@terse/rewards";
import {
  cloneWeights,
  createAdamWState,
  type GrpoConfig,
  type GrpoState,
  PLAIN_ESTIMATORS,
  type Policy,
  type PreparedQuestion,
  prepareQuestion,
} from "@terse/rl";

/** Everything of a step but sizes and memory settings. */
const TRAINING = {
  temperature: 1,
  topK: 0,
  topP: 1,
  minP: 0,
  beta: 0.001,
  epsilon: 0.2,
  epsilonHigh: 0.2,
  entropyCoefficient: 0.001,
  maxGradNorm: 1,
  adamBeta1: 0.9,
  adamBeta2: 0.999,
  adamEpsilon: 1e-8,
  weightDecay: 0.01,
  scaleRewards: "group",
  ...PLAIN_ESTIMATORS,
} as const;

/** A step's settings, with so many prompts. */
export type BenchTraining = GrpoConfig & { readonly numPrompts: number };

/** Steps of the size of the default experiment's, by model. */
export function benchTraining(model: string): BenchTraining {
  return model === "tiny"
    ? {
      ...TRAINING,
      numPrompts: 8,
      numGenerations: 8,
      maxCompletionLength: 120,
      rowsAtOnce: 64,
      microBatchSize: 64,
      gradientCheckpointing: false,
      learningRate: 4e-4,
    }
    : {
      ...TRAINING,
      numPrompts: 4,
      numGenerations: 8,
      maxCompletionLength: 192,
      rowsAtOnce: 32,
      microBatchSize: 8,
      gradientCheckpointing: true,
      learningRate: 1e-6,
    };
}

/** Format, answer, and a length below the budget. */
export const BENCH_SCHEME: RewardScheme = {
  components: [
    { name: "format", weight: 1, reward: formatReward() },
    { name: "answer", weight: 1, reward: answerReward() },
    { name: "length", weight: 1, reward: lengthMaximum({ tolerance: 80, gate: "answered" }) },
  ],
  mixture: WEIGHTED_SUM,
  failures: DEFAULT_FAILURE_POLICY,
};

/** Generated questions with budgets. */
export function benchQuestions(model: string, policy: Policy, count: number): PreparedQuestion[] {
  const budgets = { kind: "uniform", mode: "maximum", low: 80, high: 120 } as const;
  const template = model === "tiny" ? tinyTemplate : defaultTemplate;
  return generateQuestions({ seed: 0, split: "train", count }).map((record) =>
    prepareQuestion(record, drawBudget(budgets, 0, record.id, 0), template, policy.tokenizer)
  );
}

/** A question whose prompt has exactly so many tokens, drawn at random. */
export function benchQuestion(
  index: number,
  tokens: number,
  { config: { vocabSize } }: Policy,
): PreparedQuestion {
  const [record] = generateQuestions({ seed: index, split: "train", count: 1 });
  const key = `bench/${index}`, hash = hashKey(key);
  const tokenIds = Array.from(
    { length: tokens },
    (_, i) => Math.floor(uniform("bench prompt", hash, i) * vocabSize),
  );
  return { record: record!, budget: { mode: "none" }, prompt: { key, text: "", tokenIds } };
}

/** The state before the first step; the reference stays the caller's. */
export function startBench(refPolicy: Policy): GrpoState {
  return {
    step: 0,
    policy: { ...refPolicy, weights: cloneWeights(refPolicy.weights) },
    optimizer: createAdamWState(refPolicy.weights),
    rewards: startRewardState(BENCH_SCHEME),
    refWeights: null,
  };
}
