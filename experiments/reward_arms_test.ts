import { assert, assertEquals } from "@std/assert";
import { generateQuestions } from "@terse/data";
import * as rewards from "@terse/rewards";
import { goldCompletion, mixRewards, type RewardBatch, startRewardState } from "@terse/rewards";
import { stepAdvantages } from "@terse/rl";
import { rewardScheme } from "./experiment.ts";
import { lengthRewards } from "./length_rewards.ts";
import { losses } from "./losses.ts";
import { mixtures } from "./mixtures.ts";

/** Two groups of four: right, wrong, without an answer, and right but long. */
function makeBatch(step: number): RewardBatch {
  const rows = generateQuestions({ seed: 1, split: "train", count: 2 }).flatMap((record, group) =>
    [
      goldCompletion(record),
      "<think>x</think><answer>?</answer>",
      "<think>x",
      goldCompletion(record),
    ]
      .map((text, g) => ({ record, group, text, tokens: [20, 15, 100, 90][g]! + group }))
  );
  return {
    prompts: rows.map(({ record }) => record.question),
    completions: rows.map(({ text }) => text),
    completionIds: rows.map(({ tokens }) => Array.from({ length: tokens }, (_, i) => i % 50)),
    records: rows.map(({ record }) => record),
    budgets: rows.map(() => ({ mode: "maximum", tokens: 80 })),
    thinkingTokens: rows.map(({ tokens }) => tokens - 10),
    answerTokens: rows.map(() => 3),
    groups: rows.map(({ group }) => group),
    finishReasons: rows.map(({ text }) => text === "<think>x" ? "length" : "stop"),
    step,
  };
}

for (const experiment of [lengthRewards, mixtures, losses]) {
  for (const arm of experiment.arms) {
    Deno.test(`${experiment.name}, ${arm.name}: no failure, right above wrong, finite advantages`, async () => {
      const scheme = rewardScheme(arm, experiment.settings.tiny);
      const training = { ...experiment.settings.tiny.training, ...arm.overrides };
      let state = startRewardState(scheme);
      for (let step = 1; step <= 26; step++) {
        const mixed = await mixRewards(scheme, makeBatch(step), state);
        assertEquals(mixed.failures, []);
        for (const first of [0, 4]) {
          assert(mixed.rewards_B[first]! > mixed.rewards_B[first + 1]!, `step ${step}`);
        }
        const lengths = makeBatch(step).completionIds.map((ids) => ids.length);
        const advantages = stepAdvantages(mixed, [4, 4], lengths, training).flat();
        assert(advantages.every(Number.isFinite), `advantages ${advantages}`);
        state = JSON.parse(JSON.stringify(mixed.next));
      }
    });
  }
}

Deno.test("every length rule of the library is an arm's", async () => {
  const names = Object.entries(rewards).flatMap(([name, value]) =>
    typeof value === "object" && "correctness" in value ? [name] : []
  );
  const texts = await Promise.all(
    ["length_rewards.ts", "mixtures.ts"].map((file) =>
      Deno.readTextFile(new URL(file, import.meta.url))
    ),
  );
  const unused = names.filter((name) => !texts.some((text) => text.includes(`ngthReward(${name}`)));
  assert(names.length >= 21);
  assertEquals(unused, []);
});
