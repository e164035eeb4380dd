import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { loadEngine } from "../engine/engine.ts";
import { TEST_ENGINE } from "../engine/test_engine.ts";
import { sampleRollouts } from "../rollout/rollout.ts";
import { constantLogprobs, lossGradients } from "./loss_gradients.ts";
import { cutMicroBatches } from "./micro_batches.ts";
import { smallPolicy } from "./small_policy.ts";
import { config, fives, freshState, plain, questions, schemeOf } from "./small_training.ts";
import { trainStep } from "./train_step.ts";

await loadEngine(TEST_ENGINE);

Deno.test("steps raise a reward that can be had", async () => {
  let state = freshState();
  const refPolicy = smallPolicy(1);
  const rewards: number[] = [];
  for (let i = 0; i < 15; i++) {
    const next = await trainStep(state, refPolicy, questions, fives, config, 7);
    state = next.state;
    rewards.push(next.record.metrics["reward"]!);
  }
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  assert(mean(rewards.slice(-3)) > mean(rewards.slice(0, 3)) + 1, `rewards: ${rewards}`);
  assertEquals(state.step, 15);
  assertEquals(state.optimizer.step, 15);
});

Deno.test("steps leak no tensor and no byte", async () => {
  let state = freshState();
  const refPolicy = smallPolicy(1);
  const before = tf.memory();
  for (let step = 0; step < 10; step++) {
    ({ state } = await trainStep(state, refPolicy, questions, fives, config, 7));
    const { numTensors, numDataBuffers, numBytes } = tf.memory();
    assertEquals([numTensors, numDataBuffers, numBytes], [
      before.numTensors,
      before.numDataBuffers,
      before.numBytes,
    ]);
  }
});

Deno.test("a step whose loss is not finite updates nothing, is recorded, and training goes on", async () => {
  const refPolicy = smallPolicy(1);
  const unscaled = { ...config, scaleRewards: "none" } as const;
  // Finite as a reward, infinite as a float32 advantage.
  const exploding = schemeOf({
    name: "exploding",
    weight: 1,
    reward: ({ completions }) => completions.map((_, i) => i % 2 * 1e60),
  });
  const first = await trainStep(freshState(), refPolicy, questions, fives, config, 7);
  const weights = await plain(first.state.policy.weights);
  const moments = await plain(first.state.optimizer.m);
  const before = tf.memory().numTensors;
  const bad = await trainStep(first.state, refPolicy, questions, exploding, unscaled, 7);
  assertEquals(tf.memory().numTensors, before);
  assertEquals(bad.record.metrics["skipped_update/loss"], 1);
  assertEquals(bad.record.rollouts.length, 3);
  assertEquals([bad.state.step, bad.state.optimizer.step], [2, 1]);
  assertEquals(await plain(bad.state.policy.weights), weights);
  assertEquals(await plain(bad.state.optimizer.m), moments);
  const next = await trainStep(bad.state, refPolicy, questions, fives, config, 7);
  assertEquals([next.state.step, next.state.optimizer.step], [3, 2]);
  assertEquals(Object.keys(next.record.metrics).filter((name) => name.startsWith("skipped")), []);
});

Deno.test("the same seed gives the same bits, another seed does not", async () => {
  const run = async (seed: number) => {
    const { state } = await trainStep(
      freshState(),
      smallPolicy(1),
      questions,
      fives,
      config,
      seed,
    );
    return await plain(state.policy.weights);
  };
  const first = await run(7);
  assertEquals(await run(7), first);
  assert(JSON.stringify(await run(8)) !== JSON.stringify(first));
});

Deno.test("micro-batches add up to the whole batch", async () => {
  const policy = smallPolicy(2), refPolicy = smallPolicy(3);
  const prompts = questions.map(({ prompt }) => prompt);
  const rollouts = await sampleRollouts(policy, prompts, {
    ...config,
    groupSize: 4,
    seed: 1,
    step: 0,
    purpose: "rollout",
  });
  const advantages = [[1, -0.5, 0.25, -0.75], [0, 0, 0, 0], [2, -1, -1, 0]];
  const gradientsOf = async (microBatchSize: number) => {
    const parts = cutMicroBatches(rollouts, microBatchSize);
    const ref = constantLogprobs(refPolicy, parts, 1);
    const { gradients, metrics } = await lossGradients(
      policy,
      rollouts,
      advantages,
      parts,
      { old: null, ref },
      1,
      config,
    );
    return { parts: parts.length, metrics, values: (await plain(gradients)).flat() };
  };
  const whole = await gradientsOf(12);
  assertEquals(whole.parts, 1);
  for (const size of [8, 4, 3, 1]) {
    const cut = await gradientsOf(size);
    assert(cut.parts > 1);
    cut.values.forEach((value, i) => assertAlmostEquals(value, whole.values[i]!, 1e-5));
    for (const [name, value] of Object.entries(whole.metrics)) {
      assertAlmostEquals(cut.metrics[name]!, value, 1e-5, name);
    }
  }
  assertThrows(() => cutMicroBatches(rollouts, 0), RangeError, "microBatchSize");
});

Deno.test("on policy, ratios are 1 and the sampler agrees with the trainer", async () => {
  const { record } = await trainStep(freshState(), smallPolicy(1), questions, fives, config, 7);
  assertEquals(record.metrics["clip_ratio/region_mean"], 0);
  // The reference is the same policy before its first step.
  assertAlmostEquals(record.metrics["kl"]!, 0, 1e-6);
  assert(record.metrics["sampling/sampling_logp_difference/mean"]! < 1e-5);
});

Deno.test("a failed reward is recorded and its sample left out", async () => {
  const failing = schemeOf({
    name: "failing",
    weight: 1,
    reward: ({ completions }) => completions.map((_, i) => i === 2 ? NaN : i % 2),
  });
  const { record } = await trainStep(freshState(), smallPolicy(1), questions, failing, config, 7);
  assertEquals(record.scored.failures.map(({ component, index }) => [component, index]), [
    ["failing", 2],
  ]);
  assertEquals(record.scored.rewards_P_G[0], [0, 1, null, 1]);
  assertEquals(record.advantages_P_G[0]![2], 0);
});

Deno.test("onFailure stop ends the step with the cause", async () => {
  const failing = schemeOf({ name: "failing", weight: 1, reward: () => [NaN] });
  const failures = { ...failing.failures, onFailure: "stop" } as const;
  await assertRejects(
    () => trainStep(freshState(), smallPolicy(1), questions, { ...failing, failures }, config, 7),
    Error,
    '"failing" must score the batch of step 1',
  );
});
