import { assertAlmostEquals, assertEquals } from "@std/assert";
import { makeGroup } from "../testdata/groups.ts";
import { alp } from "./alp.ts";
import { aroraZanette } from "./arora_zanette.ts";
import { cosine, cosineTrl } from "./cosine.ts";
import { dapoOverlong } from "./dapo_overlong.ts";
import { dler } from "./dler.ts";
import { gr3 } from "./gr3.ts";
import { grpoLead } from "./grpo_lead.ts";
import { kimi } from "./kimi.ts";
import { l1Exact, l1Maximum } from "./l1.ts";
import { laser } from "./laser.ts";
import { overBudget } from "./over_budget.ts";
import { shorterBetter } from "./shorter_better.ts";
import { thinkPrune } from "./think_prune.ts";

function assertScores(found: (number | null)[], expected: (number | null)[]): void {
  assertEquals(found.length, expected.length);
  found.forEach((value, i) => {
    const wanted = expected[i]!;
    if (value === null || wanted === null) assertEquals(value, wanted);
    else assertAlmostEquals(value, wanted, 1e-9, `score ${i} of ${found}`);
  });
}

Deno.test("L1-Exact: a right answer's 1 less 0.0003 a token off, a wrong one's 0 less the same", () => {
  const group = makeGroup([1000, 1500, 500, 5000], "RRww", {
    budget: { mode: "exact", tokens: 1000 },
  });
  assertScores(l1Exact.score(group, l1Exact.defaults), [1, 0.85, -0.15, -1.2]);
  const none = makeGroup([5], "R");
  assertScores(l1Exact.score(none, l1Exact.defaults), [null]);
});

Deno.test("L1-Max: half on the budget, all from 1,667 tokens below, nothing from 1,667 above", () => {
  const group = makeGroup([2000, 1000, 0, 3000, 4000, 10], "RRRRRw", {
    budget: { mode: "maximum", tokens: 2000 },
  });
  assertScores(l1Maximum.score(group, l1Maximum.defaults), [0.5, 0.8, 1, 0.2, 0, 0]);
});

Deno.test("Kimi: 0.5 for the shortest to -0.5 for the longest, never positive if wrong", () => {
  const score = (lengths: number[], right: string, step = 1, warmUpSteps = 0) =>
    kimi.score(makeGroup(lengths, right, { step }), { warmUpSteps });
  assertScores(score([100, 200, 300], "RRR"), [0.5, 0, -0.5]);
  assertScores(score([100, 150, 300], "wRw"), [0, 0.25, -0.5]);
  assertScores(score([100, 100], "Rw"), [0, 0]);
  assertScores(score([7], "R"), [0]);
  assertScores(score([1, 2], "RR", 3, 3), [null, null]);
  assertScores(score([1, 2], "RR", 4, 3), [0.5, -0.5]);
});

Deno.test("DAPO overlong: free, then evenly down to -1 at the limit", () => {
  const group = makeGroup([16_384, 16_385, 18_432, 20_480, 20_481], "RwRwR");
  const scores = dapoOverlong.score(group, dapoOverlong.defaults);
  assertScores(scores, [0, -1 / 4096, -0.5, -1, -1]);
  // The example in TRL's documentation: maximum 100, cache 20, 90 tokens.
  assertScores(dapoOverlong.score(makeGroup([90], "R"), { maxTokens: 100, cacheTokens: 20 }), [
    -0.5,
  ]);
});

Deno.test("LASER: 1.5 within the target, 1 beyond, 0 if wrong", () => {
  const group = makeGroup([4096, 4097, 10], "RRw");
  assertScores(laser.score(group, laser.defaults), [1.5, 1, 0]);
});

Deno.test("ThinkPrune: the limit of the step's stage decides", () => {
  const options = { limitsTokens: [30, 20], stepsPerStage: 2 };
  const at = (step: number) =>
    thinkPrune.score(makeGroup([20, 21, 31, 5], "RRRw", { step }), options);
  assertScores(at(1), [1, 1, 0, 0]);
  assertScores(at(2), [1, 1, 0, 0]);
  assertScores(at(3), [1, 0, 0, 0]);
  assertScores(at(99), [1, 0, 0, 0]);
});

