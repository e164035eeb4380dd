/**
 * Checks that all have one form: answers to try of each question, and what they may earn.
 *
 * @module
 */
import { compareAnswers, type Comparison } from "./compare.ts";
import { type AuditContext, proof, ROUNDING } from "./context.ts";
import type { Finding } from "./finding.ts";
import { answerSample, type AuditQuestion, rawSample } from "./sample.ts";

/** A check of answers. */
export interface AnswerCheck {
  readonly check: string;
  readonly severity: Finding["severity"];
  readonly title: string;
  readonly detail: string;
  /** Answers to try in a completion in format; none where the check is not for a question. */
  readonly answers?: (question: AuditQuestion) => readonly string[];
  /** Whole completions to try. */
  readonly completions?: (question: AuditQuestion) => readonly string[];
  /** What an answer's pay must be to be a defect. */
  readonly defect: Pay;
}

/**
 * What an answer earns between a wrong one and the right one, at one length: all of the difference, a good
 * part of it and not all, a good part or all, or clearly less than all.
 */
export type Pay = "in full" | "in part" | "at all" | "too little";

/** The share of the difference that is a good part of it; less may be chance words in common. */
const GOOD_PART = 0.25;

function hasPay({ share }: Comparison, pay: Pay): boolean {
  const isFull = share >= 1 - ROUNDING;
  switch (pay) {
    case "in full":
      return isFull;
    case "in part":
      return share >= GOOD_PART && !isFull;
    case "at all":
      return share >= GOOD_PART;
    case "too little":
      return share < 1 - GOOD_PART;
  }
}

/** Runs checks; each finding is proved by the comparison that shows it best. */
export async function runAnswerChecks(
  context: AuditContext,
  checks: readonly AnswerCheck[],
): Promise<Finding[]> {
  const { budget, lengthTokens } = context.base;
  const findings: Finding[] = [];
  for (const { answers, completions, defect, ...finding } of checks) {
    const write = (question: AuditQuestion) => [
      ...(answers?.(question) ?? []).map((answer) =>
        answerSample(`the answer ${quote(answer)}`, question, answer, lengthTokens, budget)
      ),
      ...(completions?.(question) ?? []).map((completion) => ({
        ...rawSample(`the completion ${quote(completion)}`, question, completion, budget),
        // What is paid in part is compared at one length, or it would be paid for being short.
        ...(defect === "in full" ? {} : { lengthTokens }),
      })),
    ];
    const comparisons = (await compareAnswers(context, context.questions, write))
      .filter(({ right, wrong }) => right.reward! > wrong.reward! + ROUNDING);
    const found = comparisons.filter((comparison) => hasPay(comparison, defect));
    const sign = defect === "too little" ? -1 : 1;
    const [most] = found.toSorted((a, b) => sign * (b.share - a.share));
    if (most === undefined) continue;
    findings.push({
      ...finding,
      cases: { found: found.length, tried: comparisons.length },
      samples: [proof(most.tried), proof(most.right), proof(most.wrong)],
    });
  }
  return findings;
}

function quote(text: string): string {
  return JSON.stringify(text.length <= 60 ? text : `${text.slice(0, 57)}...`);
}
