/**
 * Golden cases of the whole update: loss over micro-batches, gradients, clipping, optimizer.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type AdamWOptions, adamwStep, createAdamWState } from "./adamw.ts";
import { clipGradNorm } from "./clip_grad.ts";
import { entropyFromLogits } from "./entropy.ts";
import {
  differencesBetween,
  type GoldenFields,
  type Nested,
  projectTolerance,
  releasedTolerance,
} from "./golden_compare.ts";
import { advantagesByName } from "./golden_rewards.ts";
import {
  type MicroBatchLossFunction,
  type PolicyRows,
  projectLoss,
  releasedLoss,
  updateAsReleased,
  type UpdateBatch,
  type UpdateConfig,
  type UpdatedPolicy,
} from "./golden_update.ts";
import { logprobsFromLogits } from "./logprobs.ts";

type Rows = number[][];

const implementations = [
  { name: "project", lossOf: projectLoss as MicroBatchLossFunction, tolerance: projectTolerance },
  { name: "as released", lossOf: releasedLoss, tolerance: releasedTolerance },
];

/**
 * Kind actor_loss: the parameters are the log-probabilities and entropies themselves, and the
 * learning rate is 0.
 *
 * @param inputs Columns of the batch, config.
 * @param outputs metrics; optimizer_steps, the clipped gradients of each.
 * @returns Differences.
 */
export async function goldenActorLoss(
  inputs: GoldenFields,
  outputs: GoldenFields,
): Promise<string[]> {
  const rows = inputs as Record<string, Rows>;
  const batch: UpdateBatch = {
    oldLogprobs_B_T: rows.old_log_prob!,
    refLogprobs_B_T: rows.ref_log_prob!,
    advantages_B_T: rows.advantages!,
    mask_B_T: rows.response_mask!,
  };
  const config = inputs.config as UpdateConfig;
  const differences: string[] = [];
  for (const { name, lossOf, tolerance } of implementations) {
    const policy = constantPolicy(
      { logprobs_B_T: rows.log_prob!, entropies_B_T: rows.entropy! },
      config.grad_clip,
    );
    const metrics = await updateAsReleased(policy, batch, config, lossOf);
    const actual = { metrics, optimizer_steps: policy.steps };
    differences.push(...differencesBetween(name, actual, outputs as Nested, tolerance));
  }
  return differences;
}

/** A policy whose parameters are its outputs; records the clipped gradient of each step. */
function constantPolicy(
  outputs: PolicyRows,
  maxNorm: number,
): UpdatedPolicy & { readonly steps: Nested[] } {
  const zeros = () => outputs.logprobs_B_T.map((row) => row.map(() => 0));
  let gradients = { grad_log_prob: zeros(), grad_entropy: zeros() };
  const steps: Nested[] = [];
  return {
    steps,
    forward: (rows) => ({
      logprobs_B_T: rows.map((row) => outputs.logprobs_B_T[row]!),
      entropies_B_T: rows.map((row) => outputs.entropies_B_T[row]!),
    }),
    backward: (rows, derivatives) => {
      rows.forEach((row, i) => {
        gradients.grad_log_prob[row] = derivatives.logprobs_B_T[i]!;
        gradients.grad_entropy[row] = derivatives.entropies_B_T[i]!;
      });
    },
    step: async () => {
      const tensors = {
        grad_log_prob: tf.tensor2d(gradients.grad_log_prob),
        grad_entropy: tf.tensor2d(gradients.grad_entropy),
      };
      const clipping = await clipGradNorm(tensors, maxNorm);
      const scaled = async (x: tf.Tensor) => await tf.mul(x, clipping.factor).array() as Nested;
      steps.push({
        grad_log_prob: await scaled(tensors.grad_log_prob),
        grad_entropy: await scaled(tensors.grad_entropy),
      });
      gradients = { grad_log_prob: zeros(), grad_entropy: zeros() };
      return clipping.norm;
    },
  };
}

/** How the golden file describes an optimizer. */
type GoldenOptimizer =
  | { readonly name: "sgd"; readonly lr: number }
  | {
    readonly name: "adamw";
    readonly lr: number;
    readonly betas: [number, number];
    readonly eps: number;
    readonly weight_decay: number;
  };

interface StepInputs {
  readonly w: Rows;
  readonly w_ref: Rows;
  readonly prompts: Rows;
  readonly responses: Rows;
  readonly response_mask: Rows;
  readonly groups: string[];
  readonly token_level_rewards: Rows;
  readonly temperature: number;
  readonly config: UpdateConfig;
  readonly optimizer: GoldenOptimizer;
}

/**
 * Kind actor_step: a bigram model (the logits after a token are its row of w) goes through
 * log-probabilities, advantages, loss, clipping and optimizer.
 *
 * @param inputs The model, the batch, config, optimizer.
 * @param outputs Log-probabilities, advantages, metrics, gradients, and w after the last step.
 * @returns Differences.
 */
