import { assertEquals } from "@std/assert";
import { makeGroup } from "../testdata/groups.ts";
import { chooseTarget, difficultyOf, laserD, type LaserDOptions } from "./laser_d.ts";

const options: LaserDOptions = {
  ...laserD.defaults,
  firstTargetTokens: 50,
  candidatesTokens: [20, 40, 60],
  everySteps: 2,
};
const marks = (text: string) => Array.from(text, (mark) => mark === "R");

Deno.test("groups are easy from two thirds right, medium from one third", () => {
  assertEquals(["RRw", "RRR", "Rww", "RRwww", "Rwwww"].map((text) => difficultyOf(marks(text))), [
    "easy",
    "easy",
    "medium",
    "medium",
    "hard",
  ]);
});

Deno.test("a target is the smallest within which one right answer is expected", () => {
  // Groups of 8: easy has at least 5 right. A fifth of the lengths within 20 is enough.
  assertEquals(chooseTarget([10, 30, 30, 50, 50], "easy", 8, [20, 40, 60]), 20);
  // Medium has at least 2 right: half of the lengths must lie within, and 3 of 5 within 40 do.
  assertEquals(chooseTarget([10, 30, 30, 50, 50], "medium", 8, [20, 40, 60]), 40);
  // Hard has 1: all must.
  assertEquals(chooseTarget([10, 30, 30, 50, 50], "hard", 8, [20, 40, 60]), 60);
  assertEquals(chooseTarget([10, 70], "hard", 8, [20, 40, 60]), 60);
  assertEquals(chooseTarget([], "easy", 8, [20, 40, 60]), 60);
});

Deno.test("LASER-D pays within the difficulty's target, and chooses anew every few steps", () => {
  const start = laserD.start(options);
  const group = makeGroup([10, 60, 30], "RRw");
  assertEquals(laserD.score(group, options, start), [1.5, 1, 0]);
  const first = laserD.next([group, makeGroup([30, 35, 70], "Rww")], options, start);
  assertEquals(first.targetsTokens, { easy: 50, medium: 50, hard: 50 });
  assertEquals(first.lengthsTokens, { easy: [10, 60, 30], medium: [30, 35, 70], hard: [] });
  const second = laserD.next([makeGroup([15, 15, 15], "RRR", { step: 2 })], options, first);
  // Groups of 3. Easy has 2 right: 4 of 6 lengths lie within 20. Medium has 1: all of 30, 35, 70 must.
  assertEquals(second, {
    targetsTokens: { easy: 20, medium: 60, hard: 60 },
    lengthsTokens: { easy: [], medium: [], hard: [] },
  });
  assertEquals(laserD.score(makeGroup([20, 30, 1], "RRw"), options, second), [1.5, 1, 0]);
});

Deno.test("LASER-DE pays a long wrong answer that does not repeat itself", () => {
  const start = laserD.start(options);
  const looping = Array.from({ length: 60 }, (_, i) => i % 6);
  const group = makeGroup([60, 60, 40, 60], "wwwR");
  const exploring = { ...options, exploreWhenWrong: true };
  const ids = group.completionIds_G.map((own, g) => g === 1 ? looping : own);
  assertEquals(laserD.score({ ...group, completionIds_G: ids }, exploring, start), [0.5, 0, 0, 1]);
  assertEquals(laserD.score(group, options, start), [0, 0, 0, 1]);
});
