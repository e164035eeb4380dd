import * as tf from "@tensorflow/tfjs";
import { assert, assertAlmostEquals } from "@std/assert";
import { importanceRatios } from "./importance_correction.ts";
import { type KlEstimator, klEstimators } from "./kl.ts";
import { grpoLossGradients, type GrpoLossOptions } from "./loss.ts";
import { assertAllClose, type LossBatch, randomBatch, toInputs } from "./loss_batch.ts";
import { type LossType, lossTypes } from "./losses/loss_types.ts";
import { testOnBackends } from "./on_backends.ts";

// Made by tools/peers/loss_reference.py with PyTorch's tape, in float64.
interface Reference {
  readonly batch: LossBatch & { readonly sampler: number[][] };
  readonly options: Omit<
    GrpoLossOptions,
    "lossType" | "klEstimator" | "tokenCount" | "sequenceCount"
  >;
  readonly cases: readonly {
    readonly lossType: LossType;
    readonly klEstimator: KlEstimator;
    readonly cap: number | null;
    /** Completions that the mask takes out. */
    readonly masked: readonly number[];
    readonly loss: number;
    readonly dPolicy: number[][];
    readonly dEntropies: number[][];
  }[];
}
const reference: Reference = JSON.parse(
  await Deno.readTextFile(new URL("./testdata/losses.json", import.meta.url)),
);

const sum = (values: readonly number[]) => values.reduce((total, x) => total + x, 0);

testOnBackends("loss and gradients of every type equal PyTorch's", () => {
  tf.tidy(() => {
    for (const { lossType, klEstimator, cap, masked, ...expected } of reference.cases) {
      const mask = reference.batch.mask.map((row, b) =>
        masked.includes(b) ? row.map(() => 0) : row
      );
      const inputs = toInputs({ ...reference.batch, mask });
      const corrections_B_T = cap === null
        ? null
        : importanceRatios(inputs.oldLogprobs_B_T, tf.tensor2d(reference.batch.sampler), cap);
      const options = {
        ...reference.options,
        lossType,
        klEstimator,
        tokenCount: sum(mask.flat()),
        sequenceCount: mask.length,
      };
      const result = grpoLossGradients({ ...inputs, corrections_B_T }, options);
      assertAllClose(result.loss, [expected.loss], 2e-6);
      assertAllClose(result.dPolicyLogprobs_B_T, expected.dPolicy.flat(), 1e-6);
      assertAllClose(result.dEntropies_B_T, expected.dEntropies.flat(), 1e-7);
    }
  });
});

/** A loss by its definition in float64, completion by completion; CISPO's weights come from outside. */
function loss64(
  { policy, old, ref, entropies, advantages, mask }: LossBatch,
  options: GrpoLossOptions,
  corrections: number[][],
  weights: number[][] | null,
): number {
  const { lossType, klEstimator, epsilon, epsilonHigh, beta, entropyCoefficient } = options;
  const clip = (x: number) => Math.min(Math.max(x, 1 - epsilon), 1 + epsilonHigh);
  let total = 0;
  mask.forEach((row, b) => {
    const length = sum(row);
    const tokens = Array.from({ length }, (_, t) => t);
    const logRatios = tokens.map((t) => policy[b]![t]! - old[b]![t]!);
    const A = advantages[b]!;
    const divisor = {
      grpo: length * options.sequenceCount,
      gspo: length * options.sequenceCount,
      dr_grpo: options.sequenceCount * options.maxCompletionLength,
      bnpo: options.tokenCount,
      dapo: options.tokenCount,
      cispo: options.tokenCount,
    }[lossType];
    for (const t of tokens) {
      const r = Math.exp(lossType === "gspo" ? sum(logRatios) / length : logRatios[t]!);
      const surrogate = weights === null
        ? -Math.min(r * A, clip(r) * A)
        : -weights[b]![t]! * A * policy[b]![t]!;
      const gap = policy[b]![t]! - ref![b]![t]!;
      const k3 = Math.min(10, Math.exp(-gap) + gap - 1);
      const kl = { k1: gap, k2: gap ** 2 / 2, k3, abs: Math.abs(gap) };
      const bonus = entropyCoefficient * entropies[b]![t]!;
      total += (corrections[b]![t]! * surrogate + beta * kl[klEstimator] - bonus) / divisor;
    }
  });
  return total;
}

