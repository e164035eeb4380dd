/**
 * Completions that answer nothing.
 *
 * @module
 */
import { type AnswerCheck, runAnswerChecks } from "./answers.ts";
import type { AuditContext } from "./context.ts";
import type { Finding } from "./finding.ts";
import { type AuditQuestion, promptOf } from "./sample.ts";

const LOOP = "the patient is tired and ";

function emptyCompletions(): string[] {
  return ["", " ", "\n", ".", "ok", "<think></think><answer></answer>", "<answer></answer>"];
}

function copies({ record }: AuditQuestion): string[] {
  const { question } = record;
  return [question, `<think>so</think><answer>${question}</answer>`, promptOf(record)];
}

function loops(): string[] {
  return [LOOP.repeat(60), `<think>${LOOP.repeat(60)}</think><answer>${LOOP.repeat(8)}</answer>`];
}

/** The same completions may be paid in full or in part; the two findings differ in severity. */
function pair(
  check: string,
  what: string,
  completions: NonNullable<AnswerCheck["completions"]>,
): readonly AnswerCheck[] {
  return [
    {
      completions,
      check: `${check}_paid_in_full`,
      severity: "severe",
      title: `${what} earns what the gold answer does`,
      detail: "The easiest completion there is pays best.",
      defect: "in full",
    },
    {
      completions,
      check: `${check}_paid`,
      severity: "warning",
      title: `${what} earns clearly more than a wrong answer`,
      detail: "A policy that does not know the answer is taught not to try.",
      defect: "in part",
    },
  ];
}

const CHECKS: readonly AnswerCheck[] = [
  ...pair("empty", "An empty completion or one word", emptyCompletions),
  ...pair("copied_question", "A copy of the question", copies),
  ...pair("loop", "A loop of words", loops),
];

/** Empty completions, copies of the question, loops. */
export function auditDegenerate(context: AuditContext): Promise<Finding[]> {
  return runAnswerChecks(context, CHECKS);
}
