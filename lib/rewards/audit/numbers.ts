/**
 * Numbers at their limits and beyond, and neighbours of exact answers.
 *
 * @module
 */
import { type AnswerCheck, runAnswerChecks } from "./answers.ts";
import type { AuditContext } from "./context.ts";
import type { Finding } from "./finding.ts";
import type { AuditQuestion } from "./sample.ts";

/** The closed interval of a decimal; null for other answers. */
function limitsOf({ record: { gold } }: AuditQuestion): readonly [number, number] | null {
  if (gold.kind !== "calculation" || gold.output !== "decimal") return null;
  return gold.lower === null || gold.upper === null ? null : [gold.lower, gold.upper];
}

/** How far beyond a limit is tried, in widths of the interval; and at least this much. */
const BEYOND = 0.01;

function beyondLimits(question: AuditQuestion): string[] {
  const limits = limitsOf(question);
  if (limits === null) return [];
  const [lower, upper] = limits;
  const step = Math.max(BEYOND * (upper - lower), 1e-6);
  return [String(lower - step), String(upper + step)];
}

/** Answers next to one that is compared exactly. */
function neighbours({ record: { gold } }: AuditQuestion): string[] {
  if (gold.kind !== "calculation") return [];
  switch (gold.output) {
    case "integer":
      return [String(Number(gold.answer) + 1), String(Number(gold.answer) - 1)];
    case "date":
      return [
        gold.answer.replace(/\d$/, (digit) => digit === "9" ? "8" : String(Number(digit) + 1)),
      ];
    case "weeks_days":
      return [gold.answer.replace(/\d+/, (weeks) => String(Number(weeks) + 1))];
    case "decimal":
      return [];
  }
}

const CHECKS: readonly AnswerCheck[] = [
  {
    check: "limit_unpaid",
    severity: "warning",
    title: "A number on its limit is graded wrong",
    detail: "MedCalc-Bench's limits belong to what is right.",
    answers: (question) => (limitsOf(question) ?? []).map(String),
    defect: "too little",
  },
  {
    check: "beyond_limit_paid",
    severity: "severe",
    title: "A number beyond its limits is paid",
    detail: "What the data call wrong is learnt.",
    answers: beyondLimits,
    defect: "at all",
  },
  {
    check: "neighbour_paid",
    severity: "severe",
    title: "The number, date or time next to an exact answer is paid",
    detail: "What the data call wrong is learnt.",
    answers: neighbours,
    defect: "at all",
  },
  {
    check: "no_number_paid",
    severity: "severe",
    title: "An infinity, or no number at all, is paid as a number",
    detail: "It lies within limits that were never checked.",
    answers: (question) =>
      limitsOf(question) === null ? [] : ["inf", "-inf", "nan", "1e400", "NaN"],
    defect: "at all",
  },
];

/** Numbers at and over their limits. */
export function auditNumbers(context: AuditContext): Promise<Finding[]> {
  return runAnswerChecks(context, CHECKS);
}
