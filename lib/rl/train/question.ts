/**
 * Questions as training and evaluation need them: with a budget and a tokenised prompt.
 *
 * @module
 */
import {
  type Budget,
  buildMessages,
  type PromptTemplate,
  type QuestionRecord,
  renderPrompt,
} from "@terse/data";
import type { PromptInput } from "../rollout/rollout.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";

/** A question that is ready to be asked. */
export interface PreparedQuestion {
  readonly record: QuestionRecord;
  readonly budget: Budget;
  readonly prompt: PromptInput;
}

/** What decoding does about a budget: nothing, or close the thinking that reaches it. */
export type BudgetControl = "none" | "forced";

/** A question as it is decoded under a control; one without a budget is never controlled. */
export function controlBudget(
  question: PreparedQuestion,
  control: BudgetControl,
): PreparedQuestion {
  const { budget, prompt } = question;
  if (control === "none" || budget.mode === "none") return question;
  return { ...question, prompt: { ...prompt, thinkingLimit: budget.tokens } };
}

/** Writes a question in the template and the model's chat format. Its key is source and id. */
export function prepareQuestion(
  record: QuestionRecord,
  budget: Budget,
  template: PromptTemplate,
  tokenizer: Tokenizer,
): PreparedQuestion {
  const text = renderPrompt(
    buildMessages(record, budget, template),
    template,
    tokenizer.renderChat,
  );
  const key = `${record.source}/${record.id}`;
  return { record, budget, prompt: { key, text, tokenIds: tokenizer.encode(text) } };
}
