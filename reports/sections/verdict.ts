/**
 * The result in plain words, every number from the run folder.
 *
 * @module
 */

import {
  ACCURACY,
  count,
  describeInterval,
  describeMean,
  listInWords,
  POINTS,
  TOKENS,
} from "../format.ts";
import type { Run } from "../read_run.ts";
import type { Interval } from "../run_types.ts";
import { directionOf, overlaps, rankByAccuracy } from "./ranking.ts";
import type { ShownSplit } from "./splits.ts";

const PLACES: Readonly<Record<string, string>> = {
  test: "On the test questions",
  ood: "Out of distribution",
};

function place({ name }: ShownSplit): string {
  return PLACES[name] ?? `On the split ${name}`;
}

function describeScope(run: Run, splits: readonly ShownSplit[]): string {
  const { experiment } = run;
  const trained = run.arms.filter(({ name }) => name !== experiment.baselineArm);
  const questions = splits.flatMap(({ title, questions }) =>
    questions === null ? [] : [`${questions} ${title.toLowerCase()}`]
  );
  const evaluated = questions.length === 0
    ? ""
    : `; all arms answered the same questions (${listInWords(questions)})`;
  return `The run set out to train ${count(trained.length, "arm")} with ` +
    `${count(experiment.seeds.length, "seed")} each for ${count(experiment.steps, "step")}` +
    `${evaluated}.`;
}

function describeBest(run: Run, split: ShownSplit): string[] {
  const ranking = rankByAccuracy(run.arms, split.name);
  if (ranking === null) return [`${place(split)} no arm has a result.`];
  const { leaders, tied } = ranking;
  const names = listInWords(leaders.map(({ name }) => name));
  const evaluated = run.arms.filter((arm) => arm.splits[split.name] !== undefined).length;
  const standing = evaluated === 1
    ? "; no other arm has a result"
    : tied.length > 0
    ? `; ${leaders.length === 1 ? "its interval overlaps" : "their intervals overlap"} with ${
      tied.length === 1 ? "that" : "those"
    } of ${listInWords(tied.map(({ name }) => name))}, which this run does not separate from ${
      leaders.length === 1 ? "it" : "them"
    }`
    : leaders.length === 1
    ? ", above the intervals of all other arms"
    : evaluated === leaders.length
    ? ""
    : ", above the intervals of the other arms";
  const results = listInWords(leaders.map((arm) => {
    const { accuracy, tokens } = arm.splits[split.name]!;
    return `${describeInterval(accuracy, ACCURACY)} with ${describeInterval(tokens, TOKENS)}`;
  }));
  return [
    `${place(split)}, ${names} ${
      leaders.length === 1 ? "has" : "share"
    } the highest accuracy, ${results}${standing}.`,
  ];
}

function describeTraining(run: Run, split: ShownSplit): string[] {
  const find = (name: string) =>
    run.arms.find((arm) => arm.name === name)?.splits[split.name]?.accuracy;
  const { baselineArm, referenceArm } = run.experiment;
  const [before, after] = [find(baselineArm), find(referenceArm)];
  if (before === undefined || after === undefined || baselineArm === referenceArm) return [];
  const verb = overlaps(before, after)
    ? "the intervals overlap, so training itself is not shown to change accuracy"
    : (after.mean ?? 0) > (before.mean ?? 0)
    ? "the intervals do not overlap: training raised accuracy"
    : "the intervals do not overlap: training lowered accuracy";
  return [
    `The policy before training (${baselineArm}) answers ${
      describeInterval(before, ACCURACY)
    } right, the reference arm (${referenceArm}) ${describeInterval(after, ACCURACY)}; ${verb}.`,
  ];
}

const LENGTH_WORDS = { above: "longer answers", below: "shorter answers", unclear: "" } as const;
const ACCURACY_WORDS = {
  above: "higher accuracy",
  below: "lower accuracy",
  unclear: "no separable change of accuracy",
} as const;

/** What kind of change an arm brought, e.g. `shorter answers and lower accuracy`. */
function describeChange(accuracy: Interval, tokens: Interval): string {
  const length = LENGTH_WORDS[directionOf(tokens)];
  const change = directionOf(accuracy);
  if (length === "") {
    return change === "unclear"
      ? "no separable change of length or accuracy"
      : `${ACCURACY_WORDS[change]} at no separable change of length`;
  }
  return change === "unclear"
    ? `${length} with ${ACCURACY_WORDS.unclear}`
    : `${length} and ${ACCURACY_WORDS[change]}`;
}

/** Arms grouped by the kind of change that they brought against the reference. */
function describeAgainstReference(run: Run, split: ShownSplit): string[] {
  const { referenceArm, baselineArm } = run.experiment;
  const groups = new Map<string, string[]>();
  for (const { name, splits } of run.arms) {
    const found = splits[split.name];
    const accuracy = found?.deltaAccuracyVsReference;
    const tokens = found?.deltaTokensVsReference;
    if (name === referenceArm || name === baselineArm || !accuracy || !tokens) continue;
    const change = describeChange(accuracy, tokens);
    const numbers = `${describeMean(tokens, TOKENS)}, ${describeMean(accuracy, POINTS)}`;
    groups.set(change, [...groups.get(change) ?? [], `${name} (${numbers})`]);
  }
  if (groups.size === 0) return [];
  const parts = [...groups].map(([change, arms]) => `${change} from ${listInWords(arms)}`);
  return [`Against ${referenceArm}: ${parts.join("; ")}.`];
}

function describeFailures(run: Run): string[] {
  const failed = run.arms.filter((arm) => arm.failed.length > 0);
  if (failed.length === 0) return [];
  const list = failed.map(({ name, failed, seeds }) =>
    `${name} (${failed.length} of ${count(seeds.length, "seed")})`
  );
  return [
    `Without a full result: ${listInWords(list)}; numbers of these arms rest on fewer seeds.`,
  ];
}

/**
 * The result of a run in paragraphs of plain text: scope, then for each split the best arm, the effect
 * of training and the differences to the reference, then failures.
 *
 * @param splits The splits to speak of, in order.
 */
export function describeResult(run: Run, splits: readonly ShownSplit[]): string[] {
  const findings = run.intervals === null
    ? ["The run has no summary yet, so no means or intervals over its seeds can be given."]
    : splits.map((split, index) =>
      [
        ...describeBest(run, split),
        ...describeAgainstReference(run, split),
        ...(index === 0 ? describeTraining(run, split) : []),
      ].join(" ")
    );
  return [describeScope(run, splits), ...findings, ...describeFailures(run)];
}
