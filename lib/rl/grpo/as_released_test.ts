import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { groupAdvantages } from "./advantages.ts";
import {
  asReleasedAdvantages,
  asReleasedLoss,
  asReleasedMaskedMean,
  asReleasedMaskedVariance,
} from "./as_released.ts";

Deno.test("the released float32 mean gives equal rewards advantages that the project does not", () => {
  const rewards = Array(8).fill(Math.fround(2.7896));
  const [released] = asReleasedAdvantages(rewards, Array(8).fill("a"), 1e-6);
  assertAlmostEquals(released!, -0.18999309837818146, 1e-6);
  const [project] = groupAdvantages([rewards], { scaleRewards: "group", epsilon: 1e-6 });
  assertEquals(project, Array(8).fill(0));
});

Deno.test("released masks multiply: infinity in padding and an empty mask give NaN", () => {
  assert(Number.isNaN(asReleasedMaskedMean([1, Infinity], [1, 0])));
  assert(Number.isNaN(asReleasedMaskedMean([1, 2], [0, 0])));
  assertAlmostEquals(asReleasedMaskedMean([1, 2, 6], [1, 1, 0]), 1.5, 0);
});

Deno.test("the released variance is the sample variance and refuses fewer than two values", () => {
  assertAlmostEquals(asReleasedMaskedVariance([1, 3, 100], [1, 1, 0]), 2, 1e-12);
  assertThrows(() => asReleasedMaskedVariance([1, 3], [1, 0]), RangeError, "at least two");
});

Deno.test("a clipped token whose ratio overflows has gradient NaN as released", () => {
  const token = { policyLogprob: 0, oldLogprob: -100, refLogprob: 0, entropy: 1, mask: 1 };
  const loss = asReleasedLoss([{ ...token, advantage: 1 }], {
    epsilon: 0.2,
    beta: 0,
    entropyCoefficient: 0.5,
    klEstimator: "low_var_kl",
  });
  assertAlmostEquals(loss.policyLoss, -1.2, 1e-6);
  assert(Number.isNaN(loss.dPolicyLogprobs_N[0]));
  assertEquals(loss.dEntropies_N, [-0.5]);
});
