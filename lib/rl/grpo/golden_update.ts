/**
 * The reference's update of the policy, as its golden cases record it: mini-batches, micro-batches,
 * gradients, one optimizer step a mini-batch.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { asReleasedLoss, type ReleasedKlEstimator, releasedKlEstimators } from "./as_released.ts";
import { likeRows, type Nested } from "./golden_compare.ts";
import { grpoLossGradients } from "./loss.ts";

/** The reference's settings that its golden cases vary. */
export interface UpdateConfig {
  readonly grad_clip: number;
  readonly clip_ratio: number;
  readonly entropy_coeff: number;
  readonly use_kl_loss: boolean;
  readonly kl_loss_coef: number;
  readonly kl_loss_type: ReleasedKlEstimator;
  readonly ppo_mini_batch_size: number;
  readonly ppo_micro_batch_size: number;
}

/** What the policy computes for B completions of T tokens. */
export interface PolicyRows {
  readonly logprobs_B_T: number[][];
  readonly entropies_B_T: number[][];
}

/** A batch of B completions of T tokens, without what the policy computes for it. */
export interface UpdateBatch {
  readonly oldLogprobs_B_T: number[][];
  readonly refLogprobs_B_T: number[][];
  readonly advantages_B_T: number[][];
  readonly mask_B_T: number[][];
}

/** A policy that can be differentiated and stepped. */
export interface UpdatedPolicy {
  /** Log-probabilities and entropies of the given rows of the batch. */
  forward(rows: readonly number[]): PolicyRows | Promise<PolicyRows>;
  /** Adds the loss's derivatives for these rows to the gradient. */
  backward(rows: readonly number[], derivatives: PolicyRows): void;
  /** Clips the gradient, takes the optimizer's step; returns the norm before clipping. */
  step(): Promise<number>;
}

/** Token means of a micro-batch and derivatives of its plain, unweighted loss. */
interface MicroBatchLoss {
  readonly means: Readonly<Record<string, number>>;
  readonly kl: number;
  readonly derivatives: PolicyRows;
}

/** The loss of a micro-batch by one of the two implementations. */
export type MicroBatchLossFunction = (
  batch: UpdateBatch,
  policy: PolicyRows,
  config: UpdateConfig,
) => MicroBatchLoss | Promise<MicroBatchLoss>;

/** Consecutive parts of at most `size` items. */
function split(items: readonly number[], size: number): number[][] {
  const starts = items.map((_, i) => i).filter((i) => i % size === 0);
  return starts.map((start) => items.slice(start, start + size));
}

/**
 * Updates a policy on a batch by the reference's rules: one optimizer step a mini-batch, whose
 * gradient is the sum of its micro-batches' token means divided by floor(mini / micro), also for a
 * short last mini-batch.
 *
 * @param policy The policy.
 * @param batch The batch.
 * @param config The reference's settings.
 * @param lossOf The loss.
 * @returns Metrics in the reference's layout: a value for each micro-batch or optimizer step, but
 * of the KL divergence only that of the last micro-batch.
 */
export async function updateAsReleased(
  policy: UpdatedPolicy,
  batch: UpdateBatch,
  config: UpdateConfig,
  lossOf: MicroBatchLossFunction,
): Promise<Record<string, Nested>> {
  const metrics: Record<string, Nested> = {};
  const append = (name: string, value: number) => {
    metrics[name] = [...(metrics[name] as number[] | undefined) ?? [], value];
  };
  const divisor = Math.floor(config.ppo_mini_batch_size / config.ppo_micro_batch_size);
  for (const miniBatch of split([...batch.mask_B_T.keys()], config.ppo_mini_batch_size)) {
    for (const rows of split(miniBatch, config.ppo_micro_batch_size)) {
      const take = (matrix: number[][]) => rows.map((row) => matrix[row]!);
      const microBatch = {
        oldLogprobs_B_T: take(batch.oldLogprobs_B_T),
        refLogprobs_B_T: take(batch.refLogprobs_B_T),
        advantages_B_T: take(batch.advantages_B_T),
        mask_B_T: take(batch.mask_B_T),
      };
      const loss = await lossOf(microBatch, await policy.forward(rows), config);
      const weighted = (matrix: number[][]) => matrix.map((row) => row.map((x) => x / divisor));
      policy.backward(rows, {
        logprobs_B_T: weighted(loss.derivatives.logprobs_B_T),
        entropies_B_T: weighted(loss.derivatives.entropies_B_T),
      });
      for (const [name, value] of Object.entries(loss.means)) append(name, value);
      if (config.use_kl_loss) metrics["actor/kl_loss"] = loss.kl;
    }
    append("actor/grad_norm", await policy.step());
  }
  if (config.use_kl_loss) metrics["actor/kl_coef"] = config.kl_loss_coef;
  return metrics;
}

