/**
 * `summary.json`: every arm's accuracy, tokens, overrun and reward with their uncertainty, and the
 * differences from the reference arm.
 *
 * @module
 */

import {
  EVALUATED_SPLITS,
  type EvaluatedSplit,
  type EvaluationRow,
  overrunTokens,
} from "./evaluate.ts";
import {
  bootstrapMean,
  drawResamples,
  type Interval,
  type Resamples,
  wilsonInterval,
} from "./statistics.ts";

/** Replicates of every bootstrap. */
const REPLICATES = 2000;

/** Key of the bootstrap's randomness: intervals do not change when a summary is made again. */
const BOOTSTRAP_SEED = 1;

/** How one arm under one seed ended: its rows, or why it has none. */
export interface ArmResult {
  readonly arm: string;
  readonly seed: number;
  readonly outcome: { readonly rows: readonly EvaluationRow[] } | { readonly error: string };
}

/** An arm on one split. Differences are null for the reference itself and where no seed is shared. */
export interface ArmSplit {
  /** Questions. */
  readonly n: number;
  /** Share of right answers, 0 .. 1. */
  readonly accuracy: Interval;
  /** Tokens of a completion. */
  readonly tokens: Interval;
  /** Tokens beyond the budget, over the questions that named one; null if none did. */
  readonly overrun: Interval | null;
  /** Reward by the components of the experiment's reference arm. */
  readonly reward: Interval;
  readonly deltaAccuracyVsReference: Interval | null;
  readonly deltaTokensVsReference: Interval | null;
  readonly deltaOverrunVsReference: Interval | null;
}

/** An arm over its seeds. */
export interface ArmSummary {
  readonly arm: string;
  /** Seeds that finished. */
  readonly seeds: readonly number[];
  readonly failed: readonly { readonly seed: number; readonly error: string }[];
  readonly splits: Readonly<Partial<Record<EvaluatedSplit, ArmSplit>>>;
}

/** Content of `summary.json`. */
export interface Summary {
  readonly referenceArm: string;
  readonly arms: readonly ArmSummary[];
  /** How the intervals were made, in words. */
  readonly intervals: string;
}

/** Values of one quantity: by seed, then by question (mean over the question's samples). */
type Values = ReadonlyMap<number, ReadonlyMap<string, number>>;

/**
 * Sums up a run.
 *
 * @param results All arms under all seeds; arms keep the order in which they first appear.
 * @param referenceArm The arm that differences are taken from.
 * @throws {RangeError} if seeds that are compared were not evaluated on the same questions.
 */
export function summarizeRun(results: readonly ArmResult[], referenceArm: string): Summary {
  const resamples = new Map<string, Resamples>();
  const resamplesOf = (numSeeds: number, numQuestions: number): Resamples => {
    const key = `${numSeeds} ${numQuestions}`;
    const drawn = resamples.get(key) ??
      drawResamples(numSeeds, numQuestions, REPLICATES, BOOTSTRAP_SEED);
    resamples.set(key, drawn);
    return drawn;
  };
  const interval = (values_S_Q: readonly (readonly number[])[]) =>
    bootstrapMean(values_S_Q, resamplesOf(values_S_Q.length, values_S_Q[0]!.length));

  const arms = [...new Set(results.map((result) => result.arm))];
  const summarizeArm = (arm: string): ArmSummary => {
    const own = results.filter((result) => result.arm === arm);
    const splits: Partial<Record<EvaluatedSplit, ArmSplit>> = {};
    for (const split of EVALUATED_SPLITS) {
      const quantity = (name: string, of: (row: EvaluationRow) => number | null) =>
        collect(results.filter((result) => result.arm === name), split, of);
      const right = quantity(arm, (row) => Number(row.correct));
      if (right.size === 0) continue;
      const tokens = quantity(arm, (row) => row.tokens);
      const overrun = quantity(arm, overrunTokens);
      const delta = (values: Values, of: (row: EvaluationRow) => number | null) => {
        if (arm === referenceArm || values.size === 0) return null;
        const rows_S_Q = differences(values, quantity(referenceArm, of));
        return rows_S_Q.length === 0 ? null : interval(rows_S_Q);
      };
      const right_S_Q = matrix(right);
      splits[split] = {
        n: right_S_Q[0]!.length,
        accuracy: accuracyInterval(right_S_Q, interval),
        tokens: interval(matrix(tokens)),
        overrun: overrun.size === 0 ? null : interval(matrix(overrun)),
        reward: interval(matrix(quantity(arm, (row) => row.reward))),
        deltaAccuracyVsReference: delta(right, (row) => Number(row.correct)),
        deltaTokensVsReference: delta(tokens, (row) => row.tokens),
        deltaOverrunVsReference: delta(overrun, overrunTokens),
      };
    }
    return {
      arm,
      seeds: own.flatMap(({ seed, outcome }) => "rows" in outcome ? [seed] : []),
      failed: own.flatMap(({ seed, outcome }) =>
        "error" in outcome ? [{ seed, error: outcome.error }] : []
      ),
      splits,
    };
  };
  return { referenceArm, arms: arms.map(summarizeArm), intervals: describeIntervals(referenceArm) };
}

