import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { scoreBatch } from "../score_batch.ts";
import { calculationRecord, choiceRecord, makeBatch, tagged } from "../testdata/records.ts";
import { kimi } from "./kimi.ts";
import * as rules from "../mod.ts";
import {
  lengthReward,
  type LengthRule,
  statefulLengthReward,
  type StatefulLengthRule,
} from "./length_reward.ts";

/** Tells what the rule saw, as a number: the group's size, right answers, cut ones, tokens. */
const seen: LengthRule<{ readonly factor: number }> = {
  correctness: "unused",
  defaults: { factor: 1 },
  score: ({ lengthsTokens_G, correct_G, truncated_G, step }, { factor }) => {
    const right = correct_G.filter(Boolean).length, cut = truncated_G.filter(Boolean).length;
    return lengthsTokens_G.map((length) =>
      factor * (1e6 * step + 1e4 * lengthsTokens_G.length + 1000 * right + 100 * cut + length)
    );
  },
};

const texts = [tagged("C"), tagged("A"), "none", tagged("C")];
const batch = makeBatch(texts, texts.map(() => choiceRecord), {
  completionIds: [[1], [1, 2], [1, 2, 3], [1, 2, 3, 4]],
  groups: [4, 4, 4, 9],
  finishReasons: ["stop", "length", "length", "stop"],
  step: 2,
});

Deno.test("a rule sees one group at a time, whole, with the step", async () => {
  assertEquals(await lengthReward(seen)(batch), [2031201, 2031202, 2031203, 2011004]);
  assertEquals(await lengthReward(seen, { factor: 0 })(batch), [0, 0, 0, 0]);
});

Deno.test("a gate takes scores away after the rule has seen the whole group", async () => {
  const scores = await lengthReward(seen, {}, { gate: "correct" })(batch);
  assertEquals(scores, [2031201, null, null, 2011004]);
  const answered = await lengthReward(seen, {}, { gate: "answered" })(batch);
  assertEquals(answered, [2031201, 2031202, null, 2011004]);
});

Deno.test("a rule that tells right from wrong itself is not gated by it again", () => {
  assertThrows(
    () => lengthReward(kimi, {}, { gate: "correct" }),
    RangeError,
    'current value is "correct"',
  );
});

Deno.test("a group that cannot be graded is lost alone, and so is one with two budgets", async () => {
  const bad = calculationRecord("5", "decimal", 6, 4);
  const odd = makeBatch([tagged("5"), tagged("C"), tagged("C"), tagged("C")], [
    bad,
    choiceRecord,
    choiceRecord,
    choiceRecord,
  ], {
    completionIds: [[1], [1], [1], [1]],
    groups: [0, 1, 2, 2],
    budgets: [1, 1, 1, 2].map((tokens) => ({ mode: "exact", tokens })),
  });
  const scored = await scoreBatch([{ name: "seen", weight: 1, reward: lengthReward(seen) }], odd);
  assertEquals(scored.components["seen"], [null, 1011001, null, null]);
  assertEquals(scored.failures.map(({ index }) => index), [0, 2, 3]);
  assertStringIncludes(scored.failures[0]!.cause, "GoldAnswerError");
  assertStringIncludes(scored.failures[1]!.cause, "one budget");
});

/** Every rule that the library exports. */
const ALL = Object.entries(rules).flatMap(([name, value]) =>
  typeof value === "object" && "correctness" in value
    ? [[name, value as unknown as LengthRule<unknown> | StatefulLengthRule<unknown, null>] as const]
    : []
);

const HOSTILE = [
  "",
  "<answer>".repeat(131_072),
  "(".repeat(1_048_576),
  " ".repeat(1_048_576),
  "\u0000 \ud800 ".repeat(262_144),
  "a b ".repeat(262_144),
  "</think><answer></answer>".repeat(40_000),
  "\u202e\u200f<think>\u202e",
];

const HOSTILE_BATCH = makeBatch(HOSTILE, HOSTILE.map(() => choiceRecord), {
  completionIds: HOSTILE.map((text) => Array.from({ length: text.length }, (_, i) => i % 3)),
});

for (const [name, rule] of ALL) {
  Deno.test(`${name}: hostile completions have finite scores and no failure`, async () => {
    const reward = "start" in rule ? statefulLengthReward(rule) : lengthReward(rule);
    for (const mode of ["exact", "maximum"] as const) {
      const budgets = HOSTILE.map(() => ({ mode, tokens: 1 }));
      const hostile = { ...HOSTILE_BATCH, budgets };
      const scored = await scoreBatch([{ name, weight: 1, reward }], hostile);
      assertEquals(scored.failures, []);
      assertEquals(scored.rewards.every(Number.isFinite), true);
    }
  });
}
