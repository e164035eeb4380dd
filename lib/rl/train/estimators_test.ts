import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { loadEngine } from "../engine/engine.ts";
import { TEST_ENGINE } from "../engine/test_engine.ts";
import { type LossType, lossTypes } from "../grpo/mod.ts";
import { tokenLogprobs } from "../model/passes.ts";
import type { Weights } from "../model/weights.ts";
import { type Rollout, sampleRollouts } from "../rollout/rollout.ts";
import { constantLogprobs, lossGradients } from "./loss_gradients.ts";
import { cutMicroBatches } from "./micro_batches.ts";
import { smallPolicy } from "./small_policy.ts";
import { config, fives, freshState, plain, questions } from "./small_training.ts";
import { type GrpoConfig, trainStep } from "./train_step.ts";

await loadEngine(TEST_ENGINE);

const advantages = [[1, -0.5, 0.25, -0.75], [0, 0, 0, 0], [2, -1, -1, 0]];
const MISMATCH = "sampling/sampling_logp_difference";

function sample(policySeed: number): Promise<Rollout[]> {
  return sampleRollouts(smallPolicy(policySeed), questions.map(({ prompt }) => prompt), {
    ...config,
    groupSize: 4,
    seed: 1,
    step: 0,
    purpose: "rollout",
  });
}

async function gradientsOf(rollouts: readonly Rollout[], changes: Partial<GrpoConfig>) {
  const given = { ...config, ...changes };
  const parts = cutMicroBatches(rollouts, given.microBatchSize);
  // Another policy's, so that ratios are not 1.
  const old = given.numIterations === 1 ? null : constantLogprobs(smallPolicy(4), parts, 1);
  const held = { old, ref: constantLogprobs(smallPolicy(3), parts, 1) };
  const policy = smallPolicy(2);
  const { gradients, metrics } = await lossGradients(
    policy,
    rollouts,
    advantages,
    parts,
    held,
    1,
    given,
  );
  return { metrics, values: (await plain(gradients)).flat(), gradients, policy };
}

Deno.test("micro-batches add up to the whole batch for every loss, with old policy and correction", async () => {
  const rollouts = await sample(5);
  for (const lossType of lossTypes) {
    const changes = {
      lossType,
      numIterations: 2,
      importanceSamplingCap: 1.5,
      maskTruncatedCompletions: true,
    } as const;
    const whole = await gradientsOf(rollouts, { ...changes, microBatchSize: 12 });
    const cut = await gradientsOf(rollouts, { ...changes, microBatchSize: 3 });
    cut.values.forEach((value, i) => assertAlmostEquals(value, whole.values[i]!, 1e-5));
    for (const [name, value] of Object.entries(whole.metrics)) {
      assertAlmostEquals(cut.metrics[name]!, value, 1e-5, `${lossType} ${name}`);
    }
  }
});

Deno.test("the weights' gradient of every loss agrees with finite differences along it", async () => {
  const rollouts = await sample(5);
  const parts = cutMicroBatches(rollouts, 12);
  const held = {
    old: constantLogprobs(smallPolicy(4), parts, 1),
    ref: constantLogprobs(smallPolicy(3), parts, 1),
  };
  const stepAt = (weights: Weights, lossType: LossType) =>
    lossGradients({ ...smallPolicy(2), weights }, rollouts, advantages, parts, held, 1, {
      ...config,
      lossType,
    });
  for (const lossType of lossTypes) {
    // CISPO's weights are constants of its gradient but not of its loss: losses_test.ts looks at tokens.
    if (lossType === "cispo") continue;
    const { weights } = smallPolicy(2);
    const { gradients } = await stepAt(weights, lossType);
    const squares = (await plain(gradients)).flat().reduce((sum, x) => sum + x * x, 0);
    const lossAt = async (by: number) => {
      const moved = Object.fromEntries(
        Object.entries(weights).map(([name, x]) => [name, tf.add(x, tf.mul(by, gradients[name]!))]),
      );
      return (await stepAt(moved, lossType)).metrics["loss"]!;
    };
    const h = 2e-3 / Math.sqrt(squares);
    const numeric = (await lossAt(h) - await lossAt(-h)) / (2 * h);
    assertAlmostEquals(numeric / squares, 1, 0.01, lossType);
  }
});

