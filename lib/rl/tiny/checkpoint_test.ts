import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { buildMessages, generateQuestions, hashRecords, tinyTemplate } from "@terse/data";
import { isCorrect } from "@terse/rewards";
import { join } from "node:path";
import { loadEngine } from "../engine/engine.ts";
import { TEST_ENGINE } from "../engine/test_engine.ts";
import { readSafetensors } from "../model/files/safetensors.ts";
import { countParameters } from "../model/weights.ts";
import { loadPolicy } from "../policy.ts";
import { sampleRollouts } from "../rollout/rollout.ts";
import { prepareQuestion } from "../train/question.ts";
import { TINY_FOLDER } from "./folder.ts";

await loadEngine(TEST_ENGINE);
const policy = await loadPolicy("tiny");

Deno.test("the shipped policy is small, and says what it was trained on", async () => {
  const path = join(TINY_FOLDER, "model.safetensors");
  assert((await Deno.stat(path)).size <= 4 * 1024 * 1024);
  assert(countParameters(policy.weights) < 1_500_000);
  const { metadata } = await readSafetensors(path);
  assertEquals(metadata["made_by"], "deno task tiny:train");
  // A generator that changed would no longer make the questions the policy knows.
  const records = generateQuestions({ seed: 0, split: "train", count: 40_000 });
  assertEquals(metadata["data_sha256"], await hashRecords(records));
});

Deno.test("its chat format and tags are single tokens", () => {
  const [record] = generateQuestions({ seed: 3, split: "validation", count: 1 });
  const messages = buildMessages(record!, { mode: "maximum", tokens: 80 }, tinyTemplate);
  const text = policy.tokenizer.renderChat(messages);
  assertStringIncludes(text, "Think for at most 80 tokens.<|assistant|>");
  const ids = policy.tokenizer.encode(text);
  assertEquals([ids[0], ids.at(-1)], [1, 2]);
});

Deno.test("it starts imperfect: right sometimes, wrong sometimes, mostly in good format", async () => {
  const questions = generateQuestions({ seed: 3, split: "validation", count: 48 })
    .map((record) =>
      prepareQuestion(record, { mode: "maximum", tokens: 90 }, tinyTemplate, policy.tokenizer)
    );
  const rollouts = await sampleRollouts(policy, questions.map(({ prompt }) => prompt), {
    groupSize: 1,
    maxCompletionLength: 120,
    temperature: 1,
    topK: 0,
    topP: 1,
    minP: 0,
    rowsAtOnce: 64,
    seed: 1,
    step: 0,
    purpose: "evaluation",
  });
  const right = rollouts.filter(({ completions }, i) =>
    isCorrect(completions[0]!.text, questions[i]!.record)
  );
  const accuracy = right.length / questions.length;
  assert(accuracy > 0.15 && accuracy < 0.6, `accuracy ${accuracy}`);
});
