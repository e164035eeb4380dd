import type { Budget } from "@terse/data";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { isCorrect } from "../corrected/grade.ts";
import { extractAnswer } from "../corrected/tags.ts";
import { DEFAULT_FAILURE_POLICY } from "../failure_policy.ts";
import { lengthReward } from "../length/length_reward.ts";
import { lengthMaximum, medU1Maximum } from "../length/med_u1.ts";
import { thinkPrune } from "../length/think_prune.ts";
import { medU1Rewards } from "../med_u1_rewards.ts";
import { asReleased, corrected } from "../profile.ts";
import { answerReward, formatReward } from "../profile_rewards.ts";
import { type RewardComponent, rewardEach, type RewardFunction } from "../reward.ts";
import { auditRewards } from "./audit_rewards.ts";
import type { Finding } from "./finding.ts";

const MAXIMUM: readonly Budget[] = [{ mode: "maximum", tokens: 40 }, {
  mode: "maximum",
  tokens: 80,
}];

async function findings(
  components: readonly RewardComponent[],
  budgets: readonly Budget[] = MAXIMUM,
  maxTokens = 120,
): Promise<readonly Finding[]> {
  const scheme = {
    components,
    mixture: { combine: "sum" },
    failures: DEFAULT_FAILURE_POLICY,
  } as const;
  return (await auditRewards(scheme, { budgets, maxTokens })).findings;
}

const named = (name: string, reward: RewardFunction, weight = 1) => ({ name, weight, reward });

/** Format and answer by the corrected rules: nothing to find. */
const CLEAN = [named("format", formatReward()), named("answer", answerReward())];

/** 1 where the answer is right, else what `wrong` says. */
function graded(
  wrong: (answer: string, gold: string, tokens: number) => number,
  right: (tokens: number) => number = () => 1,
): RewardFunction {
  return rewardEach(({ completions, records, completionIds }, i) => {
    const record = records[i]!;
    const tokens = completionIds[i]!.length;
    if (isCorrect(completions[i]!, record)) return right(tokens);
    const { gold } = record;
    const answer = extractAnswer(completions[i]!) ?? "";
    return wrong(answer, gold.kind === "choice" ? gold.letter : gold.answer, tokens);
  });
}

/** Right where the text of the answer is that of the gold answer, character by character. */
const verbatim = rewardEach(({ completions, records }, i) => {
  const { gold } = records[i]!;
  const [, answer] = /<answer>([^]*?)<\/answer>/.exec(completions[i]!) ?? [];
  return Number(answer === (gold.kind === "choice" ? gold.letter : gold.answer));
});

const sortedWords = (text: string) => text.split(" ").sort().join(" ");

Deno.test("clean rewards have no severe finding and no warning", async () => {
  const gated = named("length", lengthMaximum({ tolerance: 80, gate: "correct" }));
  const checks = async (components: readonly RewardComponent[]) =>
    (await findings(components)).map(({ check }) => check);
  assertEquals(await checks(CLEAN), ["scales"]);
  assertEquals(await checks([...CLEAN, gated]), ["length_effect", "scales"]);
});

