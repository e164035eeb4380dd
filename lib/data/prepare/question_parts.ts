/**
 * The parts of a question that are compared, and the answer in the form in which it is.
 *
 * @module
 */

import type { GoldAnswer, QuestionRecord } from "../record.ts";

/** Parts that stand in a fixed order before the options: context and question. */
export const ORDERED_PARTS = 2;

/** Context, question and the options' texts. */
export function questionParts(
  { context, question, options }: Pick<QuestionRecord, "context" | "question" | "options">,
): string[] {
  return options === null ? [context, question] : [context, question, ...Object.values(options)];
}

/** The gold answer as a text: of a choice its content, as letters change when options are shuffled. */
export function answerText(gold: GoldAnswer, options: QuestionRecord["options"]): string {
  return gold.kind === "choice" ? options?.[gold.letter] ?? gold.letter : gold.answer;
}
