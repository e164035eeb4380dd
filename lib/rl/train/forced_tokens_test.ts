import { assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { loadEngine } from "../engine/engine.ts";
import { TEST_ENGINE } from "../engine/test_engine.ts";
import type { Completion, Rollout } from "../rollout/rollout.ts";
import { lossGradients } from "./loss_gradients.ts";
import { cutMicroBatches } from "./micro_batches.ts";
import { smallPolicy } from "./small_policy.ts";
import { config } from "./small_training.ts";

await loadEngine(TEST_ENGINE);

const policy = smallPolicy(3);
const options = { ...config, beta: 0 };

function completion(tokenIds: number[], forced: number): Completion {
  return {
    tokenIds: [...tokenIds, ...new Array(forced).fill(7)],
    text: "",
    samplerLogprobs: new Float32Array(tokenIds.length + forced),
    sampledMask: Uint8Array.from([
      ...tokenIds.map(() => 1),
      ...new Array(forced).fill(0),
    ]),
    finishReason: "length",
  };
}

async function gradientsWith(forced: number) {
  const prompt = { key: "p", text: "", tokenIds: [3, 4, 5] };
  const rollouts: Rollout[] = [{
    prompt,
    completions: [completion([2, 9, 6], forced), completion([8, 4], forced)],
  }];
  const parts = cutMicroBatches(rollouts, 2);
  return await lossGradients(
    policy,
    rollouts,
    [[1, -0.5]],
    parts,
    { old: null, ref: null },
    1,
    options,
  );
}

Deno.test("forced tokens add nothing to loss, gradient and metrics", async () => {
  const without = await gradientsWith(0), withForced = await gradientsWith(3);
  for (const [name, value] of Object.entries(without.metrics)) {
    assertAlmostEquals(withForced.metrics[name]!, value, 1e-6);
  }
  for (const [name, gradient] of Object.entries(without.gradients)) {
    const distance = tf.max(tf.abs(tf.sub(gradient, withForced.gradients[name]!)));
    assertEquals((await distance.data())[0]! < 1e-6, true, name);
  }
});
