/**
 * Questions with a right and a wrong answer, and the completions that an audit makes of them.
 *
 * @module
 */
import type { Budget, QuestionRecord } from "@terse/data";

/** A question of an audit. */
export interface AuditQuestion {
  readonly record: QuestionRecord;
  /** The gold answer as text. */
  readonly right: string;
  /** An answer that no rule may take for right. */
  readonly wrong: string;
}

/** A completion to be scored. */
export interface AuditSample {
  /** What it stands for. */
  readonly label: string;
  readonly question: AuditQuestion;
  readonly completion: string;
  /** Tokens that it counts as; the text has about as many words. */
  readonly lengthTokens: number;
  readonly budget: Budget;
  /** A prompt of its own; by default {@link promptOf} its record. */
  readonly prompt?: string;
}

/** Words that tell nothing, to think with. */
const FILLER = "so the findings fit together step by step and nothing speaks against them yet"
  .split(" ");

/** A wrong answer in free text, as many words as it takes. */
const UNRELATED =
  "Photosynthesis turns sunlight into sugar while rivers carve valleys through chalk".split(" ");

/** Words that lie in cyclic order. */
function cycle(words: readonly string[], count: number): string {
  return Array.from({ length: count }, (_, i) => words[i % words.length]!).join(" ");
}

function countWords(text: string): number {
  return text.split(/\s+/).filter((word) => word !== "").length;
}

function wrongCalculation(record: QuestionRecord): string {
  const { gold } = record;
  if (gold.kind !== "calculation") return "";
  if (gold.output === "date") return gold.answer.includes("1999") ? "03/04/1998" : "03/04/1999";
  if (gold.output === "weeks_days") return "('61 weeks', '2 days')";
  const value = Number(gold.answer);
  const high = Math.max(Math.abs(value), Math.abs(gold.lower ?? 0), Math.abs(gold.upper ?? 0));
  return String(Math.ceil(3 * high) + 7);
}

/** The question with its answers; null for a choice without a second option. */
export function auditQuestion(record: QuestionRecord): AuditQuestion | null {
  const { gold } = record;
  switch (gold.kind) {
    case "choice": {
      const letters = Object.keys(record.options ?? { A: "", B: "" });
      const wrong = letters.find((letter) => letter !== gold.letter);
      return wrong === undefined ? null : { record, right: gold.letter, wrong };
    }
    case "calculation":
      return { record, right: gold.answer, wrong: wrongCalculation(record) };
    case "open":
      return { record, right: gold.answer, wrong: cycle(UNRELATED, countWords(gold.answer)) };
  }
}

/** Tokens around thinking and answer: the four tags. */
const TAG_TOKENS = 4;

/** A completion in format with an answer, thinking to about `lengthTokens`. */
export function completionOf(answer: string, lengthTokens: number): string {
  const thinking = Math.max(3, lengthTokens - countWords(answer) - TAG_TOKENS);
  return `<think>${cycle(FILLER, thinking)}</think>\n<answer>${answer}</answer>`;
}

/** A sample in format. */
export function answerSample(
  label: string,
  question: AuditQuestion,
  answer: string,
  lengthTokens: number,
  budget: Budget,
): AuditSample {
  return { label, question, completion: completionOf(answer, lengthTokens), lengthTokens, budget };
}

/** A sample of a completion as it stands, as long as it has words. */
export function rawSample(
  label: string,
  question: AuditQuestion,
  completion: string,
  budget: Budget,
): AuditSample {
  return { label, question, completion, lengthTokens: Math.max(1, countWords(completion)), budget };
}

/** A prompt in the chat template of the Qwen models, whatever model is trained later. */
export function promptOf({ question, context, options }: QuestionRecord): string {
  const choices = Object.entries(options ?? {}).map(([letter, text]) => `\n${letter}: ${text}`);
  const body = `${context === "" ? "" : `${context}\n`}${question}${choices.join("")}`;
  return `<|im_start|>user\n${body}<|im_end|>\n<|im_start|>assistant\n`;
}
