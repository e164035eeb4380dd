/**
 * Group-relative advantages: a completion is judged against the others of the same prompt.
 *
 * @module
 */

/** How rewards become advantages. */
export interface AdvantageOptions {
  /**
   * `group` divides by the group's standard deviation; `batch` by that of all rewards together; `none`
   * only subtracts the group's mean.
   */
  readonly scaleRewards: "group" | "batch" | "none";
  /** Added to the standard deviation, in units of the reward; the reference uses 1e-6. */
  readonly epsilon: number;
}

/**
 * Advantages of P groups of completions, (reward - mean) / (std + epsilon) within each group.
 *
 * `group` is GRPO's outcome supervision (Shao et al., arXiv 2402.03300, section 4.1.2) with the
 * sample standard deviation (n - 1) of verl; `none` is Dr. GRPO (Liu et al., arXiv 2503.20783);
 * `batch` is TRL's (Liu et al., arXiv 2508.08221), as DLER uses it.
 * A group of one has no baseline: as in verl its mean is taken as 0 and its deviation as 1. A
 * reward that is null or NaN (a rollout that failed) counts as never sampled: the others are
 * compared without it, and its own advantage is 0.
 *
 * Deviation from the reference: deviations are taken in float64 from the group's first reward, so
 * equal rewards give exact zeros, where a float32 mean leaves up to 0.19.
 *
 * @param rewards_P_G P groups of rewards; groups may differ in size.
 * @param options Scaling and epsilon.
 * @returns Advantages in the shape of the rewards.
 * @throws {RangeError} A reward is infinite, or epsilon is not a number of at least 0.
 *
 * @example
 * ```ts
 * import { groupAdvantages } from "@terse/rl";
 * import { assertAlmostEquals } from "@std/assert";
 * const [group] = groupAdvantages([[1, -1]], { scaleRewards: "group", epsilon: 1e-6 });
 * assertAlmostEquals(group![0]!, 1 / Math.SQRT2, 1e-5);
 * ```
 */
export function groupAdvantages(
  rewards_P_G: readonly (readonly (number | null)[])[],
  options: AdvantageOptions,
): number[][] {
  if (!(options.epsilon >= 0)) {
    throw new RangeError(
      `Cannot compute advantages: epsilon must be at least 0: current value is ${options.epsilon}`,
    );
  }
  const batch = scaleOf(rewards_P_G.flatMap((rewards_G) => rewards_G.filter(isPresent)));
  return rewards_P_G.map((rewards_G, prompt) => {
    const present = rewards_G.filter(isPresent);
    for (const reward of present) {
      if (!Number.isFinite(reward)) {
        throw new RangeError(
          `Cannot compute advantages: every reward of group ${prompt} must be finite, or null ` +
            `for a failed rollout: current value is ${reward}`,
        );
      }
    }
    return rewards_G.map(advantageWithin(present, batch.std, options));
  });
}

function isPresent(reward: number | null): reward is number {
  return reward !== null && !Number.isNaN(reward);
}

/** Mean, as a distance from an origin among the rewards, and standard deviation; of one reward 0 and 1. */
function scaleOf(rewards: readonly number[]): { origin: number; mean: number; std: number } {
  const count = rewards.length;
  if (count < 2) return { origin: 0, mean: 0, std: 1 };
  // Differences from one member are exact zeros for equal rewards; a rounded mean's are not.
  const origin = rewards[0]!;
  const mean = rewards.reduce((sum, reward) => sum + (reward - origin), 0) / count;
  const squares = rewards.reduce((sum, reward) => sum + (reward - origin - mean) ** 2, 0);
  return { origin, mean, std: Math.sqrt(squares / (count - 1)) };
}

function advantageWithin(
  rewards: readonly number[],
  batchStd: number,
  { scaleRewards, epsilon }: AdvantageOptions,
): (reward: number | null) => number {
  const { origin, mean, std } = scaleOf(rewards);
  const divisor = { group: std + epsilon, batch: batchStd + epsilon, none: 1 }[scaleRewards];
  return (reward) => {
    if (!isPresent(reward)) return 0;
    const deviation = reward - origin - mean;
    return deviation === 0 ? 0 : deviation / divisor;
  };
}