function describeIntervals(referenceArm: string): string {
  return `95 % percentile bootstrap, ${REPLICATES} replicates, resampling seeds and, independently, ` +
    `questions. Differences from ${referenceArm} are paired question by question and seed by seed. ` +
    `With one seed an interval speaks of the questions alone, and with few seeds it is too narrow. ` +
    `Where all answers were right, or all wrong, accuracy has Wilson's interval over the questions. ` +
    `Rewards are those of the experiment's reference arm for all arms.`;
}

function collect(
  results: readonly ArmResult[],
  split: EvaluatedSplit,
  of: (row: EvaluationRow) => number | null,
): Values {
  const values = new Map<number, Map<string, number>>();
  for (const { seed, outcome } of results) {
    if ("error" in outcome) continue;
    const samples = new Map<string, number[]>();
    for (const row of outcome.rows) {
      const value = row.split === split ? of(row) : null;
      if (value === null) continue;
      const found = samples.get(row.prompt_id) ?? [];
      found.push(value);
      samples.set(row.prompt_id, found);
    }
    if (samples.size === 0) continue;
    values.set(
      seed,
      new Map([...samples].map(([id, all]) => [id, all.reduce((a, b) => a + b, 0) / all.length])),
    );
  }
  return values;
}

/** Values of one seed in the order of `ids`. */
function inOrder(byQuestion: ReadonlyMap<string, number>, ids: readonly string[]): number[] {
  if (byQuestion.size !== ids.length) {
    throw new RangeError(
      `Cannot compare seeds: they must be evaluated on the same questions: ` +
        `current numbers are ${ids.length} and ${byQuestion.size}`,
    );
  }
  return ids.map((id) => {
    const value = byQuestion.get(id);
    if (value === undefined) {
      throw new RangeError(
        `Cannot compare seeds: they must be evaluated on the same questions: ${id} is missing`,
      );
    }
    return value;
  });
}

function matrix(values: Values): number[][] {
  const rows = [...values.values()];
  const ids = [...rows[0]?.keys() ?? []];
  return rows.map((row) => inOrder(row, ids));
}

function differences(values: Values, reference: Values): number[][] {
  const seeds = [...values.keys()].filter((seed) => reference.has(seed));
  const ids = [...values.get(seeds[0] ?? NaN)?.keys() ?? []];
  return seeds.map((seed) => {
    const base = inOrder(reference.get(seed)!, ids);
    return inOrder(values.get(seed)!, ids).map((value, q) => value - base[q]!);
  });
}

function accuracyInterval(
  right_S_Q: readonly (readonly number[])[],
  interval: (values_S_Q: readonly (readonly number[])[]) => Interval,
): Interval {
  const first = right_S_Q[0]![0];
  const allEqual = right_S_Q.every((row) => row.every((value) => value === first));
  // Resampling equal values says nothing of what other questions would have brought.
  if (allEqual && (first === 0 || first === 1)) {
    const numQuestions = right_S_Q[0]!.length;
    return wilsonInterval(first * numQuestions, numQuestions);
  }
  return interval(right_S_Q);
}
