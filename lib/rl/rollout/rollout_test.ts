import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { loadEngine } from "../engine/engine.ts";
import { TEST_ENGINE } from "../engine/test_engine.ts";
import { layOutGroups } from "../model/group_batch.ts";
import { tokenLogprobs } from "../model/passes.ts";
import { smallPolicy } from "../train/small_policy.ts";
import { type PromptInput, sampleRollouts, type SamplingOptions } from "./rollout.ts";

await loadEngine(TEST_ENGINE);

const policy = smallPolicy(3);
const config = policy.config;
const prompts: PromptInput[] = [[3, 4, 5, 6, 7], [8, 9], [2, 11, 4]].map((tokenIds, p) => ({
  key: `prompt ${p}`,
  text: tokenIds.join(" "),
  tokenIds,
}));
/** As many tokens as take two blocks of the cache, where the others take one. */
const longPrompt: PromptInput = {
  key: "long",
  text: "",
  tokenIds: Array.from({ length: 40 }, (_, i) => 2 + i * i % 9),
};
const options: SamplingOptions = {
  groupSize: 3,
  maxCompletionLength: 20,
  temperature: 0.9,
  topK: 0,
  topP: 1,
  minP: 0,
  rowsAtOnce: 9,
  seed: 5,
  step: 2,
  purpose: "rollout",
};

/** The policy without an end token: every completion takes all tokens it may. */
const endless = { ...policy, tokenizer: { ...policy.tokenizer, endTokenIds: [] } };

for (const rowsAtOnce of [1, 4, 9]) {
  Deno.test(`log-probabilities equal those of a pass over whole completions, ${rowsAtOnce} rows at once`, async () => {
    // 50 tokens are more than the cache's tail.
    const cases = [
      [smallPolicy(3), 20, [prompts[0]!, longPrompt, prompts[1]!]],
      [endless, 50, prompts],
    ] as const;
    for (const [policy, maxCompletionLength, prompts] of cases) {
      const asked = { ...options, maxCompletionLength, rowsAtOnce };
      const rollouts = await sampleRollouts(policy, prompts, asked);
      const groups = rollouts.map(({ prompt, completions }) => ({
        promptIds: prompt.tokenIds,
        completions: completions.map(({ tokenIds }) => tokenIds),
      }));
      const batch = layOutGroups(groups);
      const pass = tokenLogprobs(policy.weights, config, batch, options.temperature);
      const logprobs_B_T = await pass.logprobs_B_T.array();
      rollouts.flatMap(({ completions }) => completions).forEach(({ samplerLogprobs }, b) =>
        samplerLogprobs.forEach((logprob, t) =>
          assertAlmostEquals(logprob, logprobs_B_T[b]![t]!, 1e-5)
        )
      );
    }
  });
}

Deno.test("completions are the same however many rows decode at once", async () => {
  const ten = [...prompts, ...prompts.map((prompt) => ({ ...prompt, key: `${prompt.key}b` }))];
  for (const [policy, maxCompletionLength] of [[smallPolicy(3), 40], [endless, 45]] as const) {
    const asked = { ...options, maxCompletionLength };
    const together = (await sampleRollouts(policy, ten, { ...asked, rowsAtOnce: 18 })).map(ids);
    for (const rowsAtOnce of [1, 3, 11]) {
      assertEquals(
        (await sampleRollouts(policy, ten, { ...asked, rowsAtOnce })).map(ids),
        together,
      );
    }
  }
});

Deno.test("a completion is the same alone, in another order, and beside others", async () => {
  const together = await sampleRollouts(policy, prompts, options);
  const reversed = await sampleRollouts(policy, prompts.toReversed(), options);
  assertEquals(reversed.toReversed().map(ids), together.map(ids));
  for (const [p, prompt] of prompts.entries()) {
    assertEquals((await sampleRollouts(policy, [prompt], options)).map(ids), [ids(together[p]!)]);
  }
});

Deno.test("another seed, step or purpose draws other completions", async () => {
  const base = (await sampleRollouts(policy, prompts, options)).map(ids);
  for (const change of [{ seed: 6 }, { step: 3 }, { purpose: "evaluation" }]) {
    const other = (await sampleRollouts(policy, prompts, { ...options, ...change })).map(ids);
    assertEquals(JSON.stringify(other) === JSON.stringify(base), false);
  }
});

Deno.test("completions end at the end token or at the limit, and say which", async () => {
  const rollouts = await sampleRollouts(policy, prompts, options);
  const completions = rollouts.flatMap((rollout) => rollout.completions);
  for (const { tokenIds, finishReason, text } of completions) {
    assertEquals(tokenIds.indexOf(0), finishReason === "stop" ? tokenIds.length - 1 : -1);
    if (finishReason === "length") assertEquals(tokenIds.length, 20);
    assertEquals(text, tokenIds.filter((id) => id !== 0).join(" "));
  }
  assertEquals(new Set(completions.map(({ finishReason }) => finishReason)).size, 2);
});

Deno.test("sampling frees every tensor", async () => {
  const before = tf.memory().numTensors;
  for (const rowsAtOnce of [2, 9]) {
    await sampleRollouts(endless, prompts, { ...options, maxCompletionLength: 50, rowsAtOnce });
  }
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("prompts that do not fit are named", async () => {
  await assertRejects(
    () => sampleRollouts(policy, prompts, { ...options, maxCompletionLength: 60 }),
    RangeError,
    'prompt "prompt 0"',
  );
});

function ids(rollout: { completions: readonly { tokenIds: readonly number[] }[] }) {
  return rollout.completions.map(({ tokenIds }) => [...tokenIds]);
}
