import { assertEquals, assertStringIncludes } from "@std/assert";
import { madeArm, madeRun } from "../testdata_arm_run.ts";
import { directionOf, overlaps, rankByAccuracy } from "./ranking.ts";
import { summaryTable } from "./summary_table.ts";
import { describeResult } from "./verdict.ts";

const TEST = [{ name: "test", title: "Test", questions: 50 }];

Deno.test("an arm is alone at the top only if its interval lies above all others", () => {
  const none = madeArm("none", { accuracy: [0.6, 0.04], tokens: [100, 1] });
  const close = madeArm("close", { accuracy: [0.65, 0.04], tokens: [100, 1] });
  const far = madeArm("far", { accuracy: [0.8, 0.04], tokens: [100, 1] });
  const names = (arms: typeof none[]) => {
    const ranking = rankByAccuracy(arms, "test")!;
    return [...ranking.leaders, ...ranking.tied].map(({ name }) => name);
  };
  assertEquals(names([none, close, far]), ["far"]);
  assertEquals(names([none, close]), ["close", "none"]);
  assertEquals(rankByAccuracy([madeArm("none", null)], "test"), null);
});

Deno.test("arms that are equal to the digit shown share the top", () => {
  const run = madeRun([
    madeArm("none", { accuracy: [0.65, 0.04], tokens: [100, 1] }),
    madeArm("close", { accuracy: [0.6503, 0.04], tokens: [80, 1] }),
    madeArm("low", { accuracy: [0.6, 0.04], tokens: [100, 1] }),
  ]);
  const ranking = rankByAccuracy(run.arms, "test")!;
  assertEquals(ranking.leaders.map(({ name }) => name), ["none", "close"]);
  assertEquals(ranking.tied.map(({ name }) => name), ["low"]);
  const text = describeResult(run, TEST).join("\n");
  assertStringIncludes(text, "none and close share the highest accuracy, 65.0 % [61.0, 69.0] with");
  assertStringIncludes(text, "does not separate from them");
  const table = summaryTable(run, TEST[0]!);
  assertEquals(table.split(">highest<").length - 1, 2);
  assertEquals(table.split(">tied<").length - 1, 1);
});

Deno.test("touching intervals overlap; one without ends overlaps with every other", () => {
  assertEquals(
    overlaps({ mean: 1, low: 0, high: 2 }, { mean: 3, low: 2, high: 4 }),
    true,
  );
  assertEquals(overlaps({ mean: 1, low: 0, high: 2 }, { mean: 9, low: null, high: null }), true);
  assertEquals(overlaps({ mean: 1, low: 0, high: 2 }, { mean: 9, low: 8, high: 10 }), false);
});

Deno.test("a difference has a direction only if its interval leaves out zero", () => {
  assertEquals(directionOf({ mean: 1, low: 0.1, high: 2 }), "above");
  assertEquals(directionOf({ mean: -1, low: -2, high: -0.1 }), "below");
  assertEquals(directionOf({ mean: 1, low: 0, high: 2 }), "unclear");
  assertEquals(directionOf({ mean: 1, low: null, high: null }), "unclear");
});

Deno.test("the result in words states the summary's numbers and no more than they bear", () => {
  const run = madeRun([
    madeArm("start", { accuracy: [0.3, 0.02], tokens: [150, 5] }),
    madeArm("none", { accuracy: [0.7, 0.05], tokens: [180, 8] }),
    madeArm("exact", {
      accuracy: [0.68, 0.05],
      tokens: [90, 4],
      deltaAccuracy: [-0.02, 0.05],
      deltaTokens: [-90, 6],
    }),
    madeArm("harsh", {
      accuracy: [0.5, 0.05],
      tokens: [60, 4],
      deltaAccuracy: [-0.2, 0.06],
      deltaTokens: [-120, 6],
    }),
  ]);
  const text = describeResult(run, TEST).join("\n");
  assertStringIncludes(text, "train 3 arms with 1 seed each for 4 steps");
  assertStringIncludes(text, "none has the highest accuracy, 70.0 % [65.0, 75.0]");
  assertStringIncludes(text, "its interval overlaps with that of exact,");
  assertStringIncludes(
    text,
    "shorter answers with no separable change of accuracy from exact " +
      "(\u221290.0 tokens, \u22122.0 points)",
  );
  assertStringIncludes(
    text,
    "shorter answers and lower accuracy from harsh (\u2212120.0 tokens, \u221220.0 points)",
  );
  assertStringIncludes(text, "(start) answers 30.0 % [28.0, 32.0] right");
  assertStringIncludes(text, "training raised accuracy");
});

Deno.test("overlapping intervals before and after training claim nothing", () => {
  const run = madeRun([
    madeArm("start", { accuracy: [0.66, 0.05], tokens: [150, 5] }),
    madeArm("none", { accuracy: [0.7, 0.05], tokens: [180, 8] }),
  ]);
  assertStringIncludes(describeResult(run, TEST).join("\n"), "not shown to change accuracy");
});

Deno.test("a run without summary or with failed arms says so", () => {
  const failed = { ...madeArm("none", null), failed: [{ seed: 1, error: "lost" }] };
  const run = { ...madeRun([failed]), intervals: null };
  const text = describeResult(run, TEST).join("\n");
  assertStringIncludes(text, "no summary yet");
  assertStringIncludes(text, "Without a full result: none (1 of 1 seed)");
});
