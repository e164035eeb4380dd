import { assertAlmostEquals, assertEquals } from "@std/assert";
import { missingSeed } from "../read_seed.ts";
import { madeArm, madeRow, madeRun } from "../testdata_arm_run.ts";
import { budgetAdherence, budgetPoints, budgetUseSpec } from "./budget_use.ts";

function runWith(
  rows: readonly (readonly [mode: string, requested: number | null, used: number])[],
) {
  const evaluationRows = rows.map(([mode, requested, used]) =>
    madeRow({ budget_mode: mode, budget_tokens: requested, tokens: used })
  );
  return madeRun([madeArm("exact", null, [{ ...missingSeed(1), evaluationRows }])]);
}

Deno.test("adherence is the mean relative deviation and the share within the request", () => {
  const run = runWith([["exact", 100, 110], ["exact", 50, 40], ["maximum", 80, 80], [
    "none",
    null,
    7,
  ]]);
  const [exact, maximum] = budgetAdherence(run);
  assertEquals([exact!.mode, exact!.answers, exact!.within], ["exact", 2, 0.5]);
  assertAlmostEquals(exact!.relativeError, (10 / 100 + 10 / 50) / 2, 1e-12);
  assertEquals(exact!.overrunTokens, (10 + 0) / 2);
  assertEquals(maximum, {
    arm: "exact",
    mode: "maximum",
    answers: 1,
    relativeError: 0,
    overrunTokens: 0,
    within: 1,
  });
});

Deno.test("means cover all answers once, in groups of neighbouring budgets", () => {
  const rows = Array.from(
    { length: 600 },
    (_, index) => ["exact", 1 + index, 1 + 2 * index] as const,
  );
  const points = budgetPoints(runWith(rows));
  const means = points.filter(({ series }) => series === "mean");
  assertEquals(means.length, 6);
  assertEquals(means.reduce((sum, { answers }) => sum + answers, 0), 600);
  assertEquals([means[0]!.requested, means[0]!.used], [50.5, 100]);
  assertEquals(points.filter(({ series }) => series === "answer").length, 160);
});

Deno.test("no chart of budgets where no prompt named one", () => {
  assertEquals(budgetUseSpec(runWith([["none", null, 5]])), null);
});
