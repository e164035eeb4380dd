/**
 * Completions of free text, made for the benchmark.
 *
 * @module
 */
import { type QuestionRecord, uniformInteger } from "@terse/data";

/** One completion with all that scores it. */
export interface BenchItem {
  readonly prompt: string;
  readonly completion: string;
  readonly reference: string;
  readonly usedTokens: number;
  readonly budgetTokens: number;
}

const WORDS =
  `the patient has a low level of iron in blood and should take one tablet with juice since
vitamin C keeps it soluble gut wall acute renal failure is less likely because creatinine 1.2 mg/dL was
normal (no fever), so beta-blocker therapy can't be given; blood pressure 120/80 mmHg improves two days
later.`.split(/\s+/);

function sentence(words: number, ...key: [string, number]): string {
  return Array.from(
    { length: words },
    (_, i) => WORDS[uniformInteger(0, WORDS.length - 1, ...key, i)]!,
  ).join(" ");
}

/**
 * Completions of a given size: thinking that fills it up, and an answer that keeps four fifths of its
 * reference's words.
 *
 * @param characters Of each completion.
 * @param answerWords Of each answer and reference.
 */
export function makeItems(count: number, characters: number, answerWords: number): BenchItem[] {
  return Array.from({ length: count }, (_, i) => {
    const reference = sentence(answerWords, "bench reference", i);
    const answer = reference.split(" ").map((word, j) =>
      uniformInteger(0, 4, "bench keeps", i, j) === 0 ? WORDS[(i + j) % WORDS.length]! : word
    ).join(" ");
    const rest = `</think>\n<answer>${answer}</answer>`;
    const thinking = sentence(characters, "bench thinking", i);
    return {
      prompt: "<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n",
      completion: `<think>${thinking.slice(0, characters - rest.length - "<think>".length)}${rest}`,
      reference,
      usedTokens: uniformInteger(100, 900, "bench tokens", i),
      budgetTokens: 500,
    };
  });
}

/** The question of an item. */
export function recordOf({ reference }: BenchItem, index: number): QuestionRecord {
  return {
    id: String(index),
    source: "bench",
    question: "Why?",
    context: "",
    options: null,
    gold: { kind: "open", answer: reference },
    split: "test",
    licence: "MIT",
    tags: [],
  };
}
