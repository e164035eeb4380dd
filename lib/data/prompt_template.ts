/**
 * The wording around a question: configuration with a hash.
 *
 * @module
 */

import { canonicalJson, sha256Hex } from "./canonical_json.ts";

/** What an answer looks like: the three kinds of question, with calculations told apart by output. */
export type AnswerForm = "choice" | "decimal" | "integer" | "date" | "weeks_days" | "open";

/** A question and its reply, as earlier turns of the chat. */
export interface WorkedExample {
  /** All that the user says, budget sentence included. */
  readonly question: string;
  readonly reply: string;
}

/** The wording around a question. Configuration: a run keeps it and its hash. */
export interface PromptTemplate {
  readonly name: string;
  /**
   * How the parts become a prompt. `corrected`: parts that are empty are left out, separators included,
   * and the chat is written once. `asReleased`: empty parts and their separators stay, and the finished
   * chat is written again as the user's message of another chat, as Med-U1's released trainer does.
   */
  readonly profile: "corrected" | "asReleased";
  /** Text of the system message; null for none. */
  readonly system: string | null;
  /** Turns before the question that show a model how to reply; none if left out. */
  readonly examples?: readonly WorkedExample[] | undefined;
  /** A question with its passage, for `{context}` and `{question}`; without one it stands alone. */
  readonly passage: string;
  /** What is said about the answer, by its form; an empty text says nothing. */
  readonly answerForms: Readonly<Record<AnswerForm, string>>;
  /** Sentences that ask for a budget; `{tokens}` stands for the number. */
  readonly budgetSentences: { readonly exact: string; readonly maximum: string };
  /** What stands between the parts: question with passage and options, answer form, budget sentence. */
  readonly separator: string;
}

const BUDGET_SENTENCES = {
  exact: "Think for {tokens} tokens.",
  maximum: "Think for at most {tokens} tokens.",
};

/** The template for language models: reasoning in `<think>`, the final answer alone in `<answer>`. */
export const defaultTemplate: PromptTemplate = {
  name: "default",
  profile: "corrected",
  system:
    "You answer medical questions. First work the problem out between <think> and </think>: " +
    "note the facts that matter, go through the steps, and check the result. Then write the final " +
    "answer, and nothing else, between <answer> and </answer>. Use each of the four tags once.",
  passage: "{context}\n\n{question}",
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
  profile: "corrected",
  system: null,
  passage: "{context}\n{question}",
  answerForms: { choice: "", decimal: "", integer: "", date: "", weeks_days: "", open: "" },
  budgetSentences: BUDGET_SENTENCES,
  separator: "\n",
};

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
  const { examples, ...wording } = template;
  // Without examples the hash is what it was before templates could have any.
  const shown = examples === undefined ? {} : { examples: examples.map((turn) => ({ ...turn })) };
  return sha256Hex(canonicalJson({ ...wording, ...shown }));
}
