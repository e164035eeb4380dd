import * as tf from "@tensorflow/tfjs";
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { uniform } from "@terse/data";
import { klEstimators } from "./kl.ts";
import {
  grpoLoss,
  grpoLossGradients,
  type GrpoLossInputs,
  type GrpoLossMetrics,
  type GrpoLossOptions,
} from "./loss.ts";
import { tensorsLeftBy, testOnBackends } from "./on_backends.ts";

/** A batch as plain numbers, so that the reference of the tests needs no tensors. */
interface Batch {
  readonly policy: number[][];
  readonly old: number[][];
  readonly ref: number[][] | null;
  readonly entropies: number[][];
  readonly advantages: number[];
  readonly mask: number[][];
}

const options: GrpoLossOptions = {
  epsilon: 0.2,
  epsilonHigh: 0.28,
  beta: 0.04,
  entropyCoefficient: 0.01,
  tokenCount: 1,
};

/** Rows of lengths 5, 1, 3, 4 whose ratios lie below, within and above the clip. */
function randomBatch(): Batch {
  const lengths = [5, 1, 3, 4], T = 5;
  const matrix = (purpose: string, low: number, high: number) =>
    lengths.map((_, b) =>
      Array.from({ length: T }, (_, t) => low + (high - low) * uniform(purpose, 5, b, t))
    );
  const old = matrix("loss test old", -3, -0.1);
  const shift = matrix("loss test shift", -0.9, 0.9);
  return {
    policy: old.map((row, b) => row.map((x, t) => x + shift[b]![t]!)),
    old,
    ref: matrix("loss test ref", -3, -0.1),
    entropies: matrix("loss test entropy", 0, 2),
    advantages: [1.3, -0.7, -1.1, 0.6],
    mask: lengths.map((length) => Array.from({ length: T }, (_, t) => t < length ? 1 : 0)),
  };
}

function toInputs(batch: Batch): GrpoLossInputs {
  return {
    policyLogprobs_B_T: tf.tensor2d(batch.policy),
    oldLogprobs_B_T: tf.tensor2d(batch.old),
    refLogprobs_B_T: batch.ref === null ? null : tf.tensor2d(batch.ref),
    entropies_B_T: tf.tensor2d(batch.entropies),
    advantages_B: tf.tensor1d(batch.advantages),
    completionMask_B_T: tf.tensor2d(batch.mask),
  };
}

/** The loss's definition in float64, token by token. */
function loss64(batch: Batch, { epsilon, epsilonHigh, ...rest }: GrpoLossOptions): number {
  let total = 0;
  batch.mask.forEach((row, b) =>
    row.forEach((kept, t) => {
      if (kept === 0) return;
      const policy = batch.policy[b]![t]!, advantage = batch.advantages[b]!;
      const ratio = Math.exp(policy - batch.old[b]![t]!);
      const limited = Math.min(Math.max(ratio, 1 - epsilon), 1 + epsilonHigh);
      total += Math.max(-advantage * ratio, -advantage * limited);
      total -= rest.entropyCoefficient * batch.entropies[b]![t]!;
      const gap = batch.ref![b]![t]! - policy;
      total += rest.beta * Math.min(10, Math.exp(gap) - gap - 1);
    })
  );
  return total / rest.tokenCount;
}

function tapeGradients(inputs: GrpoLossInputs, given: GrpoLossOptions): tf.Tensor[] {
  return tf.grads((policy, entropies) =>
    grpoLoss({
      ...inputs,
      policyLogprobs_B_T: policy as tf.Tensor2D,
      entropies_B_T: entropies as tf.Tensor2D,
    }, given)
  )([inputs.policyLogprobs_B_T, inputs.entropies_B_T]);
}

function assertAllClose(actual: tf.Tensor, expected: ArrayLike<number>, tolerance: number): void {
  const values = actual.dataSync();
  assertEquals(values.length, expected.length);
  values.forEach((value, i) => assertAlmostEquals(value, expected[i]!, tolerance, `entry ${i}`));
}

