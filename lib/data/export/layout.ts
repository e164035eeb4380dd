/**
 * What all layouts for other trainers are made of.
 *
 * @module
 */

import type { Budget } from "../budget.ts";
import type { NestedRow, NestedSchema } from "../nested_parquet.ts";
import type { PromptTemplate } from "../prompt_template.ts";
import type { QuestionRecord } from "../record.ts";

/** A question that is ready to be written in another layout. */
export interface ExportedQuestion {
  readonly record: QuestionRecord;
  readonly budget: Budget;
}

/** How another trainer wants its rows. */
export interface ExportLayout {
  readonly schema: NestedSchema;
  /** @param index The row's number in its file, from 0. */
  makeRow(question: ExportedQuestion, index: number, template: PromptTemplate): NestedRow;
}

/** Type of a chat: a list of messages. */
export const CHAT = { list: { fields: { role: "string", content: "string" } } } as const;

/** The gold answer as a text: an option's letter, or the answer itself. */
export function goldText({ gold }: QuestionRecord): string {
  return gold.kind === "choice" ? gold.letter : gold.answer;
}

/** Limits of a number; null for other answers. */
export function goldLimits(
  { gold }: QuestionRecord,
): { readonly lower: number | null; readonly upper: number | null } {
  return gold.kind === "calculation"
    ? { lower: gold.lower, upper: gold.upper }
    : { lower: null, upper: null };
}

/** A budget as Med-U1 writes it: -1 for none, N for exactly N tokens, -N for at most N. */
export function numTokensOf(budget: Budget): number {
  switch (budget.mode) {
    case "none":
      return -1;
    case "exact":
      return budget.tokens;
    case "maximum":
      return -budget.tokens;
  }
}
