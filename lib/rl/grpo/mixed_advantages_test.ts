import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { groupAdvantages } from "./advantages.ts";
import { mixedAdvantages } from "./mixed_advantages.ts";

const plain = { scaleRewards: "group", epsilon: 1e-6, whiten: false, factors_B: null } as const;
const exact = { ...plain, epsilon: 0 };

function assertNear(found: number[][], expected: number[][]): void {
  assertEquals(found.map((group) => group.length), expected.map((group) => group.length));
  found.flat().forEach((value, i) => assertAlmostEquals(value, expected.flat()[i]!, 1e-12));
}

Deno.test("one term of weight 1 is GRPO, bit for bit", () => {
  const rewards = [[0.3, 0.7, null, -1.1], [2, 2, 2], [0.1]];
  const scores_B = rewards.flat();
  for (const scaleRewards of ["group", "batch", "none"] as const) {
    assertEquals(
      mixedAdvantages([{ weight: 1, scores_B }], [4, 3, 1], { ...plain, scaleRewards }),
      groupAdvantages(rewards, { scaleRewards, epsilon: 1e-6 }),
    );
  }
});

Deno.test("MO-GRPO: each term over its own deviation, then summed by weight", () => {
  // First term: means 1 and 0.5, deviations 2 and sqrt(0.5). Second: 200 +- 100; 5, 5.
  const terms = [
    { weight: 1, scores_B: [3, 1, -1, 1, 0] },
    { weight: 0.5, scores_B: [100, 200, 300, 5, 5] },
  ];
  assertNear(mixedAdvantages(terms, [3, 2], exact), [
    [1 - 0.5, 0, -1 + 0.5],
    [Math.SQRT1_2, -Math.SQRT1_2],
  ]);
});

Deno.test("a score that does not apply stays out of its own term alone", () => {
  const terms = [
    { weight: 1, scores_B: [3, 1, -1] },
    { weight: 2, scores_B: [4, null, 2] },
  ];
  const expected = [[1 + 2 * Math.SQRT1_2, 0, -1 - 2 * Math.SQRT1_2]];
  assertNear(mixedAdvantages(terms, [3], exact), expected);
});

Deno.test("GDPO whitens the sum over the batch, without completions that have no score", () => {
  const terms = [
    { weight: 1, scores_B: [3, 1, -1, 1, 0, null] },
    { weight: 0.5, scores_B: [100, 200, 300, 5, 5, null] },
  ];
  // Sums 0.5, 0, -0.5, s, -s with s^2 = 0.5: mean 0, squares 0.5 + 1, deviation sqrt(1.5 / 4).
  const std = Math.sqrt(1.5 / 4);
  assertNear(mixedAdvantages(terms, [3, 3], { ...exact, whiten: true }), [
    [0.5 / std, 0, -0.5 / std],
    [Math.SQRT1_2 / std, -Math.SQRT1_2 / std, 0],
  ]);
});

Deno.test("equal sums are exact zeros after whitening too", () => {
  const terms = [{ weight: 0.1, scores_B: [0.1, 0.1, 0.7, 0.7] }];
  assertEquals(mixedAdvantages(terms, [2, 2], { ...plain, whiten: true }), [[0, 0], [0, 0]]);
});

Deno.test("factors go by the sign of the finished advantage", () => {
  const factors_B = [1, 2, 3].map((group) => ({ above: 10 * group, below: 100 * group }));
  const terms = [{ weight: 1, scores_B: [3, 1, -1] }];
  assertNear(mixedAdvantages(terms, [3], { ...exact, factors_B }), [[10, 0, -300]]);
});

Deno.test("a term of another length is refused", () => {
  assertThrows(
    () => mixedAdvantages([{ weight: 1, scores_B: [1] }], [2], plain),
    RangeError,
    "current length is 1",
  );
});
