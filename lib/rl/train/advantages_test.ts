import { assertAlmostEquals, assertEquals } from "@std/assert";
import { stepAdvantages } from "./advantages.ts";

const rewards_B = [1, 0, -1, 1, 2, 2, 0, 5];
const mixed = {
  rewards_B,
  terms: [{ weight: 1, scores_B: rewards_B }],
  whiten: false,
  advantageFactors_B: null,
};
const lengths = [10, 20, 5, 30, 3, 4, 9, 8];

Deno.test("GFPO: kept completions are compared with one another, others have advantage 0", () => {
  const groupFilter = { numRemainsInGroup: 2, by: "length" } as const;
  const options = { scaleRewards: "group", groupFilter } as const;
  const [first, second] = stepAdvantages(mixed, [4, 4], lengths, options);
  // Rewards 1 and -1 stay: mean 0, sample deviation root 2.
  const expected = 1 / (Math.SQRT2 + 1e-6);
  first!.forEach((advantage, g) =>
    assertAlmostEquals(advantage, [expected, 0, -expected, 0][g]!, 1e-12)
  );
  // 2 and 2 stay: without signal, whatever the others earned.
  assertEquals(second, [0, 0, 0, 0]);
});

Deno.test("GFPO in every term of a mixture, and by the batch's deviation of kept rewards", () => {
  const groupFilter = { numRemainsInGroup: 2, by: "reward_per_token" } as const;
  // Kept: 1 (1/10) and 1 (1/30) of the first group, 2 (2/3) and 5 (5/8) of the second.
  const terms = [{ weight: 2, scores_B: rewards_B }, { weight: 1, scores_B: lengths }];
  const advantages = stepAdvantages({ ...mixed, terms }, [4, 4], lengths, {
    scaleRewards: "none",
    groupFilter,
  });
  assertEquals(advantages, [[0 - 10, 0, 0, 0 + 10], [-3 - 2.5, 0, 0, 3 + 2.5]]);
  const batch = stepAdvantages(mixed, [4, 4], lengths, { scaleRewards: "batch", groupFilter });
  // Of 1, 1, 2 and 5: mean 9/4, sum of squares 31 - 81/4.
  const deviation = Math.sqrt((31 - 81 / 4) / 3) + 1e-6;
  assertAlmostEquals(batch[1]![3]!, 1.5 / deviation, 1e-12);
});

Deno.test("equal float32 rewards give exact zeros in every scaling", () => {
  for (const scaleRewards of ["group", "batch", "none"] as const) {
    const scores_B = Array<number>(8).fill(Math.fround(2.7896));
    const equal = { ...mixed, rewards_B: scores_B, terms: [{ weight: 1, scores_B }] };
    const options = { scaleRewards, groupFilter: null };
    assertEquals(stepAdvantages(equal, [8], lengths, options), [Array(8).fill(0)]);
  }
});
