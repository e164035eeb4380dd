/**
 * One step of GRPO, read from top to bottom. The stages do not know one another; this file composes them.
 *
 * @module
 */
import type { RewardScheme, RewardState } from "@terse/rewards";
import * as tf from "@tensorflow/tfjs";
import {
  type AdamWState,
  adamwStep,
  clipGradNorm,
  type KlEstimator,
  type LossType,
} from "../grpo/mod.ts";
import { trainableWeights } from "../lora/names.ts";
import type { Weights } from "../model/weights.ts";
import type { Policy } from "../policy.ts";
import { sampleRollouts } from "../rollout/rollout.ts";
import { type StepAdvantageOptions, stepAdvantages } from "./advantages.ts";
import {
  type FurtherQuestions,
  type JudgedGroups,
  type ReplacedGroups,
  sampleWithSignal,
} from "./dynamic_sampling.ts";
import {
  constantLogprobs,
  type HeldLogprobs,
  lossGradients,
  type StepGradients,
} from "./loss_gradients.ts";
import { cutMicroBatches, type MicroBatch } from "./micro_batches.ts";
import { nonFinitePart, SKIPPED_UPDATE } from "./non_finite.ts";
import type { PreparedQuestion } from "./question.ts";
import { followPolicy, type ReferenceSync } from "./reference.ts";
import { scoreRollouts } from "./score.ts";
import { lengthsOf, meanMetrics, rolloutMetrics } from "./step_metrics.ts";

/** How a step samples and learns; names are TRL's, in camelCase. */
export interface GrpoConfig extends StepAdvantageOptions {
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
  /** How the KL penalty estimates the divergence of a token. */
  readonly klEstimator: KlEstimator;
  /** How the reference follows the policy; null freezes it. */
  readonly syncRefModel: ReferenceSync | null;
  /** Which ratio, surrogate and average the loss has. */
  readonly lossType: LossType;
  /** Updates that a step makes of what it sampled. */
  readonly numIterations: number;
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
  /**
   * Keeps of a layer its input alone and computes it again in the backward pass: a fifth slower, with
   * about a tenth of what the layers keep.
   */
  readonly gradientCheckpointing: boolean;
  /** Takes completions that were cut off out of the loss, but not out of their groups. */
  readonly maskTruncatedCompletions: boolean;
  /** Limit of the ratios that correct for the sampler's other log-probabilities; null does not correct. */
  readonly importanceSamplingCap: number | null;
  /** Extra rounds, at most, in which groups without signal are replaced by further questions' groups. */
  readonly dynamicSamplingRounds: number;
}

/**
 * What training carries from step to step. Owns the policy's weights (of
 * one with a LoRA adapter the adapter alone) and the optimizer's moments.
 */
export interface TrainState {
  /** Finished steps. */
  readonly step: number;
  readonly policy: Policy;
  readonly optimizer: AdamWState;
}

/** What GRPO carries from step to step: the trained policy, and what the rewards and their mixture carry. */
export interface GrpoState extends TrainState {
  readonly rewards: RewardState;
  /** Weights of a reference that follows the policy, owned like the policy's; null if none does. */
  readonly refWeights: Weights | null;
}

/** What a step leaves behind for the record: the groups that it learnt from, and others. */
export interface StepRecord extends JudgedGroups {
  /** Groups that were sampled and replaced, round by round. */
  readonly replaced: readonly ReplacedGroups[];
  /** TRL's metric names; times in seconds. */
  readonly metrics: Record<string, number>;
}

/**
 * Takes one step on P questions. Consumes `state`: its tensors are freed or pass on to the new one.
 *
 * A step whose loss or gradient is not finite updates nothing: weights and optimizer pass on as they are,
 * and its metrics hold 1 under {@linkcode SKIPPED_UPDATE} and the name of what was not finite.
 *
 * Metrics of the loss are means over the `numIterations` updates.
 *
 * @param refPolicy the frozen reference; not touched. Null if `beta` is 0 or the state holds the reference.
 * @param scheme the rewards and how they are mixed.
 * @param seed of the run; with the step it keys all randomness.
 * @param furtherQuestions where dynamic sampling takes questions from; by default there are none.
 * @throws {Error} if beta is not 0 and there is no reference.
 */
