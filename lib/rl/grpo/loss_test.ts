import * as tf from "@tensorflow/tfjs";
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { grpoLossGradients, type GrpoLossMetrics, type GrpoLossOptions } from "./loss.ts";
import { assertAllClose, randomBatch, toInputs } from "./loss_batch.ts";
import { lossTypes } from "./losses/loss_types.ts";
import { tensorsLeftBy, testOnBackends } from "./on_backends.ts";

const options: GrpoLossOptions = {
  lossType: "bnpo",
  klEstimator: "k3",
  sequenceCount: 4,
  maxCompletionLength: 5,
  epsilon: 0.2,
  epsilonHigh: 0.28,
  beta: 0.04,
  entropyCoefficient: 0.01,
  tokenCount: 1,
};

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

testOnBackends("micro-batches of any split add up to the batch", () => {
  tf.tidy(() => {
    const batch = randomBatch();
    const cases = lossTypes.flatMap((lossType) =>
      [[0, 1, 4], [0, 2, 4], [0, 1, 2, 3, 4]].map((cuts) => ({ lossType, cuts }))
    );
    for (const { lossType, cuts } of cases) {
      const whole = { ...options, lossType, tokenCount: 13 };
      const expected = grpoLossGradients(toInputs(batch), whole);
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
      assertAllClose(rows, expected.dPolicyLogprobs_B_T.dataSync(), 1e-9);
    }
  });
});

testOnBackends("whatever stands in padding changes nothing", () => {
  tf.tidy(() => {
    const clean = randomBatch();
    const cases = lossTypes.flatMap((lossType) =>
      [NaN, Infinity, -Infinity, 1e30, -200].map((rubbish) => ({ lossType, rubbish }))
    );
    for (const { lossType, rubbish } of cases) {
      const given = { ...options, lossType };
      const expected = grpoLossGradients(
        { ...toInputs(clean), corrections_B_T: tf.tensor2d(clean.entropies) },
        given,
      );
      const fill = (rows: number[][]) =>
        rows.map((row, b) => row.map((x, t) => clean.mask[b]![t] === 1 ? x : rubbish));
      const dirty = toInputs({
        ...clean,
        policy: fill(clean.policy),
        old: fill(clean.old).map((row, b) => row.map((x, t) => clean.mask[b]![t] === 1 ? x : 0)),
        ref: fill(clean.ref!),
        entropies: fill(clean.entropies),
      });
      const corrections_B_T = tf.tensor2d(fill(clean.entropies));
      const result = grpoLossGradients({ ...dirty, corrections_B_T }, given);
      assertAllClose(result.loss, expected.loss.dataSync(), 0);
      assertAllClose(result.dPolicyLogprobs_B_T, expected.dPolicyLogprobs_B_T.dataSync(), 0);
      assertAllClose(result.dEntropies_B_T, expected.dEntropies_B_T.dataSync(), 0);
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
  assertEquals(await tensorsLeftBy(() => tf.dispose(grpoLossGradients(inputs, options))), 0);
  tf.dispose(Object.values(inputs));
});

testOnBackends("an empty batch and a KL weight without reference are refused", () => {
  tf.tidy(() => {
    const inputs = toInputs({ ...randomBatch(), ref: null });
    assertThrows(
      () => grpoLossGradients(inputs, { ...options, beta: 0, tokenCount: 0 }),
      RangeError,
      "tokenCount must be a positive number: current value is 0",
    );
    assertThrows(() => grpoLossGradients(inputs, options), RangeError, "beta must be 0");
  });
});
