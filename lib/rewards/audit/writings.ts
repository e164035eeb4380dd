/**
 * Is a right answer paid in its usual writings, and whatever the white space and case?
 *
 * @module
 */
import { type AnswerCheck, runAnswerChecks } from "./answers.ts";
import type { AuditContext } from "./context.ts";
import type { Finding } from "./finding.ts";
import type { AuditQuestion } from "./sample.ts";

function letterWritings({ record: { gold, options }, right }: AuditQuestion): string[] {
  if (gold.kind !== "choice") return [];
  return [
    `(${right})`,
    `${right}.`,
    `**${right}**`,
    `\\boxed{${right}}`,
    `${right}. ${options?.[right] ?? ""}`,
  ];
}

function numberWritings({ record: { gold }, right }: AuditQuestion): string[] {
  if (gold.kind !== "calculation") return [];
  switch (gold.output) {
    case "decimal":
      return [
        `${right} mg`,
        `${right} %`,
        `= ${right}`,
        `$${right}$`,
        right.replace("-", "\u2212"),
      ];
    case "integer":
      return [`${right} points`, `${right}.0`];
    case "date":
      return [right.replace(/^0/, "").replace("/0", "/")];
    case "weeks_days":
      return [right.replaceAll(/[('")]/g, ""), right.replace(", ", ",")];
  }
}

const CHECKS: readonly AnswerCheck[] = [
  {
    check: "white_space_matters",
    severity: "warning",
    title: "White space around a right answer costs it its marks",
    detail: "Trim the answer before it is compared.",
    answers: ({ right }) => [` ${right} `, `\n${right}\n`, `\t${right}\r\n`, `\u00a0${right}`],
    defect: "too little",
  },
  {
    check: "case_matters",
    severity: "warning",
    title: "The case of a right letter or text costs it its marks",
    detail: "Compare letters and words without their case.",
    answers: ({ record: { gold }, right }) =>
      gold.kind === "calculation" ? [] : [right.toLowerCase(), right.toUpperCase()],
    defect: "too little",
  },
  {
    check: "letter_writings_unpaid",
    severity: "warning",
    title: "A right letter is graded wrong in a usual writing",
    detail: "What is learnt first is the writing, and accuracy is underrated.",
    answers: letterWritings,
    defect: "too little",
  },
  {
    check: "number_writings_unpaid",
    severity: "warning",
    title: "A right number, date or time is graded wrong in a usual writing",
    detail: "What is learnt first is the writing, and accuracy is underrated.",
    answers: numberWritings,
    defect: "too little",
  },
];

/** Usual writings of right answers. */
export function auditWritings(context: AuditContext): Promise<Finding[]> {
  return runAnswerChecks(context, CHECKS);
}
