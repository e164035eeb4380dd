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
