/**
 * Do parts of a reference earn what the whole does?
 *
 * @module
 */
import { compareAnswers, type Comparison, isPaidInFull } from "./compare.ts";
import { type AuditContext, proof } from "./context.ts";
import type { Finding, Severity } from "./finding.ts";
import { answerSample, type AuditQuestion } from "./sample.ts";

/** Shorter references have no parts worth the name. */
const LEAST_WORDS = 6;

/** Single words that are tried of a reference. */
const MOST_WORDS = 12;

interface PartCheck {
  readonly check: string;
  readonly severity: Severity;
  readonly title: string;
  readonly detail: string;
  /** The answers that are tried. */
  readonly parts: (words: readonly string[]) => readonly string[];
}

const CHECKS: readonly PartCheck[] = [
  {
    check: "one_word_paid_in_full",
    severity: "severe",
    title: "One word of a reference earns full marks",
    detail: "The score is a precision. A policy learns to answer with one safe word.",
    parts: (words) => words.filter((word) => /\p{L}{3}/u.test(word)).slice(0, MOST_WORDS),
  },
  {
    check: "half_paid_in_full",
    severity: "severe",
    title: "Half of a reference earns full marks",
    detail: "What is left out costs nothing.",
    parts: (words) => {
      const half = Math.ceil(words.length / 2);
      return [words.slice(0, half).join(" "), words.slice(half).join(" ")];
    },
  },
  {
    check: "shortened_paid_in_full",
    severity: "warning",
    title: "A reference without its last word earns full marks",
    detail:
      "A threshold rounds up: nothing is gained by a complete answer. A graded reward tells them apart.",
    parts: (words) => [words.slice(0, -1).join(" ")],
  },
  {
    check: "shuffled_paid_in_full",
    severity: "note",
    title: "The words of a reference in another order earn full marks",
    detail: "The score does not look at word order.",
    parts: (words) => [words.toReversed().join(" ")],
  },
  {
    check: "repeated_paid_in_full",
    severity: "warning",
    title: "A reference given twice earns full marks",
    detail: "Repetition costs nothing.",
    parts: (words) => [`${words.join(" ")} ${words.join(" ")}`],
  },
];

function wordsOf({ right }: AuditQuestion): string[] {
  return right.split(/\s+/).filter((word) => word !== "");
}

async function runCheck(
  context: AuditContext,
  questions: readonly AuditQuestion[],
  { parts, ...check }: PartCheck,
): Promise<Finding[]> {
  const { budget, lengthTokens } = context.base;
  const comparisons = await compareAnswers(
    context,
    questions,
    (question) =>
      parts(wordsOf(question)).map((part) =>
        answerSample(`"${part.slice(0, 40)}" for the whole`, question, part, lengthTokens, budget)
      ),
  );
  const paid = comparisons.filter((comparison: Comparison) => isPaidInFull(comparison));
  const [first] = paid;
  if (first === undefined) return [];
  return [{
    ...check,
    cases: { found: paid.length, tried: comparisons.length },
    samples: [proof(first.tried), proof(first.right), proof(first.wrong)],
  }];
}

/** Parts of the open questions' references beside the whole. */
export async function auditOpenParts(context: AuditContext): Promise<Finding[]> {
  const questions = context.questions.filter((question) =>
    question.record.gold.kind === "open" && wordsOf(question).length >= LEAST_WORDS
  );
  const findings: Finding[] = [];
  for (const check of CHECKS) findings.push(...await runCheck(context, questions, check));
  return findings;
}
