import { assertAlmostEquals, assertEquals } from "@std/assert";
import { type ScoredCompletions, trainingMetrics } from "./metrics.ts";

const scored: ScoredCompletions = {
  rewards_P_G: [[3, 1], [2, 2]],
  components: {
    format: [1, 1, 1, -1],
    length: [0.5, null, NaN, 0.1],
    none: [null, null, null, null],
  },
  lengthsTokens_B: [10, 20, 64, 6],
  thinkingTokens_B: [5, 10, 64, 1],
  finishReasons_B: ["stop", "stop", "length", "stop"],
  correct_B: [true, false, false, true],
};

Deno.test("metrics by hand under TRL's names", () => {
  const metrics = trainingMetrics(scored);
  const expected: Record<string, number> = {
    "reward": 2,
    "reward_std": Math.SQRT2 / 2,
    "frac_reward_zero_std": 0.5,
    "accuracy": 0.5,
    "completions/mean_length": 25,
    "completions/min_length": 6,
    "completions/max_length": 64,
    "completions/mean_terminated_length": 12,
    "completions/min_terminated_length": 6,
    "completions/max_terminated_length": 20,
    "completions/clipped_ratio": 0.25,
    "completions/thinking_length": 20,
    "rewards/format/mean": 0.5,
    "rewards/format/std": 1,
    "rewards/length/mean": 0.3,
    "rewards/length/std": Math.sqrt(0.08),
  };
  assertEquals(Object.keys(metrics).sort(), Object.keys(expected).sort());
  for (const [name, value] of Object.entries(expected)) {
    assertAlmostEquals(metrics[name]!, value, 1e-12, name);
  }
});

Deno.test("failed rollouts are left out of rewards, and equal rewards have deviation 0", () => {
  const metrics = trainingMetrics({
    ...scored,
    rewards_P_G: [[0.1, 0.1, 0.1], [null, 0.4], [null]],
  });
  assertAlmostEquals(metrics["reward"]!, 0.7 / 4, 1e-15);
  assertEquals(metrics["reward_std"], 0);
  assertEquals(metrics["frac_reward_zero_std"], 1);
});

Deno.test("nothing sampled gives no metrics rather than NaN", () => {
  const nothing = trainingMetrics({
    rewards_P_G: [],
    components: { format: [] },
    lengthsTokens_B: [],
    thinkingTokens_B: [],
    finishReasons_B: [],
    correct_B: [],
  });
  assertEquals(nothing, {});
});
