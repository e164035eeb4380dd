/**
 * The evaluated splits and what they are called in the report.
 *
 * @module
 */

import type { Run } from "../read_run.ts";

/** A split with its title and its number of questions. */
export interface ShownSplit {
  readonly name: string;
  readonly title: string;
  /** Null if no evaluation says. */
  readonly questions: number | null;
}

const TITLES: Readonly<Record<string, string>> = {
  test: "Test",
  ood: "Out of distribution",
};

/** Splits that the run was to evaluate, or has numbers for, in the order of its declaration. */
export function splitsOf(run: Run): ShownSplit[] {
  const evaluations = run.arms.flatMap(({ seeds }) => seeds.flatMap((s) => s.evaluation ?? []));
  const names = new Set([
    ...run.experiment.evaluation.splits,
    ...run.arms.flatMap(({ splits }) => Object.keys(splits)),
  ]);
  return [...names].map((name) => ({
    name,
    title: TITLES[name] ?? name,
    questions: evaluations.find(({ splits }) => splits[name] !== undefined)?.splits[name]?.n ??
      null,
  }));
}