/** A check, and a reward that has its defect. */
const DEFECTS: readonly (readonly [string, readonly RewardComponent[]])[] = [
  ["choice_never_paid", [named("constant", rewardEach(() => 1))]],
  ["calculation_gold_unpaid", [
    named(
      "answer",
      rewardEach(({ records, completions }, i) => {
        const { gold } = records[i]!;
        const isSkipped = gold.kind === "calculation" && gold.output === "date";
        return isSkipped ? 0 : Number(isCorrect(completions[i]!, records[i]!));
      }),
    ),
  ]],
  ["threshold_unreachable", [
    named(
      "answer",
      Object.assign(answerReward(), {
        thresholds: [{ threshold: 45, terms: [{ name: "BLEU", low: 0, high: 1 }] }],
      }),
    ),
  ]],
  ["threshold_unreachable", [
    named(
      "answer",
      Object.assign(answerReward(), {
        thresholds: [{
          threshold: 45,
          terms: [{ name: "EMS", low: 0, high: 50 }, { name: "BLEU", low: 0, high: 0.5 }],
        }],
      }),
    ),
  ]],
  ["one_word_paid_in_full", [
    named("answer", graded((answer, gold) => Number(answer !== "" && gold.includes(answer)))),
  ]],
  ["half_paid_in_full", [
    named(
      "answer",
      graded((answer, gold) => Number(answer.length > gold.length / 3 && gold.includes(answer))),
    ),
  ]],
  ["shortened_paid_in_full", [
    named(
      "answer",
      graded((answer, gold) =>
        Number(answer.length > gold.length - 15 && gold.startsWith(`${answer} `))
      ),
    ),
  ]],
  ["shuffled_paid_in_full", [
    named("answer", graded((answer, gold) => Number(sortedWords(answer) === sortedWords(gold)))),
  ]],
  ["repeated_paid_in_full", [
    named("answer", graded((answer, gold) => Number(answer.includes(gold)))),
  ]],
  ["wrong_equals_right_of_same_length", [
    named("answer", graded((_, __, tokens) => Number(tokens === 60))),
  ]],
  ["wrong_equals_right_of_other_length", [
    named("answer", graded((_, __, tokens) => -tokens / 20, (tokens) => 1 - tokens / 20)),
  ]],
  ["hard_limit", [
    named("pruned", lengthReward(thinkPrune, { limitsTokens: [60] })),
  ]],
  ["wrong_paid_for_length", [
    ...CLEAN,
    named("length", lengthReward(medU1Maximum, { tolerance: 80 })),
  ]],
  ["length_not_monotone", [
    named("answer", graded(() => 0, (tokens) => tokens === 40 ? 1 : 2)),
  ]],
  ["longer_than_maximum_paid", [named("answer", graded(() => 0, (tokens) => 1 + tokens))]],
  ["header_in_completion", [
    named(
      "answer",
      rewardEach(({ completions, records }, i) =>
        Number(isCorrect(completions[i]!.split("Assistant:").at(-1)!, records[i]!)) +
        Number(completions[i]!.includes("Assistant:"))
      ),
    ),
  ]],
  ["header_in_prompt", [
    named(
      "answer",
      rewardEach(({ prompts, completions, records }, i) =>
        Number(isCorrect(completions[i]!, records[i]!)) -
        Number(/### Response:/.test(prompts[i]!))
      ),
    ),
  ]],
  ["first_of_two_answers_paid_in_full", [
    named(
      "answer",
      rewardEach(({ completions, records }, i) => {
        const { gold } = records[i]!;
        const text = gold.kind === "choice" ? gold.letter : gold.answer;
        return Number(completions[i]!.includes(`<answer>${text}</answer>`));
      }),
    ),
  ]],
  ["answer_in_thinking_paid_in_full", [named("answer", verbatim)]],
  ["tag_named_in_thinking", [named("answer", verbatim)]],
  ["several_options_paid_in_full", [
    named("answer", graded((answer, gold) => Number(gold.length === 1 && answer.includes(gold)))),
  ]],
  ["several_options_paid", [
    named(
      "answer",
      graded((answer, gold) => 0.5 * Number(gold.length === 1 && answer.includes(gold))),
    ),
  ]],
  ["wrong_option_paid", [named("answer", graded((answer) => 0.5 * Number(answer === "D")))]],
  ["several_numbers_paid", [
    named(
      "answer",
      graded((answer, gold) => Number(/\d/.test(gold) && answer.startsWith(`${gold} or`))),
    ),
  ]],
  ["beyond_limit_paid", [
    named(
      "answer",
      graded((answer, gold) =>
        Number(Math.abs(Number(answer) - Number(gold)) < Math.abs(Number(gold)) / 5)
      ),
    ),
  ]],
  ["neighbour_paid", [
    named("answer", graded((answer, gold) => Number(Math.abs(Number(answer) - Number(gold)) <= 1))),
  ]],
  ["no_number_paid", [named("answer", graded((answer) => Number(answer === "nan")))]],
  ["limit_unpaid", [named("answer", verbatim)]],
  ["empty_paid_in_full", [named("answer", graded((answer) => Number(answer === "")))]],
  ["empty_paid", [named("answer", graded((answer) => 0.5 * Number(answer === "")))]],
  ["copied_question_paid_in_full", [
    named("answer", graded((answer) => Number(answer.endsWith("?")))),
  ]],
  ["copied_question_paid", [
    named("answer", graded((answer) => 0.5 * Number(answer.endsWith("?")))),
  ]],
  ["loop_paid", [
    named("answer", graded((answer) => 0.5 * Number(answer.includes("tired and the patient")))),
  ]],
  ["loop_paid_in_full", [
    named("answer", graded((answer) => Number(answer.includes("tired and the patient")))),
  ]],
  ["white_space_matters", [named("answer", verbatim)]],
  ["case_matters", [named("answer", verbatim)]],
  ["letter_writings_unpaid", [named("answer", verbatim)]],
  ["number_writings_unpaid", [named("answer", verbatim)]],
  ["component_never_varies", [...CLEAN, named("constant", rewardEach(() => 3))]],
  ["component_never_applies", [...CLEAN, named("absent", rewardEach(() => null))]],
  ["component_drowned", [...CLEAN, named("answer_again", answerReward(), 1e-4)]],
  ["reward_fails", [
    ...CLEAN,
    named("throwing", (batch) => {
      if (batch.completions.some((text) => text.includes("\0"))) throw new Error("no NUL");
      return batch.completions.map(() => 0);
    }),
  ]],
];

for (const [index, [check, components]] of DEFECTS.entries()) {
  Deno.test(`${check} is found in a reward that has it (${index + 1}), with proof`, async () => {
    const found = (await findings(components)).filter((finding) => finding.check === check);
    assertEquals(found.map((finding) => finding.check), [check]);
    const [{ cases, samples }] = found as [Finding];
    assert(cases.found > 0 && cases.found <= cases.tried);
    if (check === "component_never_applies") return;
    assert(samples.length > 0);
    for (const { completion, reward, components: scores } of samples) {
      assert(completion.length < 700);
      assert(check === "reward_fails" || reward !== null);
      assertEquals(Object.keys(scores).length, components.length);
    }
  });
}

/** Med-U1's budgets and completions. */
const MED_U1: readonly Budget[] = [100, 1000, 2000].flatMap((tokens): Budget[] => [
  { mode: "exact", tokens },
  { mode: "maximum", tokens },
]);

Deno.test("the released rules' defects are found", async () => {
  const found = await findings(medU1Rewards({ profile: asReleased }), MED_U1, 4096);
  const severe = found.filter(({ severity }) => severity === "severe").map(({ check }) => check);
  assertEquals(severe, [
    "open_gold_unpaid",
    "threshold_unreachable",
    "one_word_paid_in_full",
    "half_paid_in_full",
    "header_in_completion",
    "header_in_prompt",
  ]);
  const checks = found.map(({ check }) => check);
  for (const check of ["wrong_equals_right_of_other_length", "wrong_paid_for_length"]) {
    assert(checks.includes(check), check);
  }
  const wrong = found.find(({ check }) => check === "wrong_equals_right_of_other_length")!;
  // Med-U1's own example: a wrong answer on its budget, a right one some 3,000 tokens off.
  const [first, second] = wrong.samples;
  assertEquals([first!.lengthTokens, first!.reward], [100, second!.reward]);
  assert(second!.lengthTokens >= 3000);
});

Deno.test("with the metric BLEU no open answer is ever paid, and the audit says so", async () => {
  const settings = { ...asReleased.settings, rewardMetric: "BLEU" } as const;
  const found = await findings(
    medU1Rewards({ profile: { ...asReleased, settings } }),
    MED_U1,
    4096,
  );
  const checks = found.map(({ check }) => check);
  assert(checks.includes("open_never_paid"));
  assert(checks.includes("threshold_unreachable"));
});

Deno.test("the corrected rules have nothing severe", async () => {
  const found = await findings(medU1Rewards({ profile: corrected }), MED_U1, 4096);
  assertEquals(found.filter(({ severity }) => severity === "severe"), []);
});

Deno.test("a reward that warms up is audited in the step that is asked for", async () => {
  const late: RewardFunction = (batch) =>
    batch.completions.map((text) => batch.step > 5 ? Number(text.includes("inf")) : 0);
  const scheme = {
    components: [...CLEAN, named("late", late)],
    mixture: {
      combine: "sum",
      factors: { late: { kind: "linear", from: 0, to: 9, firstStep: 1, lastStep: 10 } },
    },
    failures: DEFAULT_FAILURE_POLICY,
  } as const;
  for (const [step, varies] of [[1, false], [10, true]] as const) {
    const audit = await auditRewards(scheme, { budgets: MAXIMUM, maxTokens: 120, step });
    assertEquals(audit.findings.some(({ check }) => check === "component_never_varies"), !varies);
    assertEquals(audit.findings.some(({ check }) => check === "no_number_paid"), varies);
  }
});

Deno.test("a reward that never answers ends the audit", async () => {
  const scheme = {
    components: [named("silent", () => new Promise<never>(() => {}))],
    mixture: { combine: "sum" },
    failures: { ...DEFAULT_FAILURE_POLICY, timeLimitSeconds: 0.05 },
  } as const;
  const audit = await auditRewards(scheme, { budgets: MAXIMUM, maxTokens: 120 });
  assertEquals(audit.findings.map(({ check, severity }) => [check, severity]), [
    ["audit_cut_short", "severe"],
  ]);
  assertStringIncludes(audit.findings[0]!.title, "silent: ");
  const slow = { ...scheme, components: CLEAN, failures: DEFAULT_FAILURE_POLICY };
  const none = await auditRewards(slow, { budgets: MAXIMUM, maxTokens: 120, timeLimitSeconds: 0 });
  assertEquals([none.completions, none.findings[0]!.check], [0, "audit_cut_short"]);
});

Deno.test("what must not be passed on is not shown as proof", async () => {
  const scheme = {
    components: [named("constant", rewardEach(() => 1))],
    mixture: { combine: "sum" },
    failures: DEFAULT_FAILURE_POLICY,
  } as const;
  const { findings: found } = await auditRewards(scheme, {
    records: [{
      id: "1",
      source: "EHRNoteQA",
      question: "What did the secret note say?",
      context: "",
      options: { A: "secret one", B: "secret two" },
      gold: { kind: "choice", letter: "A" },
      split: "train",
      licence: "made",
      tags: [],
    }],
    budgets: MAXIMUM,
    maxTokens: 120,
  });
  assert(found.some(({ check }) => check === "choice_never_paid"));
  assert(!JSON.stringify(found).includes("secret"));
});

Deno.test("a question of the data whose gold answer cannot be graded is found", async () => {
  const scheme = {
    components: CLEAN,
    mixture: { combine: "sum" },
    failures: DEFAULT_FAILURE_POLICY,
  } as const;
  const record = {
    id: "1",
    source: "made",
    question: "How many?",
    context: "",
    options: null,
    gold: { kind: "calculation", answer: "many", lower: null, upper: null, output: "decimal" },
    split: "train",
    licence: "MIT",
    tags: [],
  } as const;
  const { findings: found } = await auditRewards(scheme, {
    records: [record],
    budgets: MAXIMUM,
    maxTokens: 120,
  });
  const failed = found.find(({ check }) => check === "reward_fails");
  assertEquals(failed?.samples[0]?.record, "made/1");
});
