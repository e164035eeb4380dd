import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { generateQuestions, readParquet, writeRecords } from "@terse/data";
import { goldCompletion } from "@terse/rewards";
import { join } from "node:path";
import type { AnswerRow } from "./answers.ts";
import { evaluate, type EvaluateSurroundings } from "./command.ts";
import { quietProgress } from "./progress.ts";
import type { BudgetScore } from "./scores.ts";
import { type Plan, say, startChatServer } from "./testdata/chat_server.ts";

const QUESTIONS = [
  ...generateQuestions({ seed: 5, split: "test", count: 9 }),
  ...generateQuestions({ seed: 5, split: "ood", count: 3 }),
  ...generateQuestions({ seed: 5, split: "train", count: 4 }),
];

/** The gold answer to whatever question a prompt holds. */
const answerTo = (prompt: string) =>
  goldCompletion(QUESTIONS.find(({ question }) => prompt.includes(question))!);

async function withFolder(work: (folder: string, data: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "terse-evaluate-" });
  const data = join(folder, "questions.jsonl");
  await writeRecords(data, QUESTIONS);
  try {
    await work(folder, data);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs the command; returns its status and what it printed. */
async function run(
  args: readonly string[],
  changes: Partial<EvaluateSurroundings> = {},
): Promise<{ status: number; text: string }> {
  const lines: string[] = [];
  const status = await evaluate({
    args,
    cwd: "/",
    env: () => undefined,
    retry: { tries: 3, firstWaitMs: 1, longestWaitMs: 5 },
    progress: quietProgress(() => {}),
    print: (line) => lines.push(line),
    signal: new AbortController().signal,
    now: () => new Date(0),
    ...changes,
  });
  return { status, text: lines.join("\n") };
}

async function rowsOf(out: string): Promise<AnswerRow[]> {
  return await readParquet(join(out, "evaluation.parquet")) as unknown as AnswerRow[];
}

Deno.test("a server is evaluated with every budget, several requests at a time", () =>
  withFolder(async (folder, data) => {
    const plan: Plan = async ({ messages }, n) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      // Every request fails once.
      if (n === 0) return new Response("busy", { status: 503 });
      const prompt = messages.at(-1)!.content;
      return say(prompt.includes("at most 64 tokens") ? answerTo(prompt) : "no idea", {
        completion_tokens: 70,
      });
    };
    await using server = startChatServer(plan);
    const out = join(folder, "out");
    const { status, text } = await run([
      ...["--endpoint", server.url, "--data", data, "--budgets", "none,64", "--samples", "2"],
      ...["--out", out, "--concurrency", "4"],
    ]);
    assertEquals(status, 0, text);
    assertEquals(server.requests.length, 2 * 2 * 2 * 12);
    assert(server.mostAtOnce() > 1 && server.mostAtOnce() <= 4);
    const rows = await rowsOf(out);
    assertEquals(rows.length, 48);
    assertEquals(rows.filter(({ correct }) => correct).length, 24);
    assertEquals(new Set(rows.map(({ prompt_id }) => prompt_id)).size, 12);
    const { scores, data: described } = JSON.parse(
      await Deno.readTextFile(join(out, "evaluation.json")),
    );
    assertEquals(
      scores.map(({ budget, split, all, budgetUse }: BudgetScore) => [
        ...[budget, split, all.questions, all.accuracy?.mean, all.meanTokens],
        budgetUse?.meanOverrunTokens ?? null,
      ]),
      [
        ["none", "test", 9, 0, 70, null],
        ["none", "ood", 3, 0, 70, null],
        ["64", "test", 9, 1, 70, 6],
        ["64", "ood", 3, 1, 70, 6],
      ],
    );
    assertEquals(described.leftOut, ["4 questions in splits to train and to validate on"]);
    assertStringIncludes(text, "kind calculation");
  }));

Deno.test("a request that finally fails is recorded, not scored, and tried again on --resume", () =>
  withFolder(async (folder, data) => {
    const key = "s3cret-key";
    let isHealed = false;
    await using server = startChatServer(({ messages }) => {
      const prompt = messages.at(-1)!.content;
      if (!isHealed && prompt.includes(QUESTIONS[2]!.question)) {
        return new Response(`no room for ${key}`, { status: 500 });
      }
      return say(answerTo(prompt));
    });
    const out = join(folder, "out");
    const args = ["--endpoint", server.url, "--data", data, "--out", out, "--concurrency", "1"];
    const env = () => key;
    const first = await run(args, { env });
    assertEquals(first.status, 1);
    assertStringIncludes(first.text, "1 requests failed; they count nowhere above.");
    const failed = (await rowsOf(out)).filter(({ cause }) => cause !== null);
    assertEquals(
      failed.map(({ cause, correct, completion, finish_reason }) => [
        ...[cause, correct, completion, finish_reason],
      ]),
      [["status 500: no room for (key)", null, null, "failed"]],
    );
    const evaluation = JSON.parse(await Deno.readTextFile(join(out, "evaluation.json")));
    assertEquals(evaluation.scores[0].all.accuracy.mean, 1);
    assertEquals(evaluation.scores[0].all.failed, 1);

    isHealed = true;
    const before = server.requests.length;
    const again = await run([...args, "--resume"], { env });
    assertEquals([again.status, server.requests.length - before], [0, 1]);
    assertEquals((await rowsOf(out)).every(({ correct }) => correct === true), true);
    for (const { name } of Deno.readDirSync(out)) {
      const text = await Deno.readTextFile(join(out, name));
      assertEquals(text.includes(key), false, name);
    }
    assertEquals(first.text.includes(key) || again.text.includes(key), false);
  }));