testOnBackends("gradients of every type and estimator agree with float64 differences", () => {
  tf.tidy(() => {
    const batch = randomBatch();
    const corrections = batch.entropies.map((row) => row.map((x) => 0.5 + x / 2));
    const combinations = lossTypes.flatMap((lossType) =>
      klEstimators.map((klEstimator) => ({ lossType, klEstimator }))
    );
    for (const combination of combinations) {
      const options: GrpoLossOptions = {
        ...combination,
        epsilon: combination.lossType === "gspo" ? 0.02 : 0.2,
        epsilonHigh: combination.lossType === "gspo" ? 0.03 : 0.28,
        beta: 0.04,
        entropyCoefficient: 0.01,
        tokenCount: 13,
        sequenceCount: 4,
        maxCompletionLength: 7,
      };
      const weights = options.lossType !== "cispo"
        ? null
        : batch.policy.map((row, b) =>
          row.map((x, t) => Math.min(Math.max(Math.exp(x - batch.old[b]![t]!), 0.8), 1.28))
        );
      const corrections_B_T = tf.tensor2d(corrections);
      const result = grpoLossGradients({ ...toInputs(batch), corrections_B_T }, options);
      assertAllClose(result.loss, [loss64(batch, options, corrections, weights)], 1e-5);
      const numeric = batch.policy.flatMap((row, b) =>
        row.map((_, t) => {
          const moved = (by: number) => {
            const policy = batch.policy.map((line) => [...line]);
            policy[b]![t]! += by;
            return loss64({ ...batch, policy }, options, corrections, weights);
          };
          return (moved(1e-6) - moved(-1e-6)) / 2e-6;
        })
      );
      assertAllClose(result.dPolicyLogprobs_B_T, numeric, 1e-5);
      for (const share of ["clipRatioLowMean", "clipRatioHighMean"] as const) {
        assert(result.metrics[share].dataSync()[0]! > 0, `${options.lossType}: no ${share}`);
      }
    }
  });
});

/** Two completions of 1 and 3 tokens without KL and entropy; every ratio is 1.5, or 0.5 for the second. */
function twoCompletions(lossType: LossType, advantages: [number, number]) {
  return grpoLossGradients(
    toInputs({
      policy: [[-1, 0, 0], [-2, -2, -2]],
      old: [[-1 - Math.log(1.5), 0, 0], [-2 + Math.LN2, -2 + Math.LN2, -2 + Math.LN2]],
      ref: null,
      entropies: [[0, 0, 0], [0, 0, 0]],
      advantages,
      mask: [[1, 0, 0], [1, 1, 1]],
    }),
    {
      lossType,
      epsilon: 0.2,
      epsilonHigh: 0.28,
      beta: 0,
      klEstimator: "k3",
      entropyCoefficient: 0,
      tokenCount: 4,
      sequenceCount: 2,
      maxCompletionLength: 10,
    },
  );
}

testOnBackends("what each loss divides by, by hand", () => {
  tf.tidy(() => {
    // A = -2 at ratio 1.5 and A = 3 at ratio 0.5 are both free: surrogates 3, and -1.5 at three tokens.
    const expected: Record<LossType, [loss: number, first: number, other: number]> = {
      grpo: [(3 - 1.5) / 2, 3 / 2, -1.5 / 6],
      gspo: [(3 - 1.5) / 2, 3 / 2, -1.5 / 6],
      dr_grpo: [(3 - 4.5) / 20, 3 / 20, -1.5 / 20],
      bnpo: [(3 - 4.5) / 4, 3 / 4, -1.5 / 4],
      dapo: [(3 - 4.5) / 4, 3 / 4, -1.5 / 4],
      // The weights are limited to 1.28 and 0.8, and count as constants: -w A log pi.
      cispo: [(1.28 * 2 * -1 + 3 * -0.8 * 3 * -2) / 4, 1.28 * 2 / 4, -0.8 * 3 / 4],
    };
    for (const lossType of lossTypes) {
      const { loss, dPolicyLogprobs_B_T } = twoCompletions(lossType, [-2, 3]);
      const [value, first, other] = expected[lossType];
      assertAlmostEquals(loss.dataSync()[0]!, value, 1e-6, lossType);
      assertAllClose(dPolicyLogprobs_B_T, [first, 0, 0, other, other, other], 1e-6);
    }
  });
});

testOnBackends("the other signs are clipped, and keep their gradient with CISPO alone", () => {
  tf.tidy(() => {
    for (const lossType of lossTypes) {
      const { dPolicyLogprobs_B_T, metrics } = twoCompletions(lossType, [2, -3]);
      const expected = lossType === "cispo"
        ? [-1.28 * 2 / 4, 0, 0, 0.8 * 3 / 4, 0.8 * 3 / 4, 0.8 * 3 / 4]
        : [0, 0, 0, 0, 0, 0];
      assertAllClose(dPolicyLogprobs_B_T, expected, 1e-6);
      assertAllClose(metrics.clipRatioHighMean, [1 / 4], 1e-7);
      assertAllClose(metrics.clipRatioLowMean, [3 / 4], 1e-7);
    }
  });
});

testOnBackends("importance ratios by hand, with and without a cap", () => {
  tf.tidy(() => {
    const old = tf.tensor2d([[-1, -2, 0]]);
    const sampler = tf.tensor2d([[-1 - Math.LN2, -2 + Math.LN2, 0]]);
    assertAllClose(importanceRatios(old, sampler, Infinity), [2, 0.5, 1], 1e-6);
    assertAllClose(importanceRatios(old, sampler, 1.5), [1.5, 0.5, 1], 1e-6);
  });
});