Deno.test("several updates: the first is that of one alone, the second has other ratios", async () => {
  const one = await trainStep(freshState(), smallPolicy(1), questions, fives, config, 7);
  const two = { ...config, numIterations: 2, learningRate: 0.1 };
  const first = await trainStep(freshState(), smallPolicy(1), questions, fives, {
    ...two,
    numIterations: 1,
  }, 7);
  const state = freshState(), refPolicy = smallPolicy(1);
  const held = tf.memory().numTensors;
  const both = await trainStep(state, refPolicy, questions, fives, two, 7);
  assertEquals(tf.memory().numTensors, held);
  assertEquals([both.state.step, both.state.optimizer.step], [1, 2]);
  assertEquals(both.record.rollouts, one.record.rollouts);
  assert(both.record.metrics["clip_ratio/region_mean"]! > 0, "the second update must clip");
  assert(
    JSON.stringify(await plain(both.state.policy.weights)) !==
      JSON.stringify(await plain(first.state.policy.weights)),
  );
  // The mean over both updates: the first update's KL is 0, as the reference is the policy of before.
  assertAlmostEquals(first.record.metrics["kl"]!, 0, 1e-6);
  assert(both.record.metrics["kl"]! > 1e-4);
});

Deno.test("the old log-probabilities of a second update are those before the first", async () => {
  // Without clipping, KL and entropy, the loss of the second update is -sum A exp(policy - old) / tokens.
  const free = {
    ...config,
    numIterations: 2,
    beta: 0,
    entropyCoefficient: 0,
    epsilon: 1e6,
    epsilonHigh: 1e6,
  };
  const { record } = await trainStep(freshState(), null, questions, fives, free, 7);
  const after = await trainStep(freshState(), null, questions, fives, {
    ...free,
    numIterations: 1,
  }, 7);
  const [part] = cutMicroBatches(record.rollouts, 12);
  const { batch } = part!;
  const logprobs = ({ weights, config }: ReturnType<typeof smallPolicy>) =>
    tokenLogprobs(weights, config, batch, 1).logprobs_B_T.arraySync();
  const old = logprobs(smallPolicy(1)), policy = logprobs(after.state.policy);
  const A = record.advantages_P_G.flat();
  const lengths = record.rollouts.flatMap(({ completions }) =>
    completions.map(({ tokenIds }) => tokenIds.length)
  );
  const tokens = lengths.reduce((sum, length) => sum + length, 0);
  const lossOf = (ratio: (b: number, t: number) => number) =>
    -lengths.reduce(
      (sum, length, b) =>
        sum + Array.from({ length }, (_, t) => A[b]! * ratio(b, t)).reduce((x, y) => x + y, 0),
      0,
    ) / tokens;
  const second = lossOf((b, t) => Math.exp(policy[b]![t]! - old[b]![t]!));
  assertAlmostEquals(record.metrics["loss"]!, (lossOf(() => 1) + second) / 2, 1e-5);
});