Deno.test("a stopped evaluation goes on where it was and ends as if it had not been", () =>
  withFolder(async (folder, data) => {
    const plan: Plan = ({ messages, seed }) => say(answerTo(messages.at(-1)!.content) + seed);
    await using server = startChatServer(plan);
    const args = ["--endpoint", server.url, "--data", data, "--samples", "2", "--concurrency", "2"];
    const whole = join(folder, "whole"), broken = join(folder, "broken");
    assertEquals((await run([...args, "--out", whole])).status, 0);

    const controller = new AbortController();
    let seen = 0;
    await using other = startChatServer((request, n) => {
      if (++seen === 7) controller.abort();
      return plan(request, n);
    });
    const elsewhere = args.map((arg) => arg === server.url ? other.url : arg);
    const stopped = await run([...elsewhere, "--out", broken], { signal: controller.signal });
    assertEquals(stopped.status, 130);
    assertStringIncludes(stopped.text, `--out ${broken} --resume`);
    const kept = other.requests.length;
    assertEquals((await run([...elsewhere, "--out", broken, "--resume"])).status, 0);
    // The one or two requests under way when it was stopped are made again.
    assert(other.requests.length - kept < 24 - 4 && other.requests.length >= 24);
    assertEquals(await rowsOf(broken), await rowsOf(whole));
  }));

Deno.test("a server that is gone ends the evaluation, to be resumed", () =>
  withFolder(async (folder, data) => {
    await using server = startChatServer(() => new Response("down", { status: 502 }));
    const out = join(folder, "out");
    const { status, text } = await run([
      ...["--endpoint", server.url, "--data", data, "--samples", "4", "--out", out],
    ]);
    assertEquals(status, 1);
    assertStringIncludes(text, "given up: 20 requests in a row failed, the last: status 502: down");
  }));

Deno.test("another evaluation's folder is refused", () =>
  withFolder(async (folder, data) => {
    await using server = startChatServer(({ messages }) => say(answerTo(messages.at(-1)!.content)));
    const args = ["--endpoint", server.url, "--data", data, "--out", join(folder, "out")];
    assertEquals((await run(args)).status, 0);
    await assertRejects(() => run(args), Error, "Add --resume");
    const other = [...args, "--temperature", "0.9", "--resume"];
    await assertRejects(() => run(other), Error, "sampling.temperature");
    const nowhere = [...args.slice(0, -1), join(folder, "none"), "--resume"];
    await assertRejects(() => run(nowhere), Error, "Leave out --resume");
  }));

Deno.test("the tiny policy gives the same answers whenever it is asked, alone or resumed", () =>
  withFolder(async (folder, data) => {
    const once = join(folder, "once"), twice = join(folder, "twice");
    const args = [
      ...["--engine", "wasm", "--data", data, "--max-completion-length", "12"],
      ...["--budgets", "none,60", "--samples", "2"],
    ];
    assertEquals((await run([...args, "--out", once])).status, 0);
    const controller = new AbortController();
    const stopping = {
      update: (done: number) => done > 0 && controller.abort(),
      note() {},
      close() {},
    };
    const stopped = await run([...args, "--out", twice], {
      progress: stopping,
      signal: controller.signal,
    });
    assertEquals(stopped.status, 130);
    assertEquals((await run([...args, "--out", twice, "--resume"])).status, 0);
    const rows = await rowsOf(once);
    assertEquals(rows.length, 2 * 2 * 12);
    assertEquals(await rowsOf(twice), rows);
    const json = (out: string) => Deno.readTextFile(join(out, "evaluation.json"));
    assertEquals(await json(twice), await json(once));
    for (const { tokens, thinking_tokens, answer_tokens, finish_reason } of rows) {
      assert(tokens! <= 12 && thinking_tokens! <= tokens! && answer_tokens! <= tokens!);
      if (finish_reason === "length") assertEquals(tokens, 12);
    }
  }));
