/**
 * From a question and a budget to the messages that a policy reads.
 *
 * @module
 */

import type { Budget } from "./budget.ts";
import type { AnswerForm, PromptTemplate } from "./prompt_template.ts";
import type { QuestionRecord } from "./record.ts";

/** One turn of a conversation. */
export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** The form that a record's answer takes. */
export function answerForm(record: QuestionRecord): AnswerForm {
  return record.gold.kind === "calculation" ? record.gold.output : record.gold.kind;
}

function questionText({ question, context, options }: QuestionRecord, passage: string): string {
  const parts: Record<string, string> = { "{context}": context, "{question}": question };
  const asked = context === ""
    ? question
    : passage.replace(/\{(?:context|question)\}/g, (placeholder) => parts[placeholder]!);
  const lines = Object.entries(options ?? {}).map(([letter, text]) => `${letter}: ${text}`);
  return [asked, ...lines].join("\n");
}

function budgetSentence(budget: Budget, template: PromptTemplate): string {
  if (budget.mode === "none") return "";
  const sentence = template.budgetSentences[budget.mode];
  if (!sentence.includes("{tokens}")) {
    throw new RangeError(
      `Cannot build a prompt: the ${budget.mode} budget sentence of template "${template.name}" ` +
        `must contain {tokens}: current value is ${JSON.stringify(sentence)}`,
    );
  }
  return sentence.replaceAll("{tokens}", () => String(budget.tokens));
}

/**
 * The messages for one question: the template's system message and its worked examples as earlier turns,
 * if it has them, and a user message of context, question with one option a line (`A: text`), answer form and budget sentence. Parts that
 * are empty are left out, separators included, but in the profile `asReleased`. The gold answer never
 * enters.
 *
 * After Med-U1 (arXiv 2506.12307, section 3), in other words, and with the answer form told for dates
 * and for weeks and days, which the paper's prompt leaves to the question.
 *
 * @throws {RangeError} if the template's budget sentence lacks `{tokens}`.
 *
 * @example
 * ```ts
 * import { buildMessages, type QuestionRecord, tinyTemplate } from "@terse/data";
 * import { assertEquals } from "@std/assert";
 * const record: QuestionRecord = {
 *   id: "1",
 *   source: "Demo",
 *   question: "Which is a fruit?",
 *   context: "",
 *   options: { A: "Apple", B: "Brick" },
 *   gold: { kind: "choice", letter: "A" },
 *   split: "train",
 *   licence: "MIT",
 *   tags: [],
 * };
 * assertEquals(buildMessages(record, { mode: "exact", tokens: 20 }, tinyTemplate), [{
 *   role: "user",
 *   content: "Which is a fruit?\nA: Apple\nB: Brick\nThink for 20 tokens.",
 * }]);
 * ```
 */
export function buildMessages(
  record: QuestionRecord,
  budget: Budget,
  template: PromptTemplate,
): ChatMessage[] {
  const parts = [
    questionText(record, template.passage),
    template.answerForms[answerForm(record)],
    budgetSentence(budget, template),
  ];
  const keepsEmpty = template.profile === "asReleased";
  const user: ChatMessage = {
    role: "user",
    content: parts.filter((part) => keepsEmpty || part !== "").join(template.separator),
  };
  const shown = (template.examples ?? []).flatMap(({ question, reply }): ChatMessage[] => [
    { role: "user", content: question },
    { role: "assistant", content: reply },
  ]);
  return template.system === null
    ? [...shown, user]
    : [{ role: "system", content: template.system }, ...shown, user];
}

/**
 * The text that a policy reads. In the profile `asReleased` the chat is written twice: Med-U1's trainer
 * takes the stored text, which is a whole chat, for a user's message (verl's RLHFDataset), so that the
 * model's own default system message stands outside and an empty turn of the assistant inside.
 *
 * @param renderChat Writes messages in the model's chat template, up to the assistant's next message.
 *
 * @example
 * ```ts
 * import { type ChatMessage, renderPrompt, tinyTemplate } from "@terse/data";
 * import { assertEquals } from "@std/assert";
 * const renderChat = (messages: readonly ChatMessage[]) => `[${messages[0]!.content}]`;
 * const messages = [{ role: "user", content: "Why?" }] as const;
 * const released = { ...tinyTemplate, profile: "asReleased" } as const;
 * assertEquals(renderPrompt(messages, tinyTemplate, renderChat), "[Why?]");
 * assertEquals(renderPrompt(messages, released, renderChat), "[[Why?]]");
 * ```
 */
export function renderPrompt(
  messages: readonly ChatMessage[],
  template: PromptTemplate,
  renderChat: (messages: readonly ChatMessage[]) => string,
): string {
  const chat = renderChat(messages);
  return template.profile === "asReleased" ? renderChat([{ role: "user", content: chat }]) : chat;
}
