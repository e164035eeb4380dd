import { assertEquals, assertStringIncludes } from "@std/assert";
import { missingSeed } from "../read_seed.ts";
import type { MetricsRow } from "../run_types.ts";
import { madeArm, madeRun } from "../testdata_arm_run.ts";
import { componentPanels } from "./components.ts";
import { kindPoints } from "./kinds.ts";
import { curvePanelsSpec, learningCurves } from "./learning_curves.ts";
import { drawChart } from "./svg.ts";

const DONE = { state: "done", step: 2, steps: 2 } as const;

function seed(number: number, metrics: MetricsRow[]) {
  return { ...missingSeed(number), status: DONE, metrics };
}

const RUN = madeRun([
  madeArm("none", null, [
    seed(1, [{ step: 1, reward: 1, "rewards/answer/mean": 0 }, { step: 2, reward: 3 }]),
    seed(2, [{ step: 1, reward: 2, "rewards/answer/mean": 1 }, { step: 2, reward: 5 }]),
  ]),
  madeArm("exact", null, [seed(1, [{ step: 1, kl: 0.5, "rewards/length/mean": -1 }])]),
]);

Deno.test("learning curves hold each arm's mean and range, and only metrics that were logged", () => {
  const { window, panels } = learningCurves(RUN);
  assertEquals(window, 1);
  assertEquals(panels.map(({ metric }) => metric), ["reward", "kl"]);
  assertEquals(panels[0]!.curves.map(({ arm, raw }) => ({ arm, raw })), [{
    arm: "none",
    raw: { steps: [1, 2], mean: [1.5, 4], low: [1, 3], high: [2, 5] },
  }]);
  assertEquals(panels[1]!.curves[0]!.raw.mean, [0.5]);
});

Deno.test("the static curves hold the same numbers and draw a panel for each metric", async () => {
  const spec = curvePanelsSpec(learningCurves(RUN).panels)!;
  assertStringIncludes(
    JSON.stringify(spec),
    JSON.stringify({ arm: "none", step: 2, mean: 4, low: 3, high: 5 }),
  );
  const svg = await drawChart(spec, "curves");
  assertStringIncludes(svg, ">Reward<");
  assertStringIncludes(svg, ">KL to the start<");
  assertEquals(/ id="(?!curves-)/.test(svg), false);
});

Deno.test("reward components have one panel each, with the arms that score them", () => {
  assertEquals(
    componentPanels(RUN).map(({ title, curves }) => [title, curves.map(({ arm }) => arm)]),
    [["answer", ["none"]], ["length", ["exact"]]],
  );
});

Deno.test("accuracy by kind gives every seed and their mean", () => {
  const evaluated = (accuracy: number, number: number) => ({
    ...missingSeed(number),
    evaluation: {
      step: 2,
      splits: {
        test: {
          n: 4,
          samples: 1,
          accuracy,
          meanTokens: 5,
          byKind: { open: { n: 4, accuracy, meanTokens: 5 } },
        },
      },
    },
  });
  const run = madeRun([madeArm("none", null, [evaluated(0.25, 1), evaluated(0.75, 2)])]);
  assertEquals(
    kindPoints(run, [{ name: "test", title: "Test" }]).map((p) => [p.kind, p.seed, p.accuracy]),
    [["open", 1, 0.25], ["open", 2, 0.75], ["open", null, 0.5]],
  );
});
