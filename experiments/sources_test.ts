import { type QuestionRecord, tinyTemplate, writeRecords } from "@terse/data";
import type { Tokenizer } from "@terse/rl";
import { assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "node:path";
import { collectQuestions, type QuestionRequest, questionsOfStep } from "./sources.ts";

/** One token for each character. */
const tokenizer: Tokenizer = {
  encode: (text) => [...text].map((character) => character.codePointAt(0)!),
  decode: (ids) => String.fromCodePoint(...ids),
  decodeWithSpecials: (ids) => String.fromCodePoint(...ids),
  renderChat: (messages) => messages.map((message) => message.content).join("\n"),
  vocabSize: 0x110000,
  endTokenIds: [0],
  padTokenId: 0,
};

const request: QuestionRequest = {
  paths: [],
  sampleSeed: 3,
  counts: { train: 40, test: 10, ood: 5 },
  budgets: { kind: "uniform", mode: "maximum", low: 20, high: 100 },
  template: tinyTemplate,
  maxPromptLength: 2000,
  onBadRow: "skip",
};

function record(id: string, split: QuestionRecord["split"], question = `Which is ${id}?`) {
  return {
    id,
    source: "made",
    question,
    context: "",
    options: { A: "this", B: "that" },
    gold: { kind: "choice", letter: "A" },
    split,
    licence: "MIT",
    tags: [],
  } satisfies QuestionRecord;
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "terse-sources-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("generated questions are the same whenever they are asked for", async () => {
  const one = await collectQuestions(request, tokenizer);
  const two = await collectQuestions(request, tokenizer);
  assertEquals(one, two);
  assertEquals(
    [one.splits.train.length, one.splits.test.length, one.splits.ood.length],
    [40, 10, 5],
  );
  assertEquals(one.leftOut, []);
  for (const { budget, prompt } of one.splits.train) {
    assertEquals(budget.mode, "maximum");
    assertEquals(
      prompt.text.includes(`at most ${budget.mode === "none" ? "" : budget.tokens}`),
      true,
    );
  }
  const other = await collectQuestions({ ...request, sampleSeed: 4 }, tokenizer);
  assertNotEquals(other.hash, one.hash);
  const longer = await collectQuestions(
    { ...request, budgets: { kind: "fixed", mode: "exact", tokens: 9 } },
    tokenizer,
  );
  assertNotEquals(longer.hash, one.hash);
});

Deno.test("questions whose prompts are too long are left out and counted", async () => {
  const all = await collectQuestions(request, tokenizer);
  const lengths = all.splits.train.map(({ prompt }) => prompt.tokenIds.length).sort((a, b) =>
    a - b
  );
  const limit = lengths[20]!;
  const some = await collectQuestions({ ...request, maxPromptLength: limit }, tokenizer);
  const kept = lengths.filter((length) => length <= limit).length;
  assertEquals(some.splits.train.length, kept);
  assertEquals(
    some.leftOut[0],
    `${40 - kept} train questions whose prompts have more than ${limit} tokens (maxPromptLength)`,
  );
  await assertRejects(
    () => collectQuestions({ ...request, maxPromptLength: 3 }, tokenizer),
    RangeError,
    "there must be at least one question to train on: current number is 0. Left out: 40 train",
  );
});

