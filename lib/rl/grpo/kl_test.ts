import * as tf from "@tensorflow/tfjs";
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { uniform } from "@terse/data";
import { type KlEstimator, klEstimators, klPenalty, klPenaltyGradient } from "./kl.ts";
import { tensorsLeftBy, testOnBackends } from "./on_backends.ts";

/** The estimators in float64. */
const estimate: Record<KlEstimator, (policy: number, ref: number) => number> = {
  k1: (policy, ref) => policy - ref,
  abs: (policy, ref) => Math.abs(policy - ref),
  k2: (policy, ref) => (policy - ref) ** 2 / 2,
  k3: (policy, ref) => Math.max(-10, Math.min(10, Math.exp(ref - policy) - ref + policy - 1)),
};

testOnBackends("estimates by hand", () => {
  tf.tidy(() => {
    const policy = tf.tensor1d([-1, -1]), ref = tf.tensor1d([-1 + Math.LN2, -3]);
    const of = (estimator: KlEstimator) => klPenalty(policy, ref, estimator).dataSync();
    const expected: Record<KlEstimator, [number, number]> = {
      k1: [-Math.LN2, 2],
      abs: [Math.LN2, 2],
      k2: [Math.LN2 ** 2 / 2, 2],
      k3: [2 - Math.LN2 - 1, Math.exp(-2) + 2 - 1],
    };
    for (const estimator of klEstimators) {
      of(estimator).forEach((x, i) => assertAlmostEquals(x, expected[estimator][i]!, 1e-6));
    }
  });
});

testOnBackends("gradients agree with finite differences and the tape follows them", () => {
  tf.tidy(() => {
    const logprob = (purpose: string, i: number) => -4 * uniform(purpose, 3, i);
    const policies = Array.from({ length: 12 }, (_, i) => logprob("kl test policy", i));
    const refs = policies.map((_, i) => logprob("kl test ref", i));
    const policy = tf.tensor2d(policies, [3, 4]), ref = tf.tensor2d(refs, [3, 4]);
    for (const estimator of klEstimators) {
      const slopes = klPenaltyGradient(policy, ref, estimator).dataSync();
      const taped = tf.grad((x) => tf.sum(tf.mul(2, klPenalty(x as tf.Tensor2D, ref, estimator))))(
        policy,
      ).dataSync();
      policies.forEach((p, i) => {
        const f = estimate[estimator], h = 1e-6;
        const numeric = (f(p + h, refs[i]!) - f(p - h, refs[i]!)) / (2 * h);
        assertAlmostEquals(slopes[i]!, numeric, 1e-5 * (1 + Math.abs(numeric)));
        assertAlmostEquals(taped[i]!, 2 * numeric, 2e-5 * (1 + Math.abs(numeric)));
      });
    }
  });
});

testOnBackends("at equality every estimate is 0 and abs has slope 0", () => {
  tf.tidy(() => {
    const same = tf.tensor1d([-0.6659]);
    const slopes: Record<KlEstimator, number> = { k1: 1, abs: 0, k2: 0, k3: 0 };
    for (const estimator of klEstimators) {
      assertAlmostEquals(klPenalty(same, same, estimator).dataSync()[0]!, 0, 0);
      assertAlmostEquals(
        klPenaltyGradient(same, same, estimator).dataSync()[0]!,
        slopes[estimator],
        0,
      );
    }
  });
});

testOnBackends("k3 beyond its limit is 10 with slope 0, even where exp overflows", () => {
  tf.tidy(() => {
    const policy = tf.tensor1d([-9, -1, -100, -Infinity]);
    const ref = tf.tensor1d([-0.1, -30, -0.5, -1]);
    assertEquals([...klPenalty(policy, ref, "k3").dataSync()], [10, 10, 10, 10]);
    const slopes = klPenaltyGradient(policy, ref, "k3").dataSync();
    slopes.forEach((slope) => assertAlmostEquals(slope, 0, 0));
  });
});

testOnBackends("estimates and gradients leave only their result", async () => {
  const policy = tf.tensor1d([-1]), ref = tf.tensor1d([-2]);
  for (const estimator of klEstimators) {
    const left = await tensorsLeftBy(() => {
      klPenalty(policy, ref, estimator).dispose();
      klPenaltyGradient(policy, ref, estimator).dispose();
    });
    assertEquals(left, 0, estimator);
  }
  tf.dispose([policy, ref]);
});

testOnBackends("an unknown estimator is refused by name", () => {
  const x = tf.tensor1d([-1]);
  assertThrows(() => klPenalty(x, x, "k4" as KlEstimator), RangeError, '"k4"');
  assertThrows(() => klPenaltyGradient(x, x, "" as KlEstimator), RangeError, '""');
  x.dispose();
});
