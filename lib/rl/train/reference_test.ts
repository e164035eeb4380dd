import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { loadEngine } from "../engine/engine.ts";
import { TEST_ENGINE } from "../engine/test_engine.ts";
import { cloneWeights, disposeWeights } from "../model/weights.ts";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
import { followPolicy, synchroniseReference } from "./reference.ts";
import { smallPolicy } from "./small_policy.ts";
import { config, fives, freshState, plain, questions } from "./small_training.ts";
import { type GrpoConfig, type GrpoState, trainStep } from "./train_step.ts";

await loadEngine(TEST_ENGINE);

Deno.test("a synchronised reference by hand: alpha of the policy, the rest of before", () => {
  const policy = { a: tf.tensor1d([1, 2]), b: tf.scalar(4) };
  const ref = { a: tf.tensor1d([3, -2]), b: tf.scalar(0) };
  const before = tf.memory().numTensors;
  const mixed = synchroniseReference(policy, ref, 0.25);
  assertEquals(tf.memory().numTensors, before);
  assertEquals([...mixed["a"]!.dataSync(), ...mixed["b"]!.dataSync()], [2.5, -1, 1]);
  const copied = synchroniseReference(policy, mixed, 1);
  assertEquals([...copied["a"]!.dataSync(), ...copied["b"]!.dataSync()], [1, 2, 4]);
  disposeWeights(policy);
  disposeWeights(copied);
});

Deno.test("only steps that are due synchronise", () => {
  const state = (step: number) => ({
    step,
    policy: { weights: { a: tf.scalar(1) } },
    refWeights: { a: tf.scalar(0) },
  });
  const sync = { refModelSyncSteps: 3, refModelMixupAlpha: 0.5 };
  const valueAt = (step: number) => followPolicy(state(step), sync).refWeights.a.dataSync()[0];
  tf.tidy(() => assertEquals([1, 2, 3, 4, 6].map(valueAt), [0, 0, 0.5, 0, 0.5]));
  tf.tidy(() => {
    const frozen = state(3);
    assert(followPolicy(frozen, null) === frozen);
  });
});

const synced: GrpoConfig = {
  ...config,
  beta: 0.5,
  syncRefModel: { refModelSyncSteps: 2, refModelMixupAlpha: 0.6 },
};

function syncedState(): GrpoState {
  const state = freshState();
  return { ...state, refWeights: cloneWeights(state.policy.weights) };
}

Deno.test("a reference that follows is checkpointed: a resumed run equals the unbroken one", async () => {
  const step = (state: GrpoState) => trainStep(state, null, questions, fives, synced, 7);
  let state = syncedState();
  const start = await plain(state.refWeights!);
  const counts: number[] = [];
  for (let i = 0; i < 3; i++) {
    ({ state } = await step(state));
    counts.push(tf.memory().numTensors);
  }
  assertEquals(new Set(counts).size, 1, `tensors after each step: ${counts}`);
  const moved = await plain(state.refWeights!);
  assert(JSON.stringify(moved) !== JSON.stringify(start), "two steps must move the reference");
  const folder = await Deno.makeTempDir();
  await saveCheckpoint(folder, state);
  const restored = await loadCheckpoint(folder, state.policy.tokenizer);
  assertEquals(await plain(restored.refWeights!), moved);
  const unbroken = await step(state);
  const resumed = await step(restored);
  assertEquals(resumed.record.metrics["kl"], unbroken.record.metrics["kl"]);
  assertAlmostEquals(resumed.record.metrics["loss"]!, unbroken.record.metrics["loss"]!, 0);
  assertEquals(await plain(resumed.state.refWeights!), await plain(unbroken.state.refWeights!));
  assertEquals(
    await plain(resumed.state.policy.weights),
    await plain(unbroken.state.policy.weights),
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("after a copy of the policy the next step's KL is 0; a frozen reference's is not", async () => {
  const copying = { ...synced, syncRefModel: { refModelSyncSteps: 1, refModelMixupAlpha: 1 } };
  const first = await trainStep(syncedState(), null, questions, fives, copying, 7);
  const second = await trainStep(first.state, null, questions, fives, copying, 7);
  assertAlmostEquals(second.record.metrics["kl"]!, 0, 1e-6);
  const frozen = smallPolicy(1);
  const other = { ...copying, syncRefModel: null };
  const one = await trainStep(freshState(), frozen, questions, fives, other, 7);
  const two = await trainStep(one.state, frozen, questions, fives, other, 7);
  assert(two.record.metrics["kl"]! > 1e-4);
});
