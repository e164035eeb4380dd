/**
 * Advantages from several terms: each normalised for itself, then summed.
 *
 * @module
 */
import { type AdvantageOptions, groupAdvantages } from "./advantages.ts";

/** Scores that are compared within their groups. */
export interface AdvantageTerm {
  /** Factor of the term's advantages in the sum. */
  readonly weight: number;
  /** One score for each of B completions, groups one after the other; null where there is none. */
  readonly scores_B: readonly (number | null)[];
}

/** How terms become advantages. */
export interface MixedAdvantageOptions extends AdvantageOptions {
  /** Whether the sum is normalised again, over the whole batch. */
  readonly whiten: boolean;
  /** Factors of the finished advantages by their sign, length B; null for none. */
  readonly factors_B: readonly { readonly above: number; readonly below: number }[] | null;
}

/**
 * Advantages of P groups: the sum over terms of weight times {@link groupAdvantages}. One term of weight
 * 1 is GRPO; one for each reward is MO-GRPO (arXiv 2509.22047); with `whiten` it is GDPO (arXiv
 * 2601.05242, TRL's `normalize_then_sum`): (A - mean) / (std + epsilon) over the batch's B completions
 * with the sample standard deviation. Last come the factors (GRPO-LEAD's). A completion without a score in any term stays out of the
 * batch's mean and has advantage 0.
 *
 * Deviations from TRL: epsilon is the caller's (the project's 1e-6, TRL's 1e-4), and a group of one keeps
 * its score, as in {@link groupAdvantages}.
 *
 * @param terms At least one.
 * @param groupSizes Completions of each of the P groups; they sum to B.
 * @throws {RangeError} A score is infinite, epsilon is no number of at least 0, or a term's length is
 * not B.
 *
 * @example
 * ```ts
 * import { mixedAdvantages } from "@terse/rl";
 * import { assertAlmostEquals } from "@std/assert";
 * const terms = [{ weight: 1, scores_B: [1, -1] }, { weight: 2, scores_B: [0.1, 0.2] }];
 * const options = { scaleRewards: "group", epsilon: 0, whiten: false, factors_B: null } as const;
 * const [[first]] = mixedAdvantages(terms, [2], options) as [[number, number]];
 * assertAlmostEquals(first, (1 - 2) / Math.SQRT2, 1e-12);
 * ```
 */
export function mixedAdvantages(
  terms: readonly AdvantageTerm[],
  groupSizes: readonly number[],
  { whiten, factors_B, ...options }: MixedAdvantageOptions,
): number[][] {
  const size = groupSizes.reduce((sum, count) => sum + count, 0);
  const sums = Array<number>(size).fill(0);
  for (const { weight, scores_B } of terms) {
    if (scores_B.length !== size) {
      throw new RangeError(
        `Cannot compute advantages: a term must have one score for each of ${size} completions: ` +
          `current length is ${scores_B.length}`,
      );
    }
    const advantages_B = groupAdvantages(splitSizes(scores_B, groupSizes), options).flat();
    advantages_B.forEach((advantage, b) => sums[b]! += weight * advantage);
  }
  const advantages_B = whiten ? whitened(sums, terms, options) : sums;
  const weighted = factors_B === null ? advantages_B : advantages_B.map((advantage, b) => {
    const { above, below } = factors_B[b]!;
    return advantage === 0 ? 0 : advantage * (advantage > 0 ? above : below);
  });
  return splitSizes(weighted, groupSizes);
}

/** The sums as deviations over the whole batch; completions without any score stay out of it. */
function whitened(
  sums: readonly number[],
  terms: readonly AdvantageTerm[],
  options: AdvantageOptions,
): number[] {
  const present = sums.map((sum, b) =>
    terms.every(({ scores_B }) => scores_B[b] === null) ? null : sum
  );
  return groupAdvantages([present], { ...options, scaleRewards: "group" })[0]!;
}

function splitSizes<T>(values_B: readonly T[], groupSizes: readonly number[]): T[][] {
  let start = 0;
  return groupSizes.map((size) => values_B.slice(start, start += size));
}
