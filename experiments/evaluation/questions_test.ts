import { assertEquals, assertRejects } from "@std/assert";
import { generateQuestions, type QuestionRecord, tinyTemplate, writeRecords } from "@terse/data";
import { modelPath, readModel } from "@terse/rl";
import { join } from "node:path";
import type { ArmConfig } from "../arm_config.ts";
import { lengthPenalty } from "../length_penalty.ts";
import { collectQuestions } from "../sources.ts";
import { askQuestions, collectHeldOut, type HeldOutRequest } from "./questions.ts";

const { tokenizer } = await readModel(modelPath("tiny"));
const { training, budgets } = lengthPenalty.settings.tiny;

/** Questions that tell no splits, as most published files. */
const RECORDS = generateQuestions({ seed: 3, split: "test", count: 30 })
  .map((record): QuestionRecord => ({ ...record, split: "train" }));

async function fileOf(records: readonly QuestionRecord[]): Promise<string> {
  const path = join(await Deno.makeTempDir(), "questions.jsonl");
  await writeRecords(path, records);
  return path;
}

/** As much of an arm's config as its questions depend on. */
async function armTrainedOn(paths: readonly string[]): Promise<ArmConfig> {
  const questions = { train: 20, test: 4, ood: 2 };
  const { hash } = await collectQuestions({
    paths,
    sampleSeed: 2,
    counts: questions,
    budgets,
    template: tinyTemplate,
    maxPromptLength: training.maxPromptLength,
    onBadRow: "skip",
  }, tokenizer);
  return {
    arm: "none",
    settings: "tiny",
    data: { paths, sampleSeed: 2, hash, template: tinyTemplate },
    questions,
    budgets,
    training,
  } as unknown as ArmConfig;
}

const request: HeldOutRequest = {
  paths: [],
  sampleSeed: 2,
  counts: { test: 5, ood: 3 },
  limit: null,
  trained: null,
};

const idsOf = (records: readonly QuestionRecord[]) => records.map(({ id }) => id).sort();

Deno.test("without files and arm the generator's test and ood questions are asked", async () => {
  const { splits, leftOut } = await collectHeldOut(request);
  assertEquals([splits.test.length, splits.ood.length, leftOut], [5, 3, []]);
  const limited = await collectHeldOut({ ...request, limit: 2 });
  assertEquals([limited.splits.test.length, limited.splits.ood.length], [2, 2]);
  assertEquals(limited.leftOut[0], "3 of 5 test questions (--limit)");
});

Deno.test("a file without splits is asked as a whole, but for what the arm was trained on", async () => {
  const path = await fileOf(RECORDS);
  const whole = await collectHeldOut({ ...request, paths: [path] });
  assertEquals(idsOf(whole.splits.test), idsOf(RECORDS));

  const arm = await armTrainedOn([path]);
  const trained = { arm, tokenizer };
  const own = await collectHeldOut({ ...request, trained });
  const { splits, leftOut } = await collectHeldOut({ ...request, paths: [path], trained });
  const unseen = idsOf(splits.test);
  assertEquals(leftOut, [`${30 - unseen.length} questions that the policy was trained on`]);
  assertEquals(idsOf(own.splits.test).every((id) => unseen.includes(id)), true);
  assertEquals(unseen.length > 0 && unseen.length < 15, true, `${unseen.length} left`);

  // The same questions under other ids, in other writing, are still those trained on.
  const copied = RECORDS.map((record) => ({
    ...record,
    id: `copy ${record.id}`,
    question: record.question.toUpperCase() + " ",
  }));
  const again = await collectHeldOut({ ...request, paths: [await fileOf(copied)], trained });
  assertEquals(again.splits.test.length, unseen.length);
});

Deno.test("an arm whose data have changed is refused", async () => {
  const path = await fileOf(RECORDS);
  const arm = await armTrainedOn([path]);
  await writeRecords(path, RECORDS.slice(1));
  const asked = collectHeldOut({ ...request, trained: { arm, tokenizer } });
  await assertRejects(() => asked, Error, "Restore its data");
});

Deno.test("a prompt without room is left out and counted", () => {
  const options = {
    budgets,
    givenBudgets: new Map(),
    sampleSeed: 2,
    template: tinyTemplate,
    tokenizer,
  };
  const leftOut: string[] = [];
  const long = askQuestions(RECORDS, { ...options, maxPromptLength: 500 }, leftOut);
  assertEquals([long.length, leftOut], [30, []]);
  const lengths = long.map(({ prompt }) => prompt.tokenIds.length);
  const longest = Math.max(...lengths);
  const short = askQuestions(RECORDS, { ...options, maxPromptLength: longest - 1 }, leftOut);
  const count = lengths.filter((length) => length === longest).length;
  assertEquals(short.length, 30 - count);
  assertEquals(leftOut, [
    `${count} questions whose prompts have more than ${longest - 1} tokens`,
  ]);
});