testOnBackends("loss, gradients and metrics of four tokens by hand", () => {
  tf.tidy(() => {
    // Ratios: 1.5 with A > 0 (clipped above), 0.5 with A > 0 (free), 1.5 with A < 0 (free),
    // 0.5 with A < 0 (clipped below).
    const up = Math.log(1.5), down = Math.log(0.5);
    const inputs = toInputs({
      policy: [[-1 + up, -1 + down], [-1 + up, -1 + down]],
      old: [[-1, -1], [-1, -1]],
      ref: [[-1 + up, -1 + down], [-1 + up, -1 + down + Math.LN2]],
      entropies: [[1, 2], [3, 4]],
      advantages: [2, -1],
      mask: [[1, 1], [1, 1]],
    });
    const result = grpoLossGradients(inputs, { ...options, tokenCount: 4 });
    const surrogate = (-2 * 1.28 - 2 * 0.5 + 1.5 + 0.8) / 4;
    const kl = (2 - Math.LN2 - 1) / 4;
    assertAllClose(result.loss, [surrogate - 0.01 * 2.5 + 0.04 * kl], 1e-6);
    assertAllClose(result.dPolicyLogprobs_B_T, [0, -1 / 4, 1.5 / 4, 0.04 * (1 - 2) / 4], 1e-6);
    assertAllClose(result.dEntropies_B_T, Array(4).fill(-0.01 / 4), 1e-8);
    const expected: Record<keyof GrpoLossMetrics, number> = {
      clipRatioRegionMean: 0.5,
      clipRatioLowMean: 0.25,
      clipRatioHighMean: 0.25,
      kl,
      oldKl: -(2 * up + 2 * down) / 4,
      entropy: 2.5,
      policyLoss: surrogate,
    };
    for (const [name, value] of Object.entries(expected)) {
      const metric = result.metrics[name as keyof GrpoLossMetrics]!;
      assertAlmostEquals(metric.dataSync()[0]!, value, 1e-6, name);
    }
  });
});

testOnBackends("closed-form gradients agree with float64 differences and with the tape", () => {
  tf.tidy(() => {
    const batch = randomBatch();
    const inputs = toInputs(batch);
    const result = grpoLossGradients(inputs, options);
    assertAlmostEquals(result.loss.dataSync()[0]!, loss64(batch, options), 1e-5);
    const numeric = batch.policy.flatMap((row, b) =>
      row.map((_, t) => {
        const moved = (by: number) => {
          const policy = batch.policy.map((line) => [...line]);
          policy[b]![t]! += by;
          return loss64({ ...batch, policy }, options);
        };
        return (moved(1e-6) - moved(-1e-6)) / 2e-6;
      })
    );
    assertAllClose(result.dPolicyLogprobs_B_T, numeric, 2e-5);
    assertAllClose(result.dEntropies_B_T, batch.mask.flat().map((kept) => -0.01 * kept), 1e-8);
    const metrics = result.metrics;
    for (const clipped of [metrics.clipRatioLowMean, metrics.clipRatioHighMean]) {
      assert(clipped.dataSync()[0]! > 0, "the batch must exercise both ends of the clip");
    }
    for (const klEstimator of klEstimators) {
      const closed = grpoLossGradients(inputs, { ...options, klEstimator });
      const [dPolicy, dEntropies] = tapeGradients(inputs, { ...options, klEstimator });
      assertAllClose(dPolicy!, closed.dPolicyLogprobs_B_T.dataSync(), 1e-6);
      assertAllClose(dEntropies!, closed.dEntropies_B_T.dataSync(), 1e-8);
      assertAllClose(grpoLoss(inputs, { ...options, klEstimator }), closed.loss.dataSync(), 0);
    }
  });
});

testOnBackends("micro-batches of any split add up to the batch", () => {
  tf.tidy(() => {
    const batch = randomBatch();
    const whole = { ...options, tokenCount: 13 };
    const expected = grpoLossGradients(toInputs(batch), whole);
    for (const cuts of [[0, 1, 4], [0, 2, 4], [0, 1, 2, 3, 4]]) {
      const parts = cuts.slice(1).map((end, i) => {
        const part = (rows: number[][]) => rows.slice(cuts[i], end);
        return grpoLossGradients(
          toInputs({
            policy: part(batch.policy),
            old: part(batch.old),
            ref: part(batch.ref!),
            entropies: part(batch.entropies),
            advantages: batch.advantages.slice(cuts[i], end),
            mask: part(batch.mask),
          }),
          whole,
        );
      });
      const total = (of: (part: typeof expected) => tf.Scalar) =>
        parts.reduce((sum, part) => sum + of(part).dataSync()[0]!, 0);
      assertAllClose(expected.loss, [total((part) => part.loss)], 1e-6);
      assertAllClose(expected.metrics.kl!, [total((part) => part.metrics.kl!)], 1e-6);
      const rows = tf.concat(parts.map((part) => part.dPolicyLogprobs_B_T));
      assertAllClose(rows, expected.dPolicyLogprobs_B_T.dataSync(), 0);
    }
  });
});

