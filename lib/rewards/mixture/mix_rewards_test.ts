import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { DEFAULT_FAILURE_POLICY, RewardFailedError } from "../failure_policy.ts";
import type { RewardComponent, StatefulReward } from "../reward.ts";
import { choiceRecord, makeBatch, tagged } from "../testdata/records.ts";
import { mixRewards, type RewardScheme, startRewardState } from "./mix_rewards.ts";
import { type Mixture, WEIGHTED_SUM } from "./mixture.ts";

/** Three completions, the first of them right. */
const texts = [tagged("C"), tagged("A"), "none"];
const batch = makeBatch(texts, texts.map(() => choiceRecord), { step: 3 });

function fixed(name: string, weight: number, scores: (number | null)[]): RewardComponent {
  return { name, weight, reward: () => scores };
}

function schemeOf(
  components: readonly RewardComponent[],
  mixture: Mixture = WEIGHTED_SUM,
  onFailure: "exclude" | "stop" = "exclude",
): RewardScheme {
  return { components, mixture, failures: { ...DEFAULT_FAILURE_POLICY, onFailure } };
}

function mix(scheme: RewardScheme, state = startRewardState(scheme)) {
  return mixRewards(scheme, batch, state);
}

const two = [fixed("answer", 2, [1, -1, -1]), fixed("length", 1, [0.25, 0.5, null])];

Deno.test("a sum is one term, its rewards", async () => {
  const mixed = await mix(schemeOf(two));
  assertEquals(mixed.rewards_B, [2.25, -1.5, -2]);
  assertEquals(mixed.terms, [{ weight: 1, scores_B: [2.25, -1.5, -2] }]);
  assertEquals([mixed.whiten, mixed.advantageFactors_B], [false, null]);
  assertEquals(mixed.weights, { answer: 2, length: 1 });
});

Deno.test("gdpo and mo_grpo have a term for each component that counts", async () => {
  const components = [...two, fixed("watched", 0, [1, 2, 3])];
  for (const combine of ["gdpo", "mo_grpo"] as const) {
    const mixed = await mix(schemeOf(components, { combine }));
    assertEquals(mixed.terms, [
      { weight: 2, scores_B: [1, -1, -1] },
      { weight: 1, scores_B: [0.25, 0.5, null] },
    ]);
    assertEquals(mixed.whiten, combine === "gdpo");
    assertEquals(mixed.rewards_B, [2.25, -1.5, -2]);
    assertEquals(mixed.components["watched"], [1, 2, 3]);
  }
});

Deno.test("gates close in the sum and in the terms, and scores are reported as they came", async () => {
  const gates = [{ component: "length", by: "answer", atLeast: 1 }];
  const mixed = await mix(schemeOf(two, { combine: "gdpo", gates }));
  assertEquals(mixed.rewards_B, [2.25, -2, -2]);
  assertEquals(mixed.terms[1]!.scores_B, [0.25, 0, null]);
  assertEquals(mixed.components["length"], [0.25, 0.5, null]);
});

Deno.test("an order sets the weights, and a score outside its range has failed", async () => {
  const components = [fixed("answer", 1, [1, -1, -1]), fixed("length", 1, [0.25, 1.5, null])];
  const mixed = await mix(schemeOf(components, {
    combine: "sum",
    order: [
      { component: "answer", low: -1, high: 1, gap: 2 },
      { component: "length", low: 0, high: 1, gap: 0.01 },
    ],
  }));
  assertEquals(mixed.weights, { answer: 0.525, length: 1 });
  assertEquals(mixed.rewards_B, [0.775, null, -0.525]);
  assertEquals(mixed.failures.map(({ component, index }) => [component, index]), [["length", 1]]);
  assertStringIncludes(mixed.failures[0]!.cause, "within the 0 .. 1");
});

Deno.test("factors multiply weights; a controller's is carried, a schedule's follows the step", async () => {
  const mixture: Mixture = {
    combine: "sum",
    factors: {
      length: { kind: "linear", from: 0, to: 1, firstStep: 1, lastStep: 5 },
      answer: { kind: "accuracy", initial: 1, rate: 3, target: 0.5 },
    },
  };
  const scheme = schemeOf(two, mixture);
  const first = await mix(scheme);
  assertEquals(first.weights, { answer: 2, length: 0.5 });
  // One of three right: 1 + 3 (1/3 - 1/2).
  assertEquals(first.next.factors, { answer: 1 + 3 * (1 / 3 - 0.5) });
  const second = await mix(scheme, first.next);
  assertEquals(second.weights["answer"], 2 * (1 + 3 * (1 / 3 - 0.5)));
});

