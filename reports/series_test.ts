import { assertEquals } from "@std/assert";
import type { ArmRun } from "./read_run.ts";
import { missingSeed, type SeedRun } from "./read_seed.ts";
import { bandOfArm, bandOverSeeds } from "./series.ts";

Deno.test("a band is the mean of the seeds between the lowest and the highest", () => {
  const seeds = [
    [{ step: 1, x: 1 }, { step: 2, x: 5 }, { step: 3, x: null }],
    [{ step: 1, x: 3 }, { step: 2, x: null }, { step: 3, x: null }],
  ];
  assertEquals(bandOverSeeds(seeds, "x", 1), {
    steps: [1, 2, 3],
    mean: [2, 5, null],
    low: [1, 5, null],
    high: [3, 5, null],
  });
});

Deno.test("smoothing is a trailing mean within each seed, over the numbers that are there", () => {
  const seeds = [[
    { step: 1, x: 2 },
    { step: 2, x: null },
    { step: 3, x: 4 },
    { step: 4, x: 9 },
  ]];
  assertEquals(bandOverSeeds(seeds, "x", 2)?.mean, [2, 2, 4, 6.5]);
});

Deno.test("a metric that no seed logs has no band", () => {
  assertEquals(bandOverSeeds([[{ step: 1, x: 1 }]], "y", 1), null);
  assertEquals(bandOverSeeds([], "y", 1), null);
});

Deno.test("failed seeds are left out of a curve only if another seed did not fail", () => {
  const seed = (state: "done" | "failed", value: number): SeedRun => ({
    ...missingSeed(value),
    status: { state, step: 1, steps: 1 },
    metrics: [{ step: 1, x: value }],
  });
  const arm = (seeds: SeedRun[]): ArmRun => ({
    name: "a",
    title: "A",
    description: "",
    seeds,
    failed: [],
    splits: {},
  });
  assertEquals(bandOfArm(arm([seed("done", 1), seed("failed", 9)]), "x", 1)?.mean, [1]);
  assertEquals(bandOfArm(arm([seed("failed", 9)]), "x", 1)?.mean, [9]);
});

Deno.test("a long curve keeps evenly spaced steps and the last one, to six digits", () => {
  const metrics = Array.from({ length: 1000 }, (_, index) => ({ step: index + 1, x: index / 3 }));
  const seed: SeedRun = {
    ...missingSeed(1),
    status: { state: "done", step: 1, steps: 1 },
    metrics,
  };
  const arm = { name: "a", title: "A", description: "", seeds: [seed], failed: [], splits: {} };
  const band = bandOfArm(arm, "x", 1)!;
  assertEquals(band.steps.length, 251);
  assertEquals(band.steps.slice(0, 3), [1, 5, 9]);
  assertEquals(band.steps.at(-1), 1000);
  assertEquals(band.mean.slice(0, 2), [0, 1.33333]);
});
