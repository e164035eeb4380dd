/**
 * Can the thresholds be reached that rewards declare?
 *
 * @module
 */
import type { ScoreThreshold } from "../reward.ts";
import { type AuditContext, proof } from "./context.ts";
import type { Finding } from "./finding.ts";
import { answerSample } from "./sample.ts";

/** A measure with less than this share of the sum's range has no say in whether the threshold is reached. */
const NO_SAY = 0.05;

function describeUnreachable({ threshold, terms }: ScoreThreshold): string[] {
  const names = terms.map(({ name }) => name).join(" and ");
  const low = terms.reduce((sum, term) => sum + term.low, 0);
  const high = terms.reduce((sum, term) => sum + term.high, 0);
  if (high < threshold) {
    return [
      `${names} can never reach the threshold ${threshold}: the highest value there is is ${high}`,
    ];
  }
  if (low >= threshold) return [`${names} is never below the threshold ${threshold}`];
  return terms.filter((term) => terms.length > 1 && term.high - term.low < NO_SAY * (high - low))
    .map((term) =>
      `${term.name} can never reach the threshold ${threshold} that it is held against: it adds ` +
      `${term.low} to ${term.high} to a sum of ${low} to ${high}`
    );
}

/** Thresholds on another scale than what is compared with them. */
export async function auditThresholds(context: AuditContext): Promise<Finding[]> {
  const tried = context.thresholds.length;
  const titles = [...new Set(context.thresholds.flatMap(describeUnreachable))];
  if (titles.length === 0) return [];
  const { budget, lengthTokens } = context.base;
  const open = context.questions.filter(({ record }) => record.gold.kind === "open");
  const golds = await context.score(
    open.map((question) =>
      answerSample("the gold answer", question, question.right, lengthTokens, budget)
    ),
  );
  const [worst] = golds.toSorted((a, b) => (a.reward ?? 0) - (b.reward ?? 0));
  return titles.map((title): Finding => ({
    check: "threshold_unreachable",
    severity: "severe",
    title,
    detail: "The threshold is on another scale than the measure, which therefore decides nothing.",
    cases: { found: titles.length, tried },
    samples: worst === undefined ? [] : [proof(worst)],
  }));
}
