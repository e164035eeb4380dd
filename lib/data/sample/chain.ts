/**
 * Chains of thought with answers, as the supervised policy is to write them.
 *
 * @module
 */
import type { Budget } from "../budget.ts";
import { uniform } from "../random.ts";
import type { QuestionRecord } from "../record.ts";
import { letterOf, planOf } from "./questions.ts";
import { chooseCourse, DEFAULT_STRATEGY_RATES, type Strategy } from "./strategy.ts";
import type { StrategyRates } from "./strategy.ts";
import { chooseStyle, countPieces, type Style, type StyleMix } from "./style.ts";
import { resultText, writeThinking } from "./wording.ts";

/** One completion to imitate. */
export interface Chain {
  /** `<think>...</think><answer>...</answer>`, or what is left of it. */
  readonly text: string;
  readonly strategy: Strategy;
  /** Whether the text ends in a right answer, in good format or not. */
  readonly correct: boolean;
  readonly style: Style;
}

/** What a chain depends on beside its question and budget. */
export interface ChainOptions {
  readonly seed: number;
  /** Counts the chains of one question from 0. */
  readonly draw: number;
  /** Shares of the strategies; {@link DEFAULT_STRATEGY_RATES} where not given. */
  readonly rates?: StrategyRates;
  /** Shares of the styles; {@link EVEN_STYLES} where not given. */
  readonly styles?: StyleMix;
  /** The length that budgets are held against; words, digits and marks where not given. */
  readonly countTokens?: (text: string) => number;
}

/** Puts the tags around, and leaves out what the strategy leaves out. */
function wrap(thinking: string, answer: string, strategy: Strategy, slipDraw: number): string {
  if (strategy === "answer-left-out") return `<think>${thinking}</think>`;
  const [open, close] = strategy !== "format-slip"
    ? ["<think>", "</think>"]
    : slipDraw < 0.5
    ? ["", "</think>"]
    : ["<think>", ""];
  return `${open}${thinking}${close}<answer>${answer}</answer>`;
}

/**
 * A chain for a sample question: a pure function of its arguments. The strategy is drawn without a
 * look at the question, so that it is a free choice, made by the first word of the thinking; the style
 * obeys the budget loosely.
 *
 * @throws {RangeError} if the record is no sample question or a patient's case (split `ood`), or the
 *   rates are no shares.
 *
 * @example
 * ```ts
 * import { drawChain, generateQuestions } from "@terse/data";
 * import { assertEquals } from "@std/assert";
 * const [question] = generateQuestions({ seed: 1, split: "train", count: 1 });
 * const right = { wrong: 0, answerLeftOut: 0, formatSlip: 0 };
 * const rates = { calculation: right, choice: right, open: right };
 * const chain = drawChain(question!, { mode: "maximum", tokens: 40 }, { seed: 1, draw: 0, rates });
 * assertEquals([chain.strategy, chain.correct], ["right", true]);
 * ```
 */
export function drawChain(record: QuestionRecord, budget: Budget, options: ChainOptions): Chain {
  const { seed, draw, rates = DEFAULT_STRATEGY_RATES, countTokens = countPieces, styles } = options;
  const plan = planOf(record);
  if (plan.task.type === "case") {
    throw new RangeError(
      `Cannot write a chain: the record must be one that policies train on: current value is ` +
        `${record.id}, a patient's case`,
    );
  }
  const { task } = plan;
  const drawFor = (purpose: string) => uniform(`sample ${purpose}`, seed, record.id, draw);
  const { strategy, way } = chooseCourse(
    plan.kind,
    task,
    rates,
    drawFor("strategy"),
    drawFor("wrong way"),
  );
  const result = resultText(task, way);
  const letter = plan.options === null ? null : letterOf(plan.options, result);
  const slipDraw = drawFor("slip");
  const write = (style: Style) =>
    wrap(writeThinking(task, way, style, letter), letter ?? result, strategy, slipDraw);
  const style = chooseStyle(budget, countTokens(write("verbose")), drawFor("style"), styles);
  return {
    text: write(style),
    strategy,
    correct: strategy === "right" || strategy === "format-slip",
    style,
  };
}