export async function goldenActorStep(
  inputs: GoldenFields,
  outputs: GoldenFields,
): Promise<string[]> {
  const step = inputs as unknown as StepInputs;
  const mask_B_T = step.response_mask;
  const rewards_B = step.token_level_rewards.map((row) => row.reduce((sum, x) => sum + x, 0));
  const advantages_B = advantagesByName(rewards_B, step.groups, 1e-6);
  const everyRow = [...mask_B_T.keys()];
  const differences: string[] = [];
  for (const { name, lossOf, tolerance } of implementations) {
    const policy = bigramPolicy(step);
    const batch: UpdateBatch = {
      oldLogprobs_B_T: (await policy.forward(everyRow)).logprobs_B_T,
      refLogprobs_B_T: (await bigramPolicy({ ...step, w: step.w_ref }).forward(everyRow))
        .logprobs_B_T,
      advantages_B_T: mask_B_T.map((row, i) => row.map((kept) => kept * advantages_B[i]!)),
      mask_B_T,
    };
    const metrics = await updateAsReleased(policy, batch, step.config, lossOf);
    const actual = {
      old_log_prob: batch.oldLogprobs_B_T,
      ref_log_prob: batch.refLogprobs_B_T,
      advantages: batch.advantages_B_T,
      metrics,
      grad_w_before_clipping: policy.gradients,
      w_after: policy.weights(),
    };
    differences.push(...differencesBetween(name, actual, outputs as Nested, tolerance));
  }
  return differences;
}

/** A bigram model; records each step's gradient before clipping and the weights after the last. */
function bigramPolicy(
  inputs: StepInputs,
): UpdatedPolicy & { readonly gradients: Nested[]; weights(): Nested } {
  const vocabulary = inputs.w.length;
  let w: tf.Tensor = tf.tensor2d(inputs.w);
  let gradient: tf.Tensor = tf.zerosLike(w);
  const optimize = optimizer(inputs.optimizer, w);
  const gradients: Nested[] = [];
  let weights: Nested = inputs.w;
  const compute = (w: tf.Tensor, rows: readonly number[]) => {
    const labels = tf.tensor2d(rows.map((row) => inputs.responses[row]!), undefined, "int32");
    const previous = rows.flatMap((row) => [
      inputs.prompts[row]!.at(-1)!,
      ...inputs.responses[row]!.slice(0, -1),
    ]);
    // A product, since its gradient exists on every backend; that of gather does not.
    const chosen = tf.cast(tf.oneHot(tf.tensor1d(previous, "int32"), vocabulary), "float32");
    const logits = tf.reshape(tf.matMul(chosen, w as tf.Tensor2D), [...labels.shape, vocabulary]);
    return {
      logprobs: logprobsFromLogits(logits, labels, inputs.temperature),
      entropies: entropyFromLogits(logits, inputs.temperature),
    };
  };
  return {
    gradients,
    weights: () => weights,
    forward: async (rows) => {
      const { logprobs, entropies } = compute(w, rows);
      return {
        logprobs_B_T: await logprobs.array() as Rows,
        entropies_B_T: await entropies.array() as Rows,
      };
    },
    backward: (rows, derivatives) => {
      const added = tf.grad((x) => {
        const { logprobs, entropies } = compute(x, rows);
        const throughLogprobs = tf.mul(logprobs, tf.tensor2d(derivatives.logprobs_B_T));
        return tf.sum(
          tf.add(throughLogprobs, tf.mul(entropies, tf.tensor2d(derivatives.entropies_B_T))),
        );
      })(w);
      gradient = tf.add(gradient, added);
    },
    step: async () => {
      gradients.push(await gradient.array() as Nested);
      const { norm, factor } = await clipGradNorm({ w: gradient }, inputs.config.grad_clip);
      w = optimize(w, tf.mul(gradient, factor));
      weights = await w.array() as Nested;
      gradient = tf.zerosLike(w);
      return norm;
    },
  };
}

function optimizer(
  described: GoldenOptimizer,
  w: tf.Tensor,
): (w: tf.Tensor, gradient: tf.Tensor) => tf.Tensor {
  if (described.name === "sgd") {
    return (w, gradient) => tf.sub(w, tf.mul(described.lr, gradient));
  }
  const options: AdamWOptions = {
    learningRate: described.lr,
    beta1: described.betas[0],
    beta2: described.betas[1],
    epsilon: described.eps,
    weightDecay: described.weight_decay,
    gradientFactor: 1,
  };
  let state = createAdamWState({ w });
  return (w, gradient) => {
    const next = adamwStep({ w }, { w: gradient }, state, options);
    state = next.state;
    return next.weights.w!;
  };
}
