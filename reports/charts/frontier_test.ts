import { assertEquals, assertStringIncludes } from "@std/assert";
import { madeArm, madeRun } from "../testdata_arm_run.ts";
import { frontierPoints, frontierSpec } from "./frontier.ts";
import { drawChart } from "./svg.ts";

const RUN = madeRun([
  madeArm("start", { accuracy: [0.3, 0.1], tokens: [200, 5] }),
  madeArm("none", { accuracy: [0.7, 0.05], tokens: [180, 8] }),
  madeArm("exact", { accuracy: [0.6, 0.05], tokens: [90, 4] }),
  madeArm("worse", { accuracy: [0.6, 0.05], tokens: [91, 4] }),
  madeArm("broken", null),
]);

Deno.test("points of the frontier chart are the summary's numbers", () => {
  const points = frontierPoints(RUN, "test");
  assertEquals(points.map(({ arm }) => arm), ["start", "none", "exact", "worse"]);
  assertEquals(points[1], {
    arm: "none",
    title: "Title of none",
    tokens: 180,
    tokensLow: 172,
    tokensHigh: 188,
    accuracy: 0.7,
    accuracyLow: 0.7 - 0.05,
    accuracyHigh: 0.7 + 0.05,
    onFrontier: true,
  });
});

Deno.test("the frontier holds the arms that no other beats on both counts", () => {
  const on = frontierPoints(RUN, "test").filter(({ onFrontier }) => onFrontier);
  assertEquals(on.map(({ arm }) => arm), ["none", "exact"]);
});

Deno.test("the frontier's specification holds the points and draws every arm's name", async () => {
  const spec = frontierSpec(RUN, [{ name: "test", title: "Test" }, { name: "ood", title: "OOD" }]);
  assertStringIncludes(JSON.stringify(spec), JSON.stringify(frontierPoints(RUN, "test")));
  const svg = await drawChart(spec!, "frontier");
  for (const name of ["start", "none", "exact", "worse"]) assertStringIncludes(svg, `>${name}<`);
  assertEquals(svg.includes("OOD"), false);
  assertEquals(frontierSpec(RUN, [{ name: "ood", title: "OOD" }]), null);
});
