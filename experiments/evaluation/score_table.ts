/**
 * An evaluation's scores as tables for the terminal.
 *
 * @module
 */

import type { Interval } from "../statistics.ts";
import { formatInterval, formatTable } from "../table.ts";
import type { BudgetScore, Score } from "./scores.ts";

const INTERVALS = "Accuracy, format and within have Wilson's 95 % intervals over the questions.";

function percent(interval: Interval | null): string {
  return interval === null ? "-" : formatInterval(interval, 1, 100);
}

function tokens(mean: number | null): string {
  return mean === null ? "-" : mean.toFixed(1);
}

function overview(scores: readonly BudgetScore[]): string {
  const ks = [...new Set(scores.flatMap((score) => score.passAtK.map(({ k }) => k)))]
    .filter((k) => k > 1).sort((a, b) => a - b);
  const header = [
    ...["split, budget", "questions", "answers", "accuracy %", ...ks.map((k) => `pass@${k} %`)],
    ...["format %", "used tokens", "overrun", "within %"],
  ];
  return formatTable(
    header,
    scores.map(({ split, budget, all, passAtK, budgetUse }) => [
      `${split}, ${budget}`,
      String(all.questions),
      String(all.answers),
      percent(all.accuracy),
      ...ks.map((k) => {
        const found = passAtK.find((entry) => entry.k === k);
        return found === undefined ? "-" : (found.mean * 100).toFixed(1);
      }),
      percent(all.formatRate),
      tokens(all.meanTokens),
      tokens(budgetUse?.meanOverrunTokens ?? null),
      percent(budgetUse?.within ?? null),
    ]),
  );
}

function parts(scores: readonly BudgetScore[]): string {
  const header = [
    ...["split, budget, part", "questions", "accuracy %", "format %", "tokens", "thinking"],
    ...["answer", "cut %"],
  ];
  const line = (name: string, score: Score) => [
    name,
    String(score.questions),
    percent(score.accuracy),
    percent(score.formatRate),
    tokens(score.meanTokens),
    tokens(score.meanThinkingTokens),
    tokens(score.meanAnswerTokens),
    score.clippedRatio === null ? "-" : (score.clippedRatio * 100).toFixed(1),
  ];
  return formatTable(
    header,
    scores.flatMap(({ split, budget, all, bySource, byKind }) => [
      line(`${split}, ${budget}, all`, all),
      ...Object.entries(bySource).map(([name, score]) => line(`  source ${name}`, score)),
      ...Object.entries(byKind).map(([name, score]) => line(`  kind ${name}`, score)),
    ]),
  );
}

/** Two tables, one line for each budget and one for each source and kind, and what they leave out. */
export function formatScores(scores: readonly BudgetScore[]): string {
  const failed = scores.reduce((sum, { all }) => sum + all.failed, 0);
  const isUncounted = scores.some(({ all }) => all.answers > 0 && all.meanTokens === null);
  return [
    overview(scores),
    "",
    parts(scores),
    "",
    INTERVALS,
    ...(isUncounted ? ["The server gives no token counts: lengths are missing."] : []),
    ...(failed > 0 ? [`${failed} requests failed; they count nowhere above.`] : []),
  ].join("\n");
}