Deno.test("a file without splits is split by key, a file with splits keeps them", () =>
  inFolder(async (folder) => {
    const plain = join(folder, "plain.jsonl");
    const own = join(folder, "own.jsonl");
    await writeRecords(plain, Array.from({ length: 50 }, (_, i) => record(`p${i}`, "train")));
    await writeRecords(own, [record("a", "test"), record("b", "ood"), record("c", "train")]);
    const found = await collectQuestions(
      { ...request, paths: [plain, own], counts: { train: 1, test: 100, ood: 100 } },
      tokenizer,
    );
    const keys = (split: "train" | "test" | "ood") =>
      found.splits[split].map(({ prompt }) => prompt.key);
    assertEquals(keys("ood"), ["made/b"]);
    assertEquals(keys("test").includes("made/a"), true);
    assertEquals(keys("train").includes("made/c"), true);
    assertEquals(keys("train").length + keys("test").length, 52);
    // About a fifth of the fifty is tested on.
    assertEquals(keys("test").length > 3 && keys("test").length < 22, true);
    assertEquals(found.description, "plain.jsonl, own.jsonl");

    const few = await collectQuestions(
      { ...request, paths: [plain, own], counts: { train: 1, test: 2, ood: 0 } },
      tokenizer,
    );
    assertEquals([few.splits.test.length, few.splits.ood.length], [2, 0]);
    assertEquals(few.splits.train.length, keys("train").length);
    assertEquals(few.leftOut, [
      `${keys("test").length - 2} of ${
        keys("test").length
      } test questions (settings.questions.test)`,
      "1 of 1 ood questions (settings.questions.ood)",
    ]);
  }));

Deno.test("a folder stands for its files, and gives what they give; an empty one is refused", () =>
  inFolder(async (folder) => {
    const files = [join(folder, "a.jsonl"), join(folder, "b.jsonl")];
    for (const [i, path] of files.entries()) {
      await writeRecords(path, Array.from({ length: 20 }, (_, n) => record(`${i}-${n}`, "train")));
    }
    const whole = await collectQuestions({ ...request, paths: [folder] }, tokenizer);
    const listed = await collectQuestions({ ...request, paths: files }, tokenizer);
    assertEquals([whole.hash, whole.description], [listed.hash, "a.jsonl, b.jsonl"]);
    const empty = await Deno.makeTempDir({ dir: folder });
    await assertRejects(
      () => collectQuestions({ ...request, paths: [empty] }, tokenizer),
      RangeError,
      "a folder must hold",
    );
  }));

Deno.test("bad rows are left out with the first one's cause; a file given twice is refused", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a.jsonl");
    await writeRecords(path, [record("a", "test"), record("b", "train"), record("c", "train")]);
    const lines = (await Deno.readTextFile(path)).trimEnd().split("\n");
    lines.push(lines[1]!.replace('"b"', '"d"').replace('"letter":"A"', '"letter":"Z"'));
    await Deno.writeTextFile(path, lines.join("\n") + "\n");
    const found = await collectQuestions({ ...request, paths: [path] }, tokenizer);
    assertEquals(found.splits.train.length, 2);
    assertEquals(found.leftOut.length, 1);
    assertEquals(
      found.leftOut[0]!.startsWith(`1 rows of ${path}; the first is row 4: gold.letter`),
      true,
    );
    await assertRejects(
      () => collectQuestions({ ...request, paths: [path], onBadRow: "fail" }, tokenizer),
      Error,
      `${path}, row 4: gold.letter must be one of the options' letters A, B: current value is "Z"`,
    );
    await assertRejects(
      () => collectQuestions({ ...request, paths: [path, path] }, tokenizer),
      RangeError,
      "made/a is also in",
    );
  }));

Deno.test("questionsOfStep goes through every question once an epoch, in a keyed order", () => {
  const questions = Array.from({ length: 10 }, (_, i) => i);
  const steps = [1, 2, 3, 4, 5, 6].map((step) => questionsOfStep(questions, 3, 7, step));
  const epochs = [steps.slice(0, 3).flat(), steps.slice(3).flat()];
  for (const epoch of epochs) assertEquals(new Set(epoch).size, 9);
  assertNotEquals(epochs[0], epochs[1]);
  assertEquals(questionsOfStep(questions, 3, 7, 5), steps[4]);
  assertNotEquals(questionsOfStep(questions, 3, 8, 1), steps[0]);
  assertThrows(() => questionsOfStep([1, 2], 3, 7, 1), RangeError, "numPrompts = 3");
});