Deno.test("truncated completions leave the loss but not their group", async () => {
  const rollouts = await sample(2);
  const truncated = rollouts.flatMap(({ completions }) =>
    completions.map(({ finishReason }) => finishReason === "length")
  );
  assert(truncated.includes(true) && truncated.includes(false));
  const masked = await gradientsOf(rollouts, {
    maskTruncatedCompletions: true,
    lossType: "dr_grpo",
  });
  // The same sum without those completions; Dr. GRPO divides it by a constant.
  const kept = rollouts.map((rollout, p) => ({
    ...rollout,
    completions: rollout.completions.map((completion, g) =>
      truncated[4 * p + g]
        ? { ...completion, tokenIds: [0], samplerLogprobs: new Float32Array(1) }
        : completion
    ),
  }));
  const silenced = advantages.map((row, p) => row.map((a, g) => truncated[4 * p + g] ? 0 : a));
  const parts = cutMicroBatches(kept, 12);
  const policy = smallPolicy(2);
  const plainConfig = { ...config, lossType: "dr_grpo", beta: 0, entropyCoefficient: 0 } as const;
  const expected = await lossGradients(
    policy,
    kept,
    silenced,
    parts,
    { old: null, ref: null },
    1,
    plainConfig,
  );
  const actual = await lossGradients(
    policy,
    rollouts,
    advantages,
    cutMicroBatches(rollouts, 12),
    { old: null, ref: null },
    1,
    { ...plainConfig, maskTruncatedCompletions: true },
  );
  const values = (await plain(expected.gradients)).flat();
  (await plain(actual.gradients)).flat().forEach((value, i) =>
    assertAlmostEquals(value, values[i]!, 1e-6)
  );
  assert(Number.isFinite(masked.metrics["kl"]));
  const all = rollouts.map((rollout) => ({
    ...rollout,
    completions: rollout.completions.map((c) => ({ ...c, finishReason: "length" as const })),
  }));
  const nothing = await gradientsOf(all, { maskTruncatedCompletions: true });
  assertEquals(nothing.metrics["loss"], 0);
  assert(nothing.values.every((value) => value === 0));
});

Deno.test("a sampler that is off is measured and corrected for", async () => {
  const rollouts = await sample(2);
  const shifted = rollouts.map((rollout) => ({
    ...rollout,
    completions: rollout.completions.map((completion, g) => ({
      ...completion,
      samplerLogprobs: completion.samplerLogprobs.map((x) => x - (g === 0 ? Math.LN2 : 0)),
    })),
  }));
  const lengths = rollouts.flatMap(({ completions }) => completions.map((c) => c.tokenIds.length));
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  const share = sum(lengths.filter((_, b) => b % 4 === 0)) / sum(lengths);
  const rest = { beta: 0, entropyCoefficient: 0, lossType: "dr_grpo" } as const;
  const off = await gradientsOf(shifted, rest);
  assertAlmostEquals(off.metrics[`${MISMATCH}/mean`]!, share * Math.LN2, 1e-5);
  assertAlmostEquals(off.metrics[`${MISMATCH}/max`]!, Math.LN2, 1e-5);
  assertAlmostEquals(off.metrics["sampling/importance_sampling_ratio/mean"]!, 1 + share, 1e-5);
  const capped = await gradientsOf(shifted, { ...rest, importanceSamplingCap: 1.5 });
  assertAlmostEquals(
    capped.metrics["sampling/importance_sampling_ratio/mean"]!,
    1 + share / 2,
    1e-5,
  );
  // The first of each group counts 1.5 times, as if its advantage did.
  const parts = cutMicroBatches(rollouts, 12);
  const scaled = advantages.map((row) => row.map((a, g) => g === 0 ? 1.5 * a : a));
  const expected = await lossGradients(
    smallPolicy(2),
    rollouts,
    scaled,
    parts,
    { old: null, ref: null },
    1,
    { ...config, ...rest },
  );
  const values = (await plain(expected.gradients)).flat();
  capped.values.forEach((value, i) => assertAlmostEquals(value, values[i]!, 1e-5));
});

Deno.test("without KL no reference is needed, with it one is", async () => {
  const { record } = await trainStep(
    freshState(),
    null,
    questions,
    fives,
    { ...config, beta: 0 },
    7,
  );
  assertEquals(record.metrics["kl"], undefined);
  await assertRejects(
    () => trainStep(freshState(), null, questions, fives, config, 7),
    Error,
    "refPolicy must be a policy where beta is 0.05: current value is null",
  );
});