testOnBackends("whatever stands in padding changes nothing", () => {
  tf.tidy(() => {
    const clean = randomBatch();
    const expected = grpoLossGradients(toInputs(clean), options);
    for (const rubbish of [NaN, Infinity, -Infinity, 1e30, -200]) {
      const fill = (rows: number[][]) =>
        rows.map((row, b) => row.map((x, t) => clean.mask[b]![t] === 1 ? x : rubbish));
      const dirty = toInputs({
        ...clean,
        policy: fill(clean.policy),
        old: fill(clean.old).map((row, b) => row.map((x, t) => clean.mask[b]![t] === 1 ? x : 0)),
        ref: fill(clean.ref!),
        entropies: fill(clean.entropies),
      });
      const result = grpoLossGradients(dirty, options);
      assertAllClose(result.loss, expected.loss.dataSync(), 0);
      assertAllClose(result.dPolicyLogprobs_B_T, expected.dPolicyLogprobs_B_T.dataSync(), 0);
      assertAllClose(result.dEntropies_B_T, expected.dEntropies_B_T.dataSync(), 0);
      const [dPolicy, dEntropies] = tapeGradients(dirty, options);
      assertAllClose(dPolicy!, expected.dPolicyLogprobs_B_T.dataSync(), 1e-6);
      assertAllClose(dEntropies!, expected.dEntropies_B_T.dataSync(), 1e-8);
    }
  });
});

testOnBackends(
  "kinks: the closed interval passes, clipped and zero-advantage tokens do not",
  () => {
    tf.tidy(() => {
      const one = (policy: number, advantage: number, epsilon: number) =>
        grpoLossGradients(
          toInputs({
            policy: [[policy]],
            old: [[policy > 0 ? -100 : -1]],
            ref: null,
            entropies: [[0]],
            advantages: [advantage],
            mask: [[1]],
          }),
          { ...options, epsilon, epsilonHigh: epsilon, beta: 0, entropyCoefficient: 0 },
        );
      assertAllClose(one(-1, 1, 0).dPolicyLogprobs_B_T, [-1], 0); // ratio 1, clip [1, 1]
      assertAllClose(one(-1, -1, 0).dPolicyLogprobs_B_T, [1], 0);
      const overflown = one(0.1, 1, 0.2); // ratio infinite, clipped
      assertAllClose(overflown.dPolicyLogprobs_B_T, [0], 0);
      assertAllClose(overflown.loss, [-1.2], 1e-6);
      assertAllClose(one(0.1, 0, 0.2).loss, [0], 0);
      assertAllClose(one(0.1, 0, 0.2).dPolicyLogprobs_B_T, [0], 0);
      assertEquals(one(0.1, -1, 0.2).loss.dataSync()[0], Infinity); // no limit, as in the reference
    });
  },
);

testOnBackends("without reference there is no KL term and no KL metric", () => {
  tf.tidy(() => {
    const inputs = toInputs({ ...randomBatch(), ref: null });
    const { metrics, loss } = grpoLossGradients(inputs, { ...options, beta: 0 });
    assertEquals(metrics.kl, undefined);
    const policyLoss = metrics.policyLoss.dataSync()[0]!, entropy = metrics.entropy.dataSync()[0]!;
    assertAllClose(loss, [policyLoss - 0.01 * entropy], 1e-5);
  });
});

testOnBackends("loss and gradients leave only their results", async () => {
  const inputs = toInputs(randomBatch());
  assertEquals(await tensorsLeftBy(() => grpoLoss(inputs, options).dispose()), 0);
  assertEquals(await tensorsLeftBy(() => tf.dispose(grpoLossGradients(inputs, options))), 0);
  tf.dispose(Object.values(inputs));
});

testOnBackends("an empty batch and a KL weight without reference are refused", () => {
  tf.tidy(() => {
    const inputs = toInputs({ ...randomBatch(), ref: null });
    assertThrows(
      () => grpoLoss(inputs, { ...options, beta: 0, tokenCount: 0 }),
      RangeError,
      "tokenCount",
    );
    assertThrows(() => grpoLossGradients(inputs, options), RangeError, "beta must be 0");
  });
});
