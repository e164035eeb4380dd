import { assertEquals } from "@std/assert";
import { type FurtherQuestions, type Judgement, sampleWithSignal } from "./dynamic_sampling.ts";
import type { PreparedQuestion } from "./question.ts";
import type { Rollout } from "../rollout/rollout.ts";
import { loadEngine } from "../engine/engine.ts";
import { TEST_ENGINE } from "../engine/test_engine.ts";
import { smallPolicy } from "./small_policy.ts";
import { config, freshState, plain, questions, schemeOf } from "./small_training.ts";
import { trainStep } from "./train_step.ts";

await loadEngine(TEST_ENGINE);

function named(key: string): PreparedQuestion {
  return { ...questions[0]!, prompt: { ...questions[0]!.prompt, key } };
}

/** A question teaches something if its key is a vowel. Records what was asked of the stages. */
function stages(further: readonly string[]) {
  const asked: string[] = [];
  const furtherQuestions: FurtherQuestions = (count, taken) => {
    asked.push(`further ${count} beside ${[...taken].join("")}`);
    return further.filter((key) => !taken.has(key)).slice(0, count).map(named);
  };
  return {
    asked,
    furtherQuestions,
    sample(questions: readonly PreparedQuestion[]): Promise<Rollout[]> {
      asked.push(`sample ${questions.map(({ prompt }) => prompt.key).join("")}`);
      return Promise.resolve(questions.map(({ prompt }) => ({ prompt, completions: [] })));
    },
    judge(questions: readonly PreparedQuestion[], rollouts: readonly Rollout[]) {
      const keys = questions.map(({ prompt }) => prompt.key);
      assertEquals(rollouts.map(({ prompt }) => prompt.key), keys);
      asked.push(`judge ${keys.join("")}`);
      const advantages_P_G = keys.map((key) => "aeiou".includes(key) ? [0, 1, -1] : [0, -0, 0]);
      return Promise.resolve({ advantages_P_G } as unknown as Judgement);
    },
  };
}

const keysOf = ({ questions }: { readonly questions: readonly PreparedQuestion[] }) =>
  questions.map(({ prompt }) => prompt.key).join("");

Deno.test("groups without signal are replaced in their places, round by round", async () => {
  const made = stages(["b", "i", "x", "o", "u"]);
  const { groups, replaced } = await sampleWithSignal(["c", "a", "d"].map(named), 5, made);
  assertEquals(keysOf(groups), "oai");
  assertEquals(made.asked, [
    "sample cad",
    "judge cad",
    "further 2 beside cad",
    "sample bi",
    "judge bai",
    "further 1 beside cadbi",
    "sample x",
    "judge xai",
    "further 1 beside cadbix",
    "sample o",
    "judge oai",
  ]);
  const summary = replaced.map(({ round, groups, replaced }) => [round, keysOf(groups), replaced]);
  assertEquals(summary, [[1, "cad", [0, 2]], [2, "bai", [0]], [3, "xai", [0]]]);
});

Deno.test("rounds are bounded, and what is left without signal stays", async () => {
  const made = stages(["b", "c", "d", "e"]);
  const { groups, replaced } = await sampleWithSignal([named("x")], 2, made);
  assertEquals(keysOf(groups), "c");
  assertEquals(replaced.length, 2);
  const off = await sampleWithSignal([named("x")], 0, made);
  assertEquals([keysOf(off.groups), off.replaced], ["x", []]);
});

Deno.test("with too few further questions the first groups are replaced", async () => {
  const { groups, replaced } = await sampleWithSignal([named("x"), named("y")], 9, stages(["a"]));
  assertEquals(keysOf(groups), "ay");
  assertEquals(replaced.map(({ replaced }) => replaced), [[0]]);
});

Deno.test("dynamic sampling in a step: replaced groups are recorded, counted, and repeatable", async () => {
  const picky = schemeOf({
    name: "picky",
    weight: 1,
    // Only prompts of two tokens tell completions apart.
    reward: ({ prompts, completionIds }) =>
      prompts.map((text, b) => text.split(" ").length === 2 ? completionIds[b]!.length + b % 2 : 1),
  });
  const spare = [[4, 5], [5, 6], [7, 3]].map((tokenIds, i) => ({
    ...questions[0]!,
    prompt: { key: `spare/${i}`, text: tokenIds.join(" "), tokenIds },
  }));
  const given = { ...config, dynamicSamplingRounds: 2 };
  const run = () =>
    trainStep(
      freshState(),
      smallPolicy(1),
      questions,
      picky,
      given,
      7,
      (count, taken) => spare.filter(({ prompt }) => !taken.has(prompt.key)).slice(0, count),
    );
  const { record, state } = await run();
  const keys = record.questions.map(({ prompt }) => prompt.key);
  assertEquals(keys, ["spare/0", "test/1", "spare/1"]);
  assertEquals(record.rollouts.map(({ prompt }) => prompt.key), keys);
  assertEquals(record.metrics["dynamic_sampling/rounds"], 1);
  assertEquals(record.metrics["dynamic_sampling/replaced_groups"], 2);
  assertEquals(record.metrics["frac_reward_zero_std"], 0);
  const [{ replaced, groups }] = record.replaced as [typeof record.replaced[0]];
  assertEquals(replaced, [0, 2]);
  assertEquals(groups.rollouts[0]!.completions.length, 4);
  const again = await run();
  assertEquals(again.record.rollouts, record.rollouts);
  assertEquals(await plain(again.state.policy.weights), await plain(state.policy.weights));
  const all = [...record.rollouts, groups.rollouts[0]!, groups.rollouts[2]!];
  const tokens = all.reduce(
    (sum, { prompt, completions }) =>
      sum + prompt.tokenIds.length + completions.reduce((n, c) => n + c.tokenIds.length, 0),
    0,
  );
  assertEquals(record.metrics["num_tokens"], tokens);
});
