/**
 * A run's summary as tables for the terminal.
 *
 * @module
 */

import { EVALUATED_SPLITS, type EvaluatedSplit } from "./evaluate.ts";
import type { Summary } from "./summary.ts";
import { formatDifference, formatInterval, formatTable } from "./table.ts";

const TITLES: Readonly<Record<EvaluatedSplit, string>> = {
  test: "Questions like those trained on (test)",
  ood: "Kinds of question never trained on (ood)",
};

/** One table for each split that was evaluated, and how the intervals were made. */
export function formatSummary({ arms, referenceArm, intervals }: Summary): string {
  const header = [
    "arm",
    "seeds",
    "accuracy %",
    "tokens",
    "overrun",
    "reward",
    `accuracy - ${referenceArm}`,
    `tokens - ${referenceArm}`,
    `overrun - ${referenceArm}`,
  ];
  const tables = EVALUATED_SPLITS.flatMap((split) => {
    if (arms.every((arm) => arm.splits[split] === undefined)) return [];
    const rows = arms.map((arm) => {
      const found = arm.splits[split];
      if (found === undefined) return [arm.arm, String(arm.seeds.length), "failed"];
      const {
        deltaAccuracyVsReference: accuracy,
        deltaTokensVsReference: tokens,
        deltaOverrunVsReference: overrun,
      } = found;
      return [
        arm.arm,
        String(arm.seeds.length),
        formatInterval(found.accuracy, 1, 100),
        formatInterval(found.tokens, 1),
        found.overrun === null ? "" : formatInterval(found.overrun, 1),
        formatInterval(found.reward, 2),
        accuracy === null ? "" : formatDifference(accuracy, 1, 100),
        tokens === null ? "" : formatDifference(tokens, 1),
        overrun === null ? "" : formatDifference(overrun, 1),
      ];
    });
    return [`${TITLES[split]}\n${formatTable(header, rows)}\n`];
  });
  return [...tables, `Intervals: ${intervals}`].join("\n");
}
