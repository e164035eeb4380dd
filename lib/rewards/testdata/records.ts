/**
 * Hand-made records for tests.
 *
 * @module
 */
import type { CalculationOutput, GoldAnswer, QuestionRecord } from "@terse/data";
import { extractAnswer, thinkingText } from "../corrected/tags.ts";
import type { RewardBatch } from "../reward.ts";

/** A record around a gold answer. */
export function makeRecord(
  gold: GoldAnswer,
  options: Readonly<Record<string, string>> | null = null,
): QuestionRecord {
  return {
    id: "t-1",
    source: "test",
    question: "What is it?",
    context: "",
    options,
    gold,
    split: "test",
    licence: "CC0-1.0",
    tags: [],
  };
}

/** Options for {@link choiceRecord}; "vitamin C" and "hepatitis B vaccine" name letters in their texts. */
export const OPTIONS = {
  A: "Salt tablets",
  B: "Hepatitis B vaccine",
  C: "Insulin vials",
  D: "Vitamin C",
  E: "E. coli",
};

/** A choice whose answer is C. */
export const choiceRecord: QuestionRecord = makeRecord({ kind: "choice", letter: "C" }, OPTIONS);

/** A calculation record. */
export function calculationRecord(
  answer: string,
  output: CalculationOutput,
  lower: number | null = null,
  upper: number | null = null,
): QuestionRecord {
  return makeRecord({ kind: "calculation", answer, lower, upper, output });
}

/** An open question's record. */
export function openRecord(answer: string): QuestionRecord {
  return makeRecord({ kind: "open", answer });
}

/** A completion in perfect format. */
export function tagged(answer: string): string {
  return `<think>Some thought.</think><answer>${answer}</answer>`;
}

/** A batch of completions of one group, without prompts and budgets; a token is a character. */
export function makeBatch(
  completions: readonly string[],
  records: readonly QuestionRecord[],
  rest: Partial<RewardBatch> = {},
): RewardBatch {
  return {
    prompts: completions.map(() => "<|im_start|>assistant\n"),
    completions,
    completionIds: completions.map((text) => Array.from(text, (_, i) => i)),
    records,
    budgets: completions.map(() => ({ mode: "none" })),
    thinkingTokens: completions.map((text) => thinkingText(text).length),
    answerTokens: completions.map((text) => extractAnswer(text)?.length ?? 0),
    groups: completions.map(() => 0),
    finishReasons: completions.map(() => "stop"),
    step: 1,
    ...rest,
  };
}
