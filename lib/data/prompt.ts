/**
 * From a question and a budget to the messages that a policy reads.
 *
 * @module
 */

import type { Budget } from "./budget.ts";
import { canonicalJson, sha256Hex } from "./canonical_json.ts";
import type { QuestionRecord } from "./record.ts";

/** One turn of a conversation. */
export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** What an answer looks like: the three kinds of question, with calculations told apart by output. */
export type AnswerForm = "choice" | "decimal" | "integer" | "date" | "weeks_days" | "open";

/** The wording around a question. Configuration: a run keeps it and its hash. */
export interface PromptTemplate {
  readonly name: string;
  /** Text of the system message; null for none. */
  readonly system: string | null;
  /** What is said about the answer, by its form; an empty text says nothing. */
  readonly answerForms: Readonly<Record<AnswerForm, string>>;
  /** Sentences that ask for a budget; `{tokens}` stands for the number. */
  readonly budgetSentences: { readonly exact: string; readonly maximum: string };
  /** What stands between the parts: context, question with options, answer form, budget sentence. */
  readonly separator: string;
}

const BUDGET_SENTENCES = {
  exact: "Think for {tokens} tokens.",
  maximum: "Think for at most {tokens} tokens.",
};

/** The template for language models: reasoning in `<think>`, the final answer alone in `<answer>`. */
export const defaultTemplate: PromptTemplate = {
  name: "default",
  system:
    "You answer medical questions. First work the problem out between <think> and </think>: " +
    "note the facts that matter, go through the steps, and check the result. Then write the final " +
    "answer, and nothing else, between <answer> and </answer>. Use each of the four tags once.",
  answerForms: {
    choice: "The answer is the letter of the one right option, for example <answer>B</answer>.",
    decimal: "The answer is a number in the unit that the question asks for, written without the " +
      "unit, for example <answer>12.5</answer>.",
    integer: "The answer is a whole number without words or unit, for example <answer>3</answer>.",
    date:
      "The answer is a date written month/day/year with two, two and four digits, for example " +
      "<answer>04/09/2019</answer>.",
    weeks_days: "The answer is a number of weeks and of days, written exactly like " +
      "<answer>('20 weeks', '3 days')</answer>.",
    open: "The answer is a short text that says what was asked and no more, for example " +
      "<answer>iron deficiency</answer>.",
  },
  budgetSentences: BUDGET_SENTENCES,
  separator: "\n\n",
};

/** The template for the tiny policy, which knows one format only: the question and its budget. */
export const tinyTemplate: PromptTemplate = {
  name: "tiny",
  system: null,
  answerForms: { choice: "", decimal: "", integer: "", date: "", weeks_days: "", open: "" },
  budgetSentences: BUDGET_SENTENCES,
  separator: "\n",
};

/** The form that a record's answer takes. */
export function answerForm(record: QuestionRecord): AnswerForm {
  return record.gold.kind === "calculation" ? record.gold.output : record.gold.kind;
}

function questionText(record: QuestionRecord): string {
  const options = Object.entries(record.options ?? {}).map(([letter, text]) =>
    `${letter}: ${text}`
  );
  return [record.question, ...options].join("\n");
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
 * The messages for one question: the template's system message, if it has one, and a user message of
 * context, question with one option a line (`A: text`), answer form and budget sentence. Parts that
 * are empty are left out, separators included. The gold answer never enters.
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
    record.context,
    questionText(record),
    template.answerForms[answerForm(record)],
    budgetSentence(budget, template),
  ];
  const user: ChatMessage = {
    role: "user",
    content: parts.filter((part) => part !== "").join(template.separator),
  };
  return template.system === null ? [user] : [{ role: "system", content: template.system }, user];
}

/**
 * SHA-256 of a template's canonical JSON: two runs with the same hash asked in the same words.
 *
 * @example
 * ```ts
 * import { defaultTemplate, hashTemplate, tinyTemplate } from "@terse/data";
 * import { assertNotEquals } from "@std/assert";
 * assertNotEquals(await hashTemplate(defaultTemplate), await hashTemplate(tinyTemplate));
 * ```
 */
export function hashTemplate(template: PromptTemplate): Promise<string> {
  return sha256Hex(canonicalJson({ ...template }));
}
