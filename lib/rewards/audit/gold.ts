/**
 * Is the gold answer paid? Copies of it are the easiest answers there are.
 *
 * @module
 */
import type { QuestionKind } from "@terse/data";
import { compareAnswers, type Comparison } from "./compare.ts";
import { type AuditContext, proof } from "./context.ts";
import type { Finding } from "./finding.ts";
import { answerSample, type AuditQuestion } from "./sample.ts";

const KINDS: readonly QuestionKind[] = ["choice", "calculation", "open"];

const ANSWER: Readonly<Record<QuestionKind, string>> = {
  choice: "The right letter",
  calculation: "The right number, date or time",
  open: "A verbatim copy of the reference",
};

function goldFinding(
  kind: QuestionKind,
  unpaid: readonly Comparison[],
  tried: readonly Comparison[],
): Finding {
  const isAll = unpaid.length === tried.length;
  const { right, wrong } = unpaid[0]!;
  return {
    check: isAll ? `${kind}_never_paid` : `${kind}_gold_unpaid`,
    severity: "severe",
    title: isAll
      ? `No ${kind} answer is paid for being right: ${
        ANSWER[kind].toLowerCase()
      } earns what a wrong ` +
        `answer does, always`
      : `${
        ANSWER[kind]
      } earns no more than a wrong answer in ${unpaid.length} of ${tried.length} questions`,
    detail: isAll
      ? "A threshold that is never reached, as of a BLEU between 0 and 1 compared with 45, or a grader that " +
        "does not know these questions. Nothing can be learnt from them, unless another reward pays for " +
        "the answer: then audit them together."
      : "A policy that answers perfectly is punished here.",
    cases: { found: unpaid.length, tried: tried.length },
    samples: [proof(right), proof(wrong)],
  };
}

/** Every question's gold answer beside a wrong one, by kind of question. */
export async function auditGold(context: AuditContext): Promise<Finding[]> {
  const { budget, lengthTokens } = context.base;
  const questions: readonly AuditQuestion[] = [...context.questions, ...context.goldOnly];
  const comparisons = await compareAnswers(context, questions, (question) => [
    answerSample("the gold answer again", question, question.right, lengthTokens, budget),
  ]);
  return KINDS.flatMap((kind) => {
    const tried = comparisons.filter(({ right }) =>
      right.sample.question.record.gold.kind === kind
    );
    const unpaid = tried.filter(({ right, wrong }) => right.reward! <= wrong.reward!);
    return unpaid.length === 0 ? [] : [goldFinding(kind, unpaid, tried)];
  });
}
