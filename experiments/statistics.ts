/**
 * Means with 95 % intervals over the seeds of an arm and the questions it was evaluated on.
 *
 * @module
 */

import { uniform } from "@terse/data";

/** A mean and the ends of its 95 % interval, all in the unit of the values. */
export interface Interval {
  /** Mean of all values. */
  readonly mean: number;
  /** Lower end. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
}

/** Bootstrap draws shared by every quantity of one shape: R replicates of S seeds and Q questions. */
export interface Resamples {
  /** Indices into the seeds, R x S. */
  readonly seeds_R_S: readonly Uint32Array[];
  /** Indices into the questions, R x Q. */
  readonly questions_R_Q: readonly Uint32Array[];
}

/** Quantile of a standard normal at 97.5 %. */
const Z_95 = 1.959963984540054;

/**
 * Draws the indices of a two-way bootstrap (Owen, "The pigeonhole bootstrap", 2007): a replicate
 * resamples the seeds and, independently, the questions. Every seed answers the same questions, so one
 * draw of questions holds for all seeds of the replicate; separate draws for each seed would hide the
 * variance that a lucky choice of questions brings.
 *
 * @param numSeeds S, at least 1.
 * @param numQuestions Q, at least 1.
 * @param replicates R, at least 1.
 * @param seed Key of the randomness; the same arguments give the same draws.
 * @throws {RangeError} if a count is not a positive integer.
 */
export function drawResamples(
  numSeeds: number,
  numQuestions: number,
  replicates: number,
  seed: number,
): Resamples {
  for (const [name, count] of Object.entries({ numSeeds, numQuestions, replicates })) {
    if (!Number.isInteger(count) || count < 1) {
      throw new RangeError(
        `Cannot draw resamples: ${name} must be a positive integer: current value is ${count}`,
      );
    }
  }
  const draw = (purpose: string, count: number) =>
    Array.from(
      { length: replicates },
      (_, r) => Uint32Array.from({ length: count }, (_, i) => uniform(purpose, seed, r, i) * count),
    );
  return {
    seeds_R_S: draw("bootstrap seeds", numSeeds),
    questions_R_Q: draw("bootstrap questions", numQuestions),
  };
}

/**
 * Quantile of sorted values with linear interpolation between the neighbours (Hyndman and Fan's type 7).
 *
 * @example
 * ```ts
 * import { quantile } from "@terse/experiments";
 * import { assertEquals } from "@std/assert";
 * assertEquals(quantile([0, 10, 20], 0.75), 15);
 * ```
 * @param sorted Ascending values, at least one.
 * @param probability Between 0 and 1.
 * @throws {RangeError} if there are no values.
 */
export function quantile(sorted: ArrayLike<number>, probability: number): number {
  const position = (sorted.length - 1) * probability;
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  if (below === undefined || above === undefined) {
    throw new RangeError("Cannot take a quantile: values must not be empty: current length is 0");
  }
  return below + (above - below) * (position - Math.floor(position));
}

/**
 * Mean of values_S_Q (seed by question) with a 95 % percentile bootstrap interval. Differences between
 * two arms are paired by passing the differences, question by question, as the values.
 *
 * @example
 * ```ts
 * import { bootstrapMean, drawResamples } from "@terse/experiments";
 * import { assertEquals } from "@std/assert";
 * // One seed, four questions, half of them right.
 * const interval = bootstrapMean([[1, 0, 1, 0]], drawResamples(1, 4, 500, 7));
 * assertEquals(interval.mean, 0.5);
 * ```
 * @param values_S_Q One row for each seed, one value for each question, in the same order in all rows.
 * @param resamples Draws of the same S and Q, from {@linkcode drawResamples}.
 * @throws {RangeError} if the rows and the draws differ in shape.
 */
export function bootstrapMean(
  values_S_Q: readonly (readonly number[])[],
  resamples: Resamples,
): Interval {
  const numSeeds = values_S_Q.length;
  const numQuestions = values_S_Q[0]?.length ?? 0;
  const drawn = [resamples.seeds_R_S[0]?.length, resamples.questions_R_Q[0]?.length];
  if (drawn[0] !== numSeeds || values_S_Q.some((row) => row.length !== drawn[1])) {
    const lengths = values_S_Q.map((row) => row.length).join(", ");
    throw new RangeError(
      `Cannot bootstrap: values must be ${drawn[0]} seeds x ${
        drawn[1]
      } questions as the draws are: ` +
        `current rows have ${lengths || "no"} values`,
    );
  }
  const means = new Float64Array(resamples.seeds_R_S.length);
  resamples.seeds_R_S.forEach((seeds_S, r) => {
    const questions_Q = resamples.questions_R_Q[r]!;
    let sum = 0;
    for (const s of seeds_S) {
      const row = values_S_Q[s]!;
      for (const q of questions_Q) sum += row[q]!;
    }
    means[r] = sum / (numSeeds * numQuestions);
  });
  means.sort();
  const mean = values_S_Q.flat().reduce((sum, value) => sum + value, 0) / (numSeeds * numQuestions);
  return { mean, low: quantile(means, 0.025), high: quantile(means, 0.975) };
}

/**
 * Wilson's 95 % score interval of a proportion (Wilson, "Probable inference, the law of succession, and
 * statistical inference", JASA 22, 1927; without correction for continuity, method 3 of Newcombe 1998):
 * of use where the bootstrap has nothing to resample, as when every answer was right.
 *
 * @example
 * ```ts
 * import { wilsonInterval } from "@terse/experiments";
 * import { assert } from "@std/assert";
 * const { low, high } = wilsonInterval(10, 10);
 * assert(low > 0.72 && low < 0.73 && high === 1);
 * ```
 * @param successes Number of successes, 0 .. trials; a fraction where trials succeed in part.
 * @param trials Number of trials, at least 1.
 * @throws {RangeError} if the counts are impossible.
 */
export function wilsonInterval(successes: number, trials: number): Interval {
  if (!(trials >= 1) || !(successes >= 0) || successes > trials) {
    throw new RangeError(
      `Cannot make an interval: successes must lie in 0 .. trials and trials be at least 1: ` +
        `current values are ${successes} of ${trials}`,
    );
  }
  const share = successes / trials;
  const z2 = Z_95 * Z_95;
  const centre = (share + z2 / (2 * trials)) / (1 + z2 / trials);
  const half = (Z_95 / (1 + z2 / trials)) *
    Math.sqrt(share * (1 - share) / trials + z2 / (4 * trials * trials));
  return {
    mean: share,
    low: successes === 0 ? 0 : centre - half,
    high: successes === trials ? 1 : centre + half,
  };
}
