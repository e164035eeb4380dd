import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { lengthExact, lengthMaximum } from "./length/med_u1.ts";
import { asReleased, corrected } from "./profile.ts";
import { answerReward, formatReward } from "./profile_rewards.ts";
import type { RewardComponent } from "./reward.ts";
import { scoreBatch } from "./score_batch.ts";
import {
  calculationRecord,
  choiceRecord,
  makeBatch,
  openRecord,
  tagged,
} from "./testdata/records.ts";

// deno task bench:rewards says what such completions cost.

/** Pieces that break parsers, patterns and tokenizers. */
const PIECES = [
  "<answer>",
  "</answer>",
  "<think>",
  "</think>",
  "<answer",
  "Assistant:",
  "<|im_start|>assistant\n",
  "<|im_end|>",
  "(",
  " ",
  "\n",
  "\0",
  "\ud800",
  "\udc00",
  "\u200f",
  "\u202e",
  "\ufeff",
  "\u0130",
  "\u03a3",
  "9",
  "1,",
  "-",
  ".",
  "C",
  "or",
  "a ",
  "\\frac{",
  "\\boxed{",
  "}",
  "x10^",
  "e9",
  "\u00bd",
  "12/07/2021",
  "17 weeks",
  "\u{1d7ce}",
];

const RECORDS = [
  choiceRecord,
  calculationRecord("5", "decimal", 4, 6),
  calculationRecord("5", "integer", 5, 5),
  calculationRecord("12/07/2021", "date", 0, 0),
  calculationRecord("('17 weeks', '6 days')", "weeks_days", 0, 0),
  openRecord("Low iron in the gut"),
];

const COMPONENTS: readonly RewardComponent[] = [corrected, asReleased].flatMap((profile) => [
  { name: `format_${profile.name}`, weight: 1, reward: formatReward(profile) },
  { name: `answer_${profile.name}`, weight: 1, reward: answerReward(profile) },
  { name: `exact_${profile.name}`, weight: 1, reward: lengthExact({ gate: "correct", profile }) },
  {
    name: `maximum_${profile.name}`,
    weight: 1,
    reward: lengthMaximum({ gate: "answered", profile }),
  },
]);

/** Scores a completion for every kind of question, with either kind of budget. */
async function requireScores(completion: string): Promise<void> {
  for (const mode of ["exact", "maximum"] as const) {
    const batch = makeBatch(RECORDS.map(() => completion), RECORDS, {
      budgets: RECORDS.map(() => ({ mode, tokens: 50 })),
    });
    const scored = await scoreBatch(COMPONENTS, batch);
    assertEquals(scored.failures, []);
    for (const values of Object.values(scored.components)) {
      for (const value of values) assert(value === null || (value >= -2 && value <= 1));
    }
  }
}

Deno.test("no mixture of hostile pieces makes a reward throw or leave its range", async () => {
  const piece = fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: "binary", maxLength: 4 }));
  const body = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(""));
  const completion = fc.oneof(body, body.map(tagged), fc.string({ unit: "binary" }));
  await fc.assert(fc.asyncProperty(completion, requireScores), { numRuns: 400, seed: 4 });
});

Deno.test("a megabyte of one piece makes no reward throw", async () => {
  for (
    const piece of [
      "<answer>",
      "(",
      " ",
      "\ud800",
      "\0",
      "\u200f",
      "<think></think><answer></answer>",
    ]
  ) {
    const text = piece.repeat(1_000_000 / piece.length);
    for (const completion of [text, tagged(text), `${text}${tagged("C")}`]) {
      await requireScores(completion);
    }
  }
});
