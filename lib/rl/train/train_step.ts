/**
 * One step of GRPO, read from top to bottom. The stages do not know one another; this file composes them.
 *
 * @module
 */
import type { RewardScheme, RewardState } from "@terse/rewards";
import * as tf from "@tensorflow/tfjs";
import { type AdamWState, adamwStep, clipGradNorm, trainingMetrics } from "../grpo/mod.ts";
import type { Policy } from "../policy.ts";
import { type Rollout, sampleRollouts } from "../rollout/rollout.ts";
import { stepAdvantages } from "./advantages.ts";
import { lossGradients, referenceLogprobs } from "./loss_gradients.ts";
import { cutMicroBatches } from "./micro_batches.ts";
import type { PreparedQuestion } from "./question.ts";
import { type ScoredRollouts, scoreRollouts } from "./score.ts";

/** How a step samples and learns; names are TRL's, in camelCase. */
export interface GrpoConfig {
  /** G, completions of each prompt. */
  readonly numGenerations: number;
  /** In tokens. */
  readonly maxCompletionLength: number;
  /** Logits are divided by it. */
  readonly temperature: number;
  /** Likeliest tokens that are sampled from; 0 for all. */
  readonly topK: number;
  /** Share of the probability that is sampled from; 1 for all of it. */
  readonly topP: number;
  /** Least share of the likeliest token's probability that is sampled from; 0 for all. */
  readonly minP: number;
  /** Completions that decode at the same time; changes speed and memory, not the draws. */
  readonly rowsAtOnce: number;
  /** AdamW's, constant. */
  readonly learningRate: number;
  /** Weight of the KL penalty towards the reference; 0 leaves the reference out. */
  readonly beta: number;
  /** How far below 1 the ratio may count. */
  readonly epsilon: number;
  /** The same above 1; equal to epsilon in PPO and Med-U1. */
  readonly epsilonHigh: number;
  /** Weight of the entropy bonus. */
  readonly entropyCoefficient: number;
  /** Gradients are scaled down to this norm. */
  readonly maxGradNorm: number;
  /** Decay of AdamW's first moment. */
  readonly adamBeta1: number;
  /** Decay of AdamW's second moment. */
  readonly adamBeta2: number;
  /** Added to the root of AdamW's second moment. */
  readonly adamEpsilon: number;
  /** AdamW's decoupled decay. */
  readonly weightDecay: number;
  /** Completions that pass through the model at once; changes memory, not the result. */
  readonly microBatchSize: number;
  /** Whether advantages are divided by the standard deviation of the group, of the batch, or not. */
  readonly scaleRewards: "group" | "batch" | "none";
}

/** What training carries from step to step. Owns the policy's weights and the optimizer's moments. */
export interface TrainState {
  /** Finished steps. */
  readonly step: number;
  readonly policy: Policy;
  readonly optimizer: AdamWState;
}

/** What GRPO carries from step to step: the trained policy, and what the rewards and their mixture carry. */
export interface GrpoState extends TrainState {
  readonly rewards: RewardState;
}

/** What a step leaves behind for the record. */
export interface StepRecord {
  readonly rollouts: readonly Rollout[];
  readonly scored: ScoredRollouts;
  readonly advantages_P_G: readonly (readonly number[])[];
  /** TRL's metric names; times in seconds. */
  readonly metrics: Record<string, number>;
}

/**
 * Takes one step on P questions. Consumes `state`: its tensors are freed or pass on to the new one.
 *
 * @param refPolicy the frozen reference; not touched.
 * @param scheme the rewards and how they are mixed.
 * @param seed of the run; with the step it keys all randomness.
 * @throws {Error} if the gradient's norm is not finite; the last checkpoint is still good.
 */
export async function trainStep(
  state: GrpoState,
  refPolicy: Policy,
  questions: readonly PreparedQuestion[],
  scheme: RewardScheme,
  config: GrpoConfig,
  seed: number,
): Promise<{ state: GrpoState; record: StepRecord }> {
  const startMs = performance.now();
  const { policy, step } = state;
  const { tokenizer } = policy;
  const sampling = { ...config, groupSize: config.numGenerations, seed, step, purpose: "rollout" };

  const rollouts = await sampleRollouts(policy, questions.map(({ prompt }) => prompt), sampling);
  const sampledMs = performance.now();
  const scored = await scoreRollouts(questions, rollouts, scheme, state, tokenizer);
  const groupSizes = rollouts.map((rollout) => rollout.completions.length);
  const advantages_P_G = stepAdvantages(scored, groupSizes, config.scaleRewards);
  const parts = cutMicroBatches(rollouts, config.microBatchSize);
  const refLogprobs = config.beta === 0
    ? null
    : referenceLogprobs(refPolicy, parts, config.temperature);
  const loss = await lossGradients(
    policy,
    rollouts,
    advantages_P_G,
    parts,
    refLogprobs,
    config.temperature,
    config,
  );
  const updated = await update({ ...state, rewards: scored.next }, loss.gradients, config);
  tf.dispose(refLogprobs ?? []);

  const completions = rollouts.flatMap((rollout) => rollout.completions);
  const tokens = completions.reduce((sum, { tokenIds }) => sum + tokenIds.length, 0);
  const metrics = {
    ...trainingMetrics({
      ...scored,
      lengthsTokens_B: completions.map(({ tokenIds }) => tokenIds.length),
      finishReasons_B: completions.map(({ finishReason }) => finishReason),
    }),
    ...loss.metrics,
    ...changingWeights(scheme, scored.weights),
    grad_norm: updated.gradNorm,
    learning_rate: config.learningRate,
    num_tokens: tokens + questions.reduce((sum, { prompt }) => sum + prompt.tokenIds.length, 0),
    sampling_time: (sampledMs - startMs) / 1000,
    step_time: (performance.now() - startMs) / 1000,
  };
  return { state: updated.state, record: { rollouts, scored, advantages_P_G, metrics } };
}

/** Weights of this step that are not the same in every step. */
function changingWeights(
  { mixture }: RewardScheme,
  weights: Readonly<Record<string, number>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.keys(mixture.factors ?? {}).map((name) => [`reward_weights/${name}`, weights[name]!]),
  );
}

/** The sixth stage: clip, then AdamW. Frees the gradients. */
async function update(
  { step, policy, optimizer, rewards }: GrpoState,
  gradients: Record<string, tf.Tensor>,
  config: GrpoConfig,
): Promise<{ state: GrpoState; gradNorm: number }> {
  const clipped = await clipGradNorm(gradients, config.maxGradNorm);
  if (!Number.isFinite(clipped.norm)) {
    throw new Error(
      `Cannot update after step ${step}: the gradient's norm must be finite: current value is ` +
        `${clipped.norm}; lower learningRate or look at the step's rollouts`,
    );
  }
  const next = adamwStep(policy.weights, clipped.gradients, optimizer, {
    learningRate: config.learningRate,
    beta1: config.adamBeta1,
    beta2: config.adamBeta2,
    epsilon: config.adamEpsilon,
    weightDecay: config.weightDecay,
  });
  tf.dispose(clipped.gradients);
  return {
    state: {
      step: step + 1,
      policy: { ...policy, weights: next.weights },
      optimizer: next.state,
      rewards,
    },
    gradNorm: clipped.norm,
  };
}
