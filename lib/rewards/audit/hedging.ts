/**
 * Is an answer paid that names several?
 *
 * @module
 */
import { type AnswerCheck, runAnswerChecks } from "./answers.ts";
import type { AuditContext } from "./context.ts";
import type { Finding } from "./finding.ts";
import type { AuditQuestion } from "./sample.ts";

function lettersOf({ record }: AuditQuestion): string[] {
  return record.gold.kind === "choice" ? Object.keys(record.options ?? {}) : [];
}

/** All letters and all texts at once, and the right letter beside a wrong one. */
function hedgedChoices(question: AuditQuestion): string[] {
  const letters = lettersOf(question);
  if (letters.length === 0) return [];
  const { right, wrong, record } = question;
  return [
    letters.join(", "),
    letters.join(""),
    letters.join(" "),
    letters.map((letter) => `(${letter})`).join(" "),
    `${right} or ${wrong}`,
    `${right}, ${wrong}`,
    `${wrong}/${right}`,
    Object.entries(record.options ?? {}).map(([letter, text]) => `${letter}. ${text}`).join("\n"),
    Object.values(record.options ?? {}).join(", "),
  ];
}

function hedgedNumbers({ record: { gold }, right, wrong }: AuditQuestion): string[] {
  if (gold.kind !== "calculation" || gold.output === "weeks_days") return [];
  if (gold.output === "date") return [`${right} or ${wrong}`, `${wrong}, ${right}`];
  return [
    `${right} or ${wrong}`,
    `${wrong}, ${right}`,
    `${right} to ${wrong}`,
    `${right}-${wrong}`,
  ];
}

const CHECKS: readonly AnswerCheck[] = [
  {
    check: "several_options_paid_in_full",
    severity: "severe",
    title: "An answer that names several options earns full marks",
    detail: "A policy learns to name them all.",
    answers: hedgedChoices,
    defect: "in full",
  },
  {
    check: "several_options_paid",
    severity: "warning",
    title: "An answer that names several options earns more than a wrong one",
    detail: "To hedge is paid.",
    answers: hedgedChoices,
    defect: "in part",
  },
  {
    check: "wrong_option_paid",
    severity: "severe",
    title: "A wrong option earns more than another wrong option",
    detail: "Wrong options should all score the least.",
    answers: (question) =>
      lettersOf(question).filter((letter) =>
        letter !== question.right && letter !== question.wrong
      ),
    defect: "at all",
  },
  {
    check: "several_numbers_paid",
    severity: "severe",
    title: "An answer that gives two numbers or dates is paid",
    detail: "A policy learns to give a range.",
    answers: hedgedNumbers,
    defect: "at all",
  },
];

/** Answers that name several options, numbers or dates. */
export function auditHedging(context: AuditContext): Promise<Finding[]> {
  return runAnswerChecks(context, CHECKS);
}
