/**
 * Grading of calculated answers.
 *
 * @module
 */
import type { GoldAnswer, QuestionRecord } from "@terse/data";
import { GoldAnswerError } from "../gold_answer_error.ts";
import { readDate, readWeeksDays } from "./calendar.ts";
import { readNumber } from "./number.ts";

/** The gold answer of a calculation. */
export type CalculationGold = Extract<GoldAnswer, { kind: "calculation" }>;

/** MedCalc-Bench's tolerance for decimals, used for a limit that a record leaves out. */
const DEFAULT_TOLERANCE = 0.05;

/** Rounds half to even, as Python's round() does, which MedCalc-Bench grades with. */
function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

function goldNumber(record: QuestionRecord, gold: CalculationGold): number {
  const value = readNumber(gold.answer);
  if (value === null) {
    throw new GoldAnswerError(record, "gold.answer", "be one number", gold.answer);
  }
  return value;
}

/**
 * The closed interval that counts as right. A limit left out is 5 % off the gold answer.
 *
 * @throws {GoldAnswerError} If the limits are swapped or not finite, or a missing limit would have
 * to come from a gold answer that is no number.
 */
export function acceptedInterval(
  record: QuestionRecord,
  gold: CalculationGold,
): { readonly lower: number; readonly upper: number } {
  let { lower, upper } = gold;
  if (lower === null || upper === null) {
    const value = goldNumber(record, gold);
    const slack = Math.abs(value) * DEFAULT_TOLERANCE;
    lower ??= value - slack;
    upper ??= value + slack;
  }
  if (!Number.isFinite(lower) || !Number.isFinite(upper) || lower > upper) {
    throw new GoldAnswerError(record, "gold.lower, gold.upper", "be finite and in order", [
      lower,
      upper,
    ]);
  }
  return { lower, upper };
}

/**
 * True if the answer is right by MedCalc-Bench's rules (arXiv 2406.12036): decimals within the
 * limits, ends included; integers if they round (half to even) to the gold answer; dates as dates;
 * weeks and days as a length of time.
 *
 * Deviation from Med-U1 as released, which parses the whole answer as a number and otherwise
 * compares text, and holds integers to the limits too.
 *
 * @throws {GoldAnswerError} If the gold answer or its limits cannot be used.
 */
export function isRightCalculation(
  answer: string,
  record: QuestionRecord,
  gold: CalculationGold,
): boolean {
  switch (gold.output) {
    case "date": {
      const truth = readDate(gold.answer);
      if (truth === null) {
        throw new GoldAnswerError(record, "gold.answer", "be one date", gold.answer);
      }
      return readDate(answer) === truth;
    }
    case "weeks_days": {
      const truth = readWeeksDays(gold.answer);
      if (truth === null) {
        throw new GoldAnswerError(record, "gold.answer", "be weeks and days", gold.answer);
      }
      return readWeeksDays(answer) === truth;
    }
    case "integer": {
      const truth = goldNumber(record, gold);
      const value = readNumber(answer);
      return value !== null && roundHalfEven(value) === truth;
    }
    case "decimal": {
      const { lower, upper } = acceptedInterval(record, gold);
      const value = readNumber(answer);
      return value !== null && lower <= value && value <= upper;
    }
  }
}