Deno.test("cosine: right from 2 to 1, wrong from -10 to 0, exceeding -10", () => {
  const options = { ...cosine.defaults, maxTokens: 400 };
  const group = makeGroup([0, 200, 100, 399, 0, 200, 400, 500], "RRRRwwRw");
  // cos(pi/4) = 0.70710678; at 399 the cosine is -0.99996916.
  assertScores(
    cosine.score(group, options).map((value) => Math.round(value! * 1e6) / 1e6),
    [2, 1.5, 1.853553, 1.000015, -10, -5, -10, -10],
  );
  const trl = cosineTrl.score(makeGroup([0, 500, 1000, 2000, 0, 1000], "RRRRww"), {
    ...cosineTrl.defaults,
  });
  assertScores(trl, [1, 0.75, 0.5, 0.5, -1, -0.5]);
});

Deno.test("GRPO-LEAD: exp(-a z) over the right completions, -1 if wrong", () => {
  // Right lengths 100, 200, 300: mean 200, sample deviation 100, z -1, 0, 1.
  const group = makeGroup([100, 200, 300, 1], "RRRw");
  const z = 100 / (100 + 1e-6);
  assertScores(grpoLead.score(group, grpoLead.defaults), [
    Math.exp(0.05 * z),
    1,
    Math.exp(-0.05 * z),
    -1,
  ]);
  assertScores(grpoLead.score(makeGroup([9, 5], "Rw"), grpoLead.defaults), [1, -1]);
  assertScores(grpoLead.score(makeGroup([9, 5], "ww"), grpoLead.defaults), [-1, -1]);
  assertScores(grpoLead.score(makeGroup([9, 9], "RR"), grpoLead.defaults), [1, 1]);
});

Deno.test("ShorterBetter: 2 if right, less 0.001 a token from the shortest right one", () => {
  const { defaults } = shorterBetter;
  const group = makeGroup([300, 500, 100], "RRw");
  assertScores(shorterBetter.score(group, defaults), [2, 1.8, -0.2]);
  // None right: distance from the mean 300.
  assertScores(shorterBetter.score(makeGroup([100, 500], "ww"), defaults), [-0.2, -0.2]);
  assertScores(shorterBetter.score(makeGroup([40], "R"), defaults), [2]);
});

Deno.test("DLER: right and finished, or nothing", () => {
  const group = makeGroup([10, 10, 10], "RRw", { truncated_G: [false, true, false] });
  assertScores(dler.score(group, {}), [1, 0, 0]);
});

Deno.test("ALP: a token costs the share of right answers, at least that of one", () => {
  const options = { costPerToken: 1e-3 };
  assertScores(alp.score(makeGroup([100, 200, 300, 400], "RRRw"), options), [
    1 - 0.075,
    1 - 0.15,
    1 - 0.225,
    -0.3,
  ]);
  assertScores(alp.score(makeGroup([100, 200], "ww"), options), [-0.05, -0.1]);
  assertScores(alp.score(makeGroup([1e6], "R"), alp.defaults), [0.9]);
});

Deno.test("Arora & Zanette: a right answer loses up to a, by its place among the right ones", () => {
  const options = { share: 0.4 };
  // Mean 200, sample deviation 100: sigmoid(-1) = 0.26894142, sigmoid(1) = 0.73105858.
  const scores = aroraZanette.score(makeGroup([100, 200, 300, 50], "RRRw"), options);
  assertScores(scores, [
    1 - 0.4 * 0.2689414213699951,
    0.8,
    1 - 0.4 * 0.7310585786300049,
    0,
  ]);
  assertScores(aroraZanette.score(makeGroup([70, 70], "RR"), options), [0.8, 0.8]);
  assertScores(aroraZanette.score(makeGroup([70, 10], "Rw"), options), [0.8, 0]);
  assertScores(aroraZanette.score(makeGroup([70, 10], "ww"), options), [0, 0]);
});

Deno.test("GR3: divided by 1 + 0.33 times the length over the group's mean", () => {
  const group = makeGroup([100, 300, 200], "RRw");
  assertScores(gr3.score(group, gr3.defaults), [1 / 1.165, 1 / 1.495, 0]);
  assertScores(gr3.score(makeGroup([0, 0], "Rw"), gr3.defaults), [1, 0]);
});

Deno.test("over budget: the share that was overdrawn, 0 within", () => {
  const group = makeGroup([50, 100, 125, 300], "RwRw", {
    budget: { mode: "maximum", tokens: 100 },
  });
  assertScores(overBudget.score(group, {}), [0, 0, 0.25, 2]);
  assertScores(overBudget.score(makeGroup([5], "R"), {}), [null]);
});
