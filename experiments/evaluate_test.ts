import type { QuestionRecord } from "@terse/data";
import { formatReward } from "@terse/rewards";
import type { PreparedQuestion, PromptInput, Rollout, Tokenizer } from "@terse/rl";
import { assertEquals, assertRejects } from "@std/assert";
import { evaluatePolicy, type EvaluationTask } from "./evaluate.ts";

function question(id: string, letter: string): PreparedQuestion {
  const record: QuestionRecord = {
    id,
    source: "made",
    question: `Question ${id}`,
    context: "",
    options: { A: "this", B: "that" },
    gold: { kind: "choice", letter },
    split: "test",
    licence: "MIT",
    tags: [],
  };
  return {
    record,
    budget: { mode: "maximum", tokens: 30 },
    prompt: { key: `made/${id}`, text: `prompt ${id}`, tokenIds: [1, 2] },
  };
}

/** Always answers A; the first of two samples in good form, the second without thinking. */
function answers(prompts: readonly PromptInput[]): Promise<Rollout[]> {
  return Promise.resolve(prompts.map((prompt) => ({
    prompt,
    completions: ["<think>hm</think><answer>A</answer>", "<answer>A</answer>"].map((text, i) => ({
      tokenIds: new Array<number>(10 * (i + 1)).fill(7),
      text,
      samplerLogprobs: new Float32Array(10 * (i + 1)),
      sampledMask: new Uint8Array(10 * (i + 1)).fill(1),
      finishReason: i === 0 ? "stop" as const : "length" as const,
    })),
  })));
}

/** A token is a character. */
const tokenizer: Tokenizer = {
  encode: (text) => Array.from(text, (_, i) => i),
  decode: () => "",
  decodeWithSpecials: () => "",
  renderChat: () => "",
  vocabSize: 10,
  endTokenIds: [0],
  padTokenId: 1,
};

const task: EvaluationTask = {
  questions: { test: [question("1", "A"), question("2", "B"), question("3", "A")], ood: [] },
  step: 30,
  batchSize: 2,
  sample: answers,
  rewards: [{ name: "format", weight: 2, reward: formatReward() }],
  timeLimitSeconds: 60,
  tokenizer,
  onProgress: () => Promise.resolve(),
  stopping: () => false,
};

Deno.test("evaluatePolicy grades every completion and sums the splits up", async () => {
  const seen: [number, number][] = [];
  const result = await evaluatePolicy({
    ...task,
    onProgress: (done, total) => {
      seen.push([done, total]);
      return Promise.resolve();
    },
  });
  assertEquals(seen, [[2, 3], [3, 3]]);
  assertEquals(result?.rows.length, 6);
  assertEquals(result?.rows[3], {
    split: "test",
    prompt_id: "made/2",
    sample: 1,
    source: "made",
    kind: "choice",
    question: "Question 2",
    prompt: "prompt 2",
    completion: "<answer>A</answer>",
    tokens: 20,
    thinking_tokens: 20,
    finish_reason: "length",
    budget_mode: "maximum",
    budget_tokens: 30,
    gold: "B",
    correct: false,
    format_ok: false,
    reward: -2,
  });
  const test = result?.evaluation.splits.test;
  assertEquals([test?.n, test?.samples, test?.accuracy, test?.meanTokens], [3, 2, 4 / 6, 15]);
  // Two samples of 10 and 20 tokens, asked for at most 30.
  assertEquals(test?.meanOverrunTokens, 0);
  assertEquals([test?.formatRate, test?.meanReward, test?.meanThinkingTokens], [0.5, 0, 11]);
  assertEquals(Object.keys(result!.evaluation.splits), ["test"]);
});

Deno.test("evaluatePolicy gives up when told to, and does not hide a reward that fails", async () => {
  let batches = 0;
  assertEquals(await evaluatePolicy({ ...task, stopping: () => ++batches > 1 }), null);
  const reward = () => {
    throw new Error("no such table");
  };
  await assertRejects(
    () => evaluatePolicy({ ...task, rewards: [{ name: "broken", weight: 1, reward }] }),
    Error,
    'reward "broken" must score every completion: Error: no such table',
  );
});
