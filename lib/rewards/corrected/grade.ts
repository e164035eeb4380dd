/**
 * Right or wrong, for every kind of question.
 *
 * @module
 */
import type { QuestionRecord } from "@terse/data";
import { GoldAnswerError } from "../gold_answer_error.ts";
import type { Fraction01 } from "../scale.ts";
import { isRightCalculation } from "./calculation.ts";
import { readChoice } from "./choice.ts";
import { DEFAULT_OPEN_THRESHOLD, isRightText, rougeL } from "./open_text.ts";
import { extractAnswer, hasFormat } from "./tags.ts";

/**
 * True if the completion's answer is right under the corrected rules. Only the answer's tags are
 * asked for, not the rest of the format.
 *
 * @param openThreshold ROUGE-L from which free text is right.
 * @throws {GoldAnswerError} If the record's gold answer cannot be used.
 *
 * @example
 * ```ts
 * import { goldCompletion, isCorrect } from "@terse/rewards";
 * import type { QuestionRecord } from "@terse/data";
 * import { assert } from "@std/assert";
 * const record: QuestionRecord = {
 *   id: "1", source: "example", question: "What is 40 kg in pounds?", context: "", options: null,
 *   gold: { kind: "calculation", answer: "88.185", lower: 83.776, upper: 92.594, output: "decimal" },
 *   split: "train", licence: "CC0-1.0", tags: [],
 * };
 * assert(isCorrect("<answer>about 88 lb</answer>", record));
 * ```
 */
export function isCorrect(
  completion: string,
  record: QuestionRecord,
  openThreshold: Fraction01 = DEFAULT_OPEN_THRESHOLD,
): boolean {
  const answer = extractAnswer(completion);
  if (answer === null) return false;
  const { gold } = record;
  switch (gold.kind) {
    case "choice":
      return readChoice(answer, record.options) === gold.letter.toUpperCase();
    case "calculation":
      return isRightCalculation(answer, record, gold);
    case "open":
      return isRightText(answer, gold.answer, openThreshold);
  }
}

/**
 * The completion's score in [-1, 1]: +1 for a right choice or calculation, -1 for a wrong or missing answer;
 * for free text 2 x ROUGE-L - 1, so that a copy of the reference alone earns +1 and a part of it less.
 *
 * @throws {GoldAnswerError} If the record's gold answer cannot be used.
 *
 * @example
 * ```ts
 * import { scoreCorrected } from "@terse/rewards";
 * import type { QuestionRecord } from "@terse/data";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 * const record: QuestionRecord = {
 *   id: "1", source: "example", question: "What is it?", context: "", options: null,
 *   gold: { kind: "open", answer: "Acute renal failure." },
 *   split: "train", licence: "CC0-1.0", tags: [],
 * };
 * assertEquals(scoreCorrected("<answer>acute renal failure</answer>", record), 1);
 * assertAlmostEquals(scoreCorrected("<answer>renal failure</answer>", record), 0.6, 1e-12);
 * ```
 */
export function scoreCorrected(completion: string, record: QuestionRecord): number {
  const { gold } = record;
  if (gold.kind !== "open") return isCorrect(completion, record) ? 1 : -1;
  const answer = extractAnswer(completion);
  return answer === null ? -1 : 2 * Number(rougeL(gold.answer, answer)) - 1;
}

/**
 * The completion that gives a record's gold answer in perfect format. It earns full marks for every
 * usable record.
 */
export function goldCompletion(record: QuestionRecord): string {
  const { gold } = record;
  const answer = gold.kind === "choice" ? gold.letter : gold.answer;
  return `<think>The answer is known.</think>\n<answer>${answer}</answer>`;
}

/**
 * Checks that a record can be graded: its gold answer, written in tags, must earn full marks.
 *
 * @throws {GoldAnswerError} If the gold answer is blank, holds tags, names no option, is not of its
 * output type, or lies outside its limits; or if the limits are swapped.
 */
export function validateGold(record: QuestionRecord): void {
  const { gold } = record;
  const completion = goldCompletion(record);
  const answer = gold.kind === "choice" ? gold.letter : gold.answer;
  if (!hasFormat(completion)) {
    throw new GoldAnswerError(record, "gold.answer", "be text without tags, not blank", answer);
  }
  if (isCorrect(completion, record)) return;
  const rule = {
    choice: "name one of the options",
    calculation: "be of its output type and lie within gold.lower and gold.upper",
    open: "be at most 20,000 characters",
  }[gold.kind];
  throw new GoldAnswerError(
    record,
    gold.kind === "choice" ? "gold.letter" : "gold.answer",
    rule,
    answer,
  );
}