Deno.test("a Lagrangian takes the mean cost of the completions that it applies to", async () => {
  const components = [fixed("answer", 1, [1, 1, 1]), fixed("over", -1, [0.5, 1, null])];
  const scheme = schemeOf(components, {
    combine: "sum",
    factors: { over: { kind: "lagrangian", initial: 0, rate: 2, limit: 0.25 } },
  });
  const first = await mix(scheme);
  assertEquals(first.rewards_B, [1, 1, 1]);
  assertEquals(first.next.factors, { over: 1 });
  assertEquals((await mix(scheme, first.next)).rewards_B, [0.5, 0, 1]);
});

Deno.test("a state is plain JSON, and going on from its text changes no bit", async () => {
  const counting: StatefulReward = {
    start: { seen: 0.1 },
    score: (own, state) => own.completions.map(() => (state as { seen: number }).seen),
    next: (own, state) => ({ seen: (state as { seen: number }).seen * 1.1 + own.step / 7 }),
  };
  const scheme = schemeOf([...two, { name: "counting", weight: 1, reward: counting }], {
    combine: "sum",
    factors: { length: { kind: "accuracy", initial: 0.3, rate: 0.07, target: 0.61 } },
  });
  let kept = startRewardState(scheme), reread = kept;
  for (let i = 0; i < 20; i++) {
    const [a, b] = [await mix(scheme, kept), await mix(scheme, reread)];
    assertEquals(b, a);
    kept = a.next;
    reread = JSON.parse(JSON.stringify(b.next));
  }
});

const broken = fixed("broken", 1, [1, NaN, 1]);

Deno.test("exclude: a failed completion counts as never sampled in every term", async () => {
  const mixed = await mix(schemeOf([...two, broken], { combine: "gdpo" }));
  assertEquals(mixed.rewards_B, [3.25, null, -1]);
  assertEquals(mixed.terms.map(({ scores_B }) => scores_B), [
    [1, null, -1],
    [0.25, null, null],
    [1, null, 1],
  ]);
});

Deno.test("stop: names component, completion, step and cause", async () => {
  await assertRejects(
    () => mix(schemeOf([...two, broken], WEIGHTED_SUM, "stop")),
    RewardFailedError,
    '"broken" must score completion 1 of step 3: a score must be a finite number or null',
  );
});

Deno.test("a failure of what is only observed costs nothing, unless it decides a gate", async () => {
  const watched = { ...broken, weight: 0 };
  const observed = await mix(schemeOf([...two, watched], WEIGHTED_SUM, "stop"));
  assertEquals(observed.rewards_B, [2.25, -1.5, -2]);
  assertEquals(observed.failures.length, 1);
  const gates = [{ component: "length", by: "broken", atLeast: 1 }];
  const deciding = await mix(schemeOf([...two, watched], { combine: "sum", gates }));
  assertEquals(deciding.rewards_B, [2.25, null, -2]);
});

Deno.test("too slow: an asynchronous reward is left behind, a synchronous one comes too late", async () => {
  const slow: RewardComponent = {
    name: "slow",
    weight: 1,
    reward: (_, signal) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => resolve([1, 1, 1]), 5_000);
        signal!.addEventListener("abort", () => clearTimeout(timer));
      }),
  };
  const busy: RewardComponent = {
    name: "busy",
    weight: 1,
    reward: () => {
      for (const startMs = performance.now(); performance.now() - startMs < 60;);
      return [1, 1, 1];
    },
  };
  const failures = { onFailure: "exclude", timeLimitSeconds: 0.05 } as const;
  const mixed = await mix({ ...schemeOf([slow, busy]), failures });
  assertEquals(mixed.failures.map(({ component, index }) => [component, index]), [
    ["slow", null],
    ["busy", null],
  ]);
  assertStringIncludes(mixed.failures[0]!.cause, "at most 0.05 s");
  assertEquals(mixed.rewards_B, [null, null, null]);
});

Deno.test("difficulty weighs by each group's share of right answers", async () => {
  const difficulty = { low: 0.4, high: 1.5, midpoint: 0.75, slope: 10 };
  const scheme = schemeOf(two, { combine: "sum", difficulty });
  const grouped = { ...batch, groups: [0, 0, 1] };
  const { advantageFactors_B } = await mixRewards(scheme, grouped, startRewardState(scheme));
  const weight = (share: number) => 0.4 + 1.1 / (1 + Math.exp(10 * (share - 0.75)));
  assertEquals(advantageFactors_B, [
    { above: weight(0.5), below: weight(0.5) },
    { above: weight(0.5), below: weight(0.5) },
    { above: weight(0), below: weight(1) },
  ]);
});
