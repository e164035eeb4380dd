import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { QuestionRecord } from "@terse/data";
import {
  DEFAULT_FAILURE_POLICY,
  type RewardComponent,
  type RewardScheme,
  startRewardState,
  WEIGHTED_SUM,
} from "@terse/rewards";
import * as tf from "@tensorflow/tfjs";
import { loadEngine } from "../engine/engine.ts";
import { TEST_ENGINE } from "../engine/test_engine.ts";
import { createAdamWState } from "../grpo/mod.ts";
import { downloadWeights, type Weights } from "../model/weights.ts";
import { sampleRollouts } from "../rollout/rollout.ts";
import { loadCheckpoint, readCheckpointWeights, saveCheckpoint } from "./checkpoint.ts";
import { lossGradients, referenceLogprobs } from "./loss_gradients.ts";
import { cutMicroBatches } from "./micro_batches.ts";
import type { PreparedQuestion } from "./question.ts";
import { smallPolicy } from "./small_policy.ts";
import { type GrpoConfig, type GrpoState, trainStep } from "./train_step.ts";

await loadEngine(TEST_ENGINE);

const config: GrpoConfig = {
  numGenerations: 4,
  maxCompletionLength: 8,
  temperature: 1,
  topP: 1,
  learningRate: 3e-2,
  beta: 0.05,
  epsilon: 0.2,
  epsilonHigh: 0.2,
  entropyCoefficient: 0.01,
  maxGradNorm: 1,
  adamBeta1: 0.9,
  adamBeta2: 0.999,
  adamEpsilon: 1e-8,
  weightDecay: 0.01,
  microBatchSize: 8,
  scaleRewards: "group",
};

const questions: PreparedQuestion[] = [[3, 4, 5], [6, 7], [8, 9, 10, 11]].map((tokenIds, i) => {
  const record: QuestionRecord = {
    id: String(i),
    source: "test",
    question: tokenIds.join(" "),
    context: "",
    options: null,
    gold: { kind: "open", answer: "5" },
    split: "train",
    licence: "MIT",
    tags: [],
  };
  const prompt = { key: `test/${i}`, text: tokenIds.join(" "), tokenIds };
  return { record, budget: { mode: "none" }, prompt };
});

function schemeOf(component: RewardComponent): RewardScheme {
  return { components: [component], mixture: WEIGHTED_SUM, failures: DEFAULT_FAILURE_POLICY };
}

/** Pays for every token 5: any policy can learn it. */
const fives: RewardScheme = schemeOf({
  name: "fives",
  weight: 1,
  reward: ({ completionIds }) => completionIds.map((ids) => ids.filter((id) => id === 5).length),
});

function freshState(): GrpoState {
  const policy = smallPolicy(1);
  return {
    step: 0,
    policy,
    optimizer: createAdamWState(policy.weights),
    rewards: startRewardState(fives),
  };
}

async function plain(weights: Weights): Promise<number[][]> {
  return [...(await downloadWeights(weights)).values()].map(({ data }) => [...data]);
}

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
    const ref = referenceLogprobs(refPolicy, parts, 1);
    const { gradients, metrics } = await lossGradients(
      policy,
      rollouts,
      advantages,
      parts,
      ref,
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

Deno.test("a checkpoint brings back the next step bit for bit", async () => {
  const folder = await Deno.makeTempDir();
  const refPolicy = smallPolicy(1);
  const first = await trainStep(freshState(), refPolicy, questions, fives, config, 7);
  await saveCheckpoint(folder, first.state);
  const unbroken = await trainStep(first.state, refPolicy, questions, fives, config, 7);
  const restored = await loadCheckpoint(folder, refPolicy.tokenizer);
  const resumed = await trainStep(restored, refPolicy, questions, fives, config, 7);
  assertEquals(resumed.state.step, 2);
  assertEquals(
    await plain(resumed.state.policy.weights),
    await plain(unbroken.state.policy.weights),
  );
  assertEquals(resumed.record.rollouts, unbroken.record.rollouts);
});

Deno.test("a checkpoint carries what rewards and controllers carry, bit for bit", async () => {
  const scheme: RewardScheme = {
    ...fives,
    components: [
      ...fives.components,
      {
        name: "drifting",
        weight: 1,
        reward: {
          start: 0.1,
          score: ({ completions }, state) => completions.map((_, b) => Number(state) * b),
          next: ({ step }, state) => Number(state) * 1.1 + step / 7,
        },
      },
    ],
    mixture: {
      combine: "gdpo",
      factors: { fives: { kind: "lagrangian", initial: 0.7, rate: 0.3, limit: 0.1 } },
    },
  };
  const folder = await Deno.makeTempDir();
  const refPolicy = smallPolicy(1);
  const start = { ...freshState(), rewards: startRewardState(scheme) };
  const first = await trainStep(start, refPolicy, questions, scheme, config, 7);
  assertEquals(first.state.rewards.components, { drifting: 0.1 * 1.1 + 1 / 7 });
  assert(first.state.rewards.factors["fives"] !== 0.7);
  await saveCheckpoint(folder, first.state);
  const unbroken = await trainStep(first.state, refPolicy, questions, scheme, config, 7);
  const restored = await loadCheckpoint(folder, refPolicy.tokenizer);
  const resumed = await trainStep(restored, refPolicy, questions, scheme, config, 7);
  assertEquals(resumed.record.advantages_P_G, unbroken.record.advantages_P_G);
  assertEquals(resumed.state.rewards, unbroken.state.rewards);
  assertEquals(
    unbroken.record.metrics["reward_weights/fives"],
    first.state.rewards.factors["fives"],
  );
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

Deno.test("a checkpoint with one bit changed, in whichever file, is refused by name", async () => {
  const folder = await Deno.makeTempDir();
  await saveCheckpoint(folder, freshState());
  const { tokenizer } = smallPolicy(1);
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  assertEquals(names, [
    "adam_m.safetensors",
    "adam_v.safetensors",
    "manifest.json",
    "model.safetensors",
    "state.json",
  ]);
  const before = tf.memory().numTensors;
  for (const name of names) {
    const path = `${folder}/${name}`;
    const whole = await Deno.readFile(path);
    const damaged = whole.slice();
    damaged[damaged.length >> 1]! ^= 1;
    await Deno.writeFile(path, damaged);
    const message = name === "manifest.json" ? "Cannot load checkpoint" : path;
    await assertRejects(() => loadCheckpoint(folder, tokenizer), Error, message);
    await assertRejects(() => readCheckpointWeights(folder), Error, message);
    await Deno.writeFile(path, whole);
  }
  assertEquals(tf.memory().numTensors, before);
  await Deno.remove(`${folder}/manifest.json`);
  await assertRejects(() => loadCheckpoint(folder, tokenizer), Error, "manifest.json");
});

Deno.test("the weights of a checkpoint are read without an engine", async () => {
  const folder = await Deno.makeTempDir();
  const state = freshState();
  await saveCheckpoint(folder, state);
  const read = await readCheckpointWeights(folder);
  assertEquals([read.step, read.config], [0, state.policy.config]);
  assertEquals(read.tensors, await downloadWeights(state.policy.weights));
});