export async function trainStep(
  state: GrpoState,
  refPolicy: Policy | null,
  questions: readonly PreparedQuestion[],
  scheme: RewardScheme,
  config: GrpoConfig,
  seed: number,
  furtherQuestions: FurtherQuestions = () => [],
): Promise<{ state: GrpoState; record: StepRecord }> {
  const startMs = performance.now();
  const { policy, step } = state;
  const sampling = { ...config, groupSize: config.numGenerations, seed, step, purpose: "rollout" };
  let samplingMs = 0;

  const { groups, replaced } = await sampleWithSignal(questions, config.dynamicSamplingRounds, {
    async sample(questions) {
      const startMs = performance.now();
      const prompts = questions.map(({ prompt }) => prompt);
      const rollouts = await sampleRollouts(policy, prompts, sampling);
      samplingMs += performance.now() - startMs;
      return rollouts;
    },
    async judge(questions, rollouts) {
      const scored = await scoreRollouts(questions, rollouts, scheme, state, policy.tokenizer);
      const sizes = rollouts.map(({ completions }) => completions.length);
      return { scored, advantages_P_G: stepAdvantages(scored, sizes, lengthsOf(rollouts), config) };
    },
    furtherQuestions,
  });
  const parts = cutMicroBatches(groups.rollouts, config.microBatchSize);
  const held = heldLogprobs(state, refPolicy, parts, config);
  const before = { ...state, rewards: groups.scored.next };
  const updated = await updateOnGroups(before, groups, parts, held, config);
  const next = followPolicy({ ...updated.state, step: step + 1 }, config.syncRefModel);
  const metrics = {
    ...rolloutMetrics(groups, replaced, scheme, config.dynamicSamplingRounds),
    ...updated.metrics,
    learning_rate: config.learningRate,
    sampling_time: samplingMs / 1000,
    step_time: (performance.now() - startMs) / 1000,
  };
  return { state: next, record: { ...groups, replaced, metrics } };
}

/** The fourth stage: log-probabilities of the policy of before, where they are needed, and the reference. */
function heldLogprobs(
  { policy, refWeights }: GrpoState,
  refPolicy: Policy | null,
  parts: readonly MicroBatch[],
  { beta, numIterations, temperature }: GrpoConfig,
): HeldLogprobs {
  const weights = refWeights ?? refPolicy?.weights ?? null;
  if (beta !== 0 && weights === null) {
    throw new Error(
      `Cannot take a step: refPolicy must be a policy where beta is ${beta}: current value is null. ` +
        `Give a reference, or set beta to 0`,
    );
  }
  return {
    old: numIterations === 1 ? null : constantLogprobs(policy, parts, temperature),
    ref: beta === 0 ? null : constantLogprobs({ ...policy, weights: weights! }, parts, temperature),
  };
}

/** Loss and update, `numIterations` times, each on the policy that the one before left. Frees `held`. */
async function updateOnGroups(
  state: GrpoState,
  { rollouts, advantages_P_G }: JudgedGroups,
  parts: readonly MicroBatch[],
  held: HeldLogprobs,
  config: GrpoConfig,
): Promise<{ state: GrpoState; metrics: Record<string, number> }> {
  const { temperature } = config;
  const metrics: Record<string, number>[] = [];
  let next = state;
  for (let iteration = 0; iteration < config.numIterations; iteration++) {
    const loss = await lossGradients(
      next.policy,
      rollouts,
      advantages_P_G,
      parts,
      held,
      temperature,
      config,
    );
    const updated = await update(next, loss, config);
    next = updated.state;
    metrics.push({ ...loss.metrics, ...updated.metrics });
  }
  tf.dispose([...held.old ?? [], ...held.ref ?? []]);
  return { state: next, metrics: meanMetrics(metrics) };
}

/**
 * The sixth stage: clip, then AdamW. Frees the gradients. If something was not finite, its metric names
 * it, and weights and optimizer are those of before.
 */
async function update(
  state: GrpoState,
  { gradients, metrics }: StepGradients,
  config: GrpoConfig,
): Promise<{ state: GrpoState; metrics: Record<string, number> }> {
  const { policy, optimizer } = state;
  const { norm, factor } = await clipGradNorm(gradients, config.maxGradNorm);
  const skipped = await nonFinitePart(metrics["loss"]!, gradients, norm);
  if (skipped !== null) {
    tf.dispose(gradients);
    return { state, metrics: { [SKIPPED_UPDATE + skipped]: 1, grad_norm: norm } };
  }
  const next = adamwStep(trainableWeights(policy.weights), gradients, optimizer, {
    learningRate: config.learningRate,
    beta1: config.adamBeta1,
    beta2: config.adamBeta2,
    epsilon: config.adamEpsilon,
    weightDecay: config.weightDecay,
    gradientFactor: factor,
  });
  tf.dispose(gradients);
  return {
    state: {
      ...state,
      policy: { ...policy, weights: { ...policy.weights, ...next.weights } },
      optimizer: next.state,
    },
    metrics: { grad_norm: norm },
  };
}
