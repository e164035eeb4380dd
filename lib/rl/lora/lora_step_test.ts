import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { startRewardState } from "@terse/rewards";
import * as tf from "@tensorflow/tfjs";
import { loadEngine } from "../engine/engine.ts";
import { TEST_ENGINE } from "../engine/test_engine.ts";
import { createAdamWState } from "../grpo/mod.ts";
import { readSafetensors } from "../model/files/safetensors.ts";
import { downloadWeights, type Weights } from "../model/weights.ts";
import type { Policy } from "../policy.ts";
import { loadCheckpoint, saveCheckpoint } from "../train/checkpoint.ts";
import { smallPolicy } from "../train/small_policy.ts";
import { config, fives, questions } from "../train/small_training.ts";
import { type GrpoState, trainStep } from "../train/train_step.ts";
import { adapterShapes, adaptPolicy, type LoraSettings } from "./adapter.ts";
import { LORA_SCALING, ownWeights, trainableWeights } from "./names.ts";

await loadEngine(TEST_ENGINE);

const settings: LoraSettings = {
  rank: 2,
  alpha: 4,
  targetModules: ["q_proj", "v_proj", "gate_proj", "down_proj"],
};

/** A policy whose frozen head is large enough for an adapter to make one token likely. */
function frozenBase(): Policy {
  const policy = smallPolicy(1), head = policy.weights["lm_head.weight"]!;
  return { ...policy, weights: { ...policy.weights, "lm_head.weight": tf.mul(head, 25) } };
}

function freshState(base: Policy): GrpoState {
  const policy = adaptPolicy(base, settings, 1);
  return {
    step: 0,
    policy,
    optimizer: createAdamWState(trainableWeights(policy.weights)),
    rewards: startRewardState(fives),
    refWeights: null,
  };
}

async function plain(weights: Weights): Promise<[string, number[]][]> {
  return [...await downloadWeights(weights)].map(([name, { data }]) => [name, [...data]]);
}

const step = (state: GrpoState, base: Policy) =>
  trainStep(state, base, questions, fives, config, 7);

Deno.test("steps with an adapter raise a reward, leak nothing and leave the model as it was", async () => {
  const base = frozenBase();
  const before = await plain(base.weights);
  let state = freshState(base);
  const tensors = tf.memory().numTensors;
  const rewards: number[] = [], kls: number[] = [];
  for (let i = 0; i < 15; i++) {
    const next = await step(state, base);
    state = next.state;
    rewards.push(next.record.metrics["reward"]!);
    kls.push(next.record.metrics["kl"]!);
  }
  assertEquals(tf.memory().numTensors, tensors);
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  assert(mean(rewards.slice(-3)) > mean(rewards.slice(0, 3)) + 1, `rewards: ${rewards}`);
  // The reference is the model itself: the first step is at it, the last is away from it.
  assertAlmostEquals(kls[0]!, 0, 1e-6);
  assert(kls.at(-1)! > 1e-3, `KL: ${kls}`);
  assertEquals(await plain(base.weights), before);
  for (const [name, tensor] of Object.entries(base.weights)) {
    assert(state.policy.weights[name] === tensor, name);
  }
  assertEquals(Object.keys(state.optimizer.m), [...adapterShapes(base.config, settings).keys()]);
});

Deno.test("a checkpoint holds the adapter and its moments alone and goes on bit for bit", async () => {
  const folder = await Deno.makeTempDir();
  const base = frozenBase();
  const first = await step(freshState(base), base);
  await saveCheckpoint(folder, first.state);
  const matrices = [...adapterShapes(base.config, settings).keys()].sort();
  const names = async (file: string) =>
    [...(await readSafetensors(`${folder}/${file}`)).tensors.keys()].sort();
  assertEquals(await names("model.safetensors"), [LORA_SCALING, ...matrices].sort());
  assertEquals(await names("adam_m.safetensors"), matrices);
  assertEquals(await names("adam_v.safetensors"), matrices);

  const restored = await loadCheckpoint(folder, base.tokenizer, base.weights);
  const unbroken = await step(first.state, base);
  const resumed = await step(restored, base);
  assertEquals(resumed.record.rollouts, unbroken.record.rollouts);
  assertEquals(
    await plain(ownWeights(resumed.state.policy.weights)),
    await plain(ownWeights(unbroken.state.policy.weights)),
  );
});
