/**
 * How often the chains of the supervised policy go which way.
 *
 * @module
 */
import type { QuestionKind } from "../record.ts";
import type { Calculation, Fact } from "./question_plan.ts";

/** What a chain does. All but `right` and `format-slip` end in a wrong answer or in none. */
export type Strategy =
  | "right"
  | "wrong-formula"
  | "unit-kept"
  | "distractor"
  | "confusable"
  | "answer-left-out"
  | "format-slip";

/** Shares of the chains of one kind of question; the rest goes right. */
export interface KindRates {
  /** Wrong formula or unit kept (calculation), distractor (choice), confusable fact (open). */
  readonly wrong: number;
  /** Right thinking, then no answer. */
  readonly answerLeftOut: number;
  /** Right thinking and answer, but one of the thinking tags is missing. */
  readonly formatSlip: number;
}

/** Shares for every kind of question. */
export type StrategyRates = Readonly<Record<QuestionKind, KindRates>>;

/** The mix that a supervised policy learns: it answers 48 to 53 % of the questions right. */
export const DEFAULT_STRATEGY_RATES: StrategyRates = {
  calculation: { wrong: 0.40, answerLeftOut: 0.12, formatSlip: 0.06 },
  choice: { wrong: 0.40, answerLeftOut: 0.12, formatSlip: 0.06 },
  open: { wrong: 0.35, answerLeftOut: 0.12, formatSlip: 0.06 },
};

/** The course of a chain: its strategy, and which of the task's ways its thinking takes. */
export interface Course {
  readonly strategy: Strategy;
  /** Index into a calculation's methods, or 0 for the fact and 1 for the confusable one. */
  readonly way: number;
}

/**
 * The course that a draw stands for. It depends on the question's kind and number of wrong ways only.
 *
 * @param strategyDraw Uniform in [0, 1).
 * @param wayDraw Uniform in [0, 1): which wrong way, all equally likely.
 * @throws {RangeError} if a rate is below 0 or the rates of the kind sum to more than 1.
 */
export function chooseCourse(
  kind: QuestionKind,
  task: Calculation | Fact,
  rates: StrategyRates,
  strategyDraw: number,
  wayDraw: number,
): Course {
  const { wrong, answerLeftOut, formatSlip } = rates[kind];
  const sum = wrong + answerLeftOut + formatSlip;
  if (!(Math.min(wrong, answerLeftOut, formatSlip) >= 0 && sum <= 1 + 1e-9)) {
    throw new RangeError(
      `Cannot choose a strategy: the rates of ${kind} must be at least 0 and sum to at most 1: ` +
        `current value is ${JSON.stringify(rates[kind])}`,
    );
  }
  if (strategyDraw < wrong) {
    const wrongWays = task.type === "fact" ? 1 : task.methods.length - 1;
    const way = 1 + Math.floor(wayDraw * wrongWays);
    if (kind === "choice") return { strategy: "distractor", way };
    if (task.type === "fact") return { strategy: "confusable", way };
    const { name } = task.methods[way]!;
    return { strategy: name, way };
  }
  if (strategyDraw < wrong + answerLeftOut) return { strategy: "answer-left-out", way: 0 };
  if (strategyDraw < sum) return { strategy: "format-slip", way: 0 };
  return { strategy: "right", way: 0 };
}
