import { assert, assertEquals, assertRejects } from "@std/assert";
import { type RewardScheme, startRewardState } from "@terse/rewards";
import * as tf from "@tensorflow/tfjs";
import { loadEngine } from "../engine/engine.ts";
import { TEST_ENGINE } from "../engine/test_engine.ts";
import { downloadWeights } from "../model/weights.ts";
import { loadCheckpoint, readCheckpointWeights, saveCheckpoint } from "./checkpoint.ts";
import { smallPolicy } from "./small_policy.ts";
import { config, fives, freshState, plain, questions } from "./small_training.ts";
import { trainStep } from "./train_step.ts";

await loadEngine(TEST_ENGINE);

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