/** The project's loss of a micro-batch; a completion's advantage is that of its first token. */
export async function projectLoss(
  batch: UpdateBatch,
  policy: PolicyRows,
  config: UpdateConfig,
): Promise<MicroBatchLoss> {
  const tokenCount = batch.mask_B_T.flat().reduce((sum, kept) => sum + kept, 0);
  const { dPolicyLogprobs_B_T, dEntropies_B_T, metrics } = grpoLossGradients({
    policyLogprobs_B_T: tf.tensor2d(policy.logprobs_B_T),
    oldLogprobs_B_T: tf.tensor2d(batch.oldLogprobs_B_T),
    refLogprobs_B_T: config.use_kl_loss ? tf.tensor2d(batch.refLogprobs_B_T) : null,
    entropies_B_T: tf.tensor2d(policy.entropies_B_T),
    advantages_B: tf.tensor1d(batch.advantages_B_T.map((row) => row[0]!)),
    completionMask_B_T: tf.tensor2d(batch.mask_B_T),
    corrections_B_T: null,
  }, {
    lossType: "bnpo",
    epsilon: config.clip_ratio,
    epsilonHigh: config.clip_ratio,
    beta: config.use_kl_loss ? config.kl_loss_coef : 0,
    entropyCoefficient: config.entropy_coeff,
    klEstimator: releasedKlEstimators[config.kl_loss_type],
    tokenCount: Math.max(1, tokenCount),
    sequenceCount: batch.mask_B_T.length,
    maxCompletionLength: batch.mask_B_T[0]!.length,
  });
  const read = async (mean: tf.Scalar) => (await mean.data())[0]!;
  return {
    means: {
      "actor/entropy_loss": await read(metrics.entropy),
      "actor/pg_loss": await read(metrics.policyLoss),
      "actor/pg_clipfrac": await read(metrics.clipRatioRegionMean),
      "actor/ppo_kl": await read(metrics.oldKl),
    },
    kl: metrics.kl === undefined ? 0 : await read(metrics.kl),
    derivatives: {
      logprobs_B_T: await dPolicyLogprobs_B_T.array(),
      entropies_B_T: await dEntropies_B_T.array(),
    },
  };
}

/** The released loss of a micro-batch. */
export function releasedLoss(
  batch: UpdateBatch,
  policy: PolicyRows,
  config: UpdateConfig,
): MicroBatchLoss {
  const tokens = batch.mask_B_T.flatMap((row, i) =>
    row.map((mask, j) => ({
      policyLogprob: Math.fround(policy.logprobs_B_T[i]![j]!),
      oldLogprob: Math.fround(batch.oldLogprobs_B_T[i]![j]!),
      refLogprob: Math.fround(batch.refLogprobs_B_T[i]![j]!),
      entropy: Math.fround(policy.entropies_B_T[i]![j]!),
      advantage: Math.fround(batch.advantages_B_T[i]![j]!),
      mask,
    }))
  );
  const loss = asReleasedLoss(tokens, {
    epsilon: config.clip_ratio,
    beta: config.use_kl_loss ? config.kl_loss_coef : 0,
    entropyCoefficient: config.entropy_coeff,
    klEstimator: config.kl_loss_type,
  });
  return {
    means: {
      "actor/entropy_loss": loss.entropy,
      "actor/pg_loss": loss.policyLoss,
      "actor/pg_clipfrac": loss.clipFraction,
      "actor/ppo_kl": loss.oldKl,
    },
    kl: loss.kl,
    derivatives: {
      logprobs_B_T: likeRows(loss.dPolicyLogprobs_N, batch.mask_B_T),
      entropies_B_T: likeRows(loss.dEntropies_N, batch.mask_B_T),
    },
  };
}
