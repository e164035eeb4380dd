import { assertEquals } from "@std/assert";
import { loadEngine } from "../engine/engine.ts";
import { TEST_ENGINE } from "../engine/test_engine.ts";
import type { Policy } from "../policy.ts";
import { smallPolicy } from "../train/small_policy.ts";
import { forceBudget, FORCED_CLOSING } from "./budget_forcing.ts";
import { sampleRollouts } from "./rollout.ts";
import { countThinkingTokens } from "./thinking.ts";

await loadEngine(TEST_ENGINE);

/** Ids are words: 2 opens the thinking, 3 closes it, 4 opens the answer, 0 ends. */
const WORDS = ["", "", "<think>", "</think>", "<answer>", "a", "b", "c", "d", "e", "f", "g"];
const small = smallPolicy(3);
const policy: Policy = {
  ...small,
  tokenizer: {
    ...small.tokenizer,
    encode: (text) => {
      const ids: number[] = [];
      for (const [word] of text.matchAll(/<\/?\w+>|\w/g)) ids.push(WORDS.indexOf(word));
      return ids;
    },
    decode: (ids) => ids.map((id) => WORDS[id]).join(""),
  },
};
const { tokenizer } = policy;

Deno.test("thinking is looked at again when it may have reached its limit, and then closed", () => {
  const wait = (untilTokens: number) => ({ kind: "wait", untilTokens } as const);
  // The opening tag is no thinking: one of three tokens does not count.
  assertEquals(forceBudget([2, 5, 6], 3, tokenizer), wait(4));
  assertEquals(forceBudget([2, 5, 6, 7], 3, tokenizer), { kind: "append", tokenIds: [3, 4] });
  assertEquals(forceBudget([5, 6, 7], 3, tokenizer), { kind: "append", tokenIds: [3, 4] });
  // Closed by the policy itself.
  assertEquals(forceBudget([2, 5, 3, 7], 2, tokenizer), wait(Infinity));
  assertEquals(tokenizer.encode(FORCED_CLOSING), [3, 4]);
});

Deno.test("forced tokens are marked, cost no draw, and what follows is the policy's", async () => {
  const prompt = { key: "p", text: "", tokenIds: [5, 6, 7, 8] };
  const options = {
    groupSize: 12,
    maxCompletionLength: 16,
    rowsAtOnce: 5,
    temperature: 1,
    topK: 0,
    topP: 1,
    minP: 0,
    seed: 4,
    step: 1,
    purpose: "rollout",
  };
  const [free] = await sampleRollouts(policy, [prompt], options);
  const [bound] = await sampleRollouts(policy, [{ ...prompt, thinkingLimit: 4 }], options);
  let forced = 0;
  bound!.completions.forEach(({ tokenIds, sampledMask, samplerLogprobs }, g) => {
    const unbound = free!.completions[g]!;
    const at = sampledMask.indexOf(0);
    if (at < 0) {
      assertEquals(tokenIds, unbound.tokenIds);
      return;
    }
    forced++;
    const completion = { text: tokenizer.decode(tokenIds), tokenIds };
    assertEquals(countThinkingTokens(completion, tokenizer), 4);
    assertEquals(tokenIds.slice(0, at), unbound.tokenIds.slice(0, at));
    assertEquals(tokenIds.slice(at, at + 2), [3, 4]);
    assertEquals([...sampledMask], tokenIds.map((_, t) => t === at || t === at + 1 ? 0 : 1));
    assertEquals([...samplerLogprobs].map((x) => x === 0 ? 0 : 1), [...sampledMask]);
  });
  assertEquals(forced > 2, true);
});

Deno.test("a completion that is cut within the forced tokens is counted as cut", async () => {
  const prompt = { key: "p", text: "", tokenIds: [5, 6], thinkingLimit: 1 };
  const [rollout] = await sampleRollouts(policy, [prompt], {
    groupSize: 8,
    maxCompletionLength: 2,
    rowsAtOnce: 8,
    temperature: 1,
    topK: 0,
    topP: 1,
    minP: 0,
    seed: 4,
    step: 1,
    purpose: "rollout",
  });
  const cut = rollout!.completions.filter(({ sampledMask }) => sampledMask.includes(0));
  assertEquals(cut.length > 0, true);
  assertEquals(cut.every(({ finishReason }) => finishReason === "length"), true);
});
