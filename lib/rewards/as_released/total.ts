/**
 * The released reward: format + answer + length, and where the trainer puts it.
 *
 * @module
 */
import { maximumTerm } from "../length/budget_terms.ts";
import {
  type ReleasedItem,
  releasedQuestion,
  type ReleasedSettings,
  scoreReleasedAnswer,
} from "./question_scores.ts";
import { hasReleasedFormat, splitSolution } from "./solution.ts";

/** The released answer score where there is no answer or an empty one. */
export const NO_ANSWER_SCORE: number = -2;

/** Med-U1's denominators of the length terms, in tokens. */
export const RELEASED_TOLERANCE = { exact: 1500, maximum: 500 } as const;

/** The released code's budget and the tokens used. */
export interface ReleasedLength {
  /** -1 none, 0 or more exact, below -1 minus the maximum. A maximum of 1 cannot be said. */
  readonly numTokens: number;
  /** All response tokens, tags and end token included. */
  readonly usedTokens: number;
}

/** The released reward of one solution string; `answer` includes the length term. */
export interface ReleasedReward {
  /** +1 or -1. */
  readonly format: number;
  /** Answer score plus length term; -2 without an answer. */
  readonly answer: number;
  /** Format plus answer, in [-3, 3]. */
  readonly total: number;
}

/**
 * The released length function before the caller clips it (medical_score.py, lines 13-31): without
 * bounds for exact budgets, within [-1, 1] for maxima.
 */
export function releasedRawLengthTerm({ numTokens, usedTokens }: ReleasedLength): number {
  if (numTokens < 0) return maximumTerm(usedTokens, -numTokens, RELEASED_TOLERANCE.maximum);
  return 1 - Math.abs(usedTokens - numTokens) / RELEASED_TOLERANCE.exact;
}

/** The released length term within [-1, 1] (medical_score.py, lines 13-31 and 335-344); 0 without budget. */
export function releasedLengthTerm({ numTokens, usedTokens }: ReleasedLength): number {
  if (numTokens === -1) return 0;
  return Math.max(-1, Math.min(1, releasedRawLengthTerm({ numTokens, usedTokens })));
}

/** The released format score, +1 or -1 (medical_score.py, lines 157-200 and 277-279). */
export function scoreReleasedFormat(solution: string, checkThink: boolean): number {
  const { answer, processed } = splitSolution(solution);
  return (checkThink ? hasReleasedFormat(processed) : answer !== null) ? 1 : -1;
}

/**
 * The released reward of prompt + response (medical_score.py, lines 232-366). The data
 * source is looked at only if an answer was found.
 *
 * @throws {PythonError} Where the released code raises.
 *
 * @example
 * ```ts
 * import { asReleased, scoreReleased } from "@terse/rewards";
 * import { assertEquals } from "@std/assert";
 * const item = { dataSource: "MedIQ", groundTruth: "C", lower: null, upper: null };
 * const solution = "<|im_start|>assistant\n<think>x</think><answer>C</answer>";
 * const length = { numTokens: 100, usedTokens: 850 };
 * assertEquals(scoreReleased(solution, item, asReleased.settings, length).total, 2.5);
 * ```
 */
export function scoreReleased(
  solution: string,
  item: ReleasedItem,
  settings: ReleasedSettings,
  length: ReleasedLength,
): ReleasedReward {
  const format = scoreReleasedFormat(solution, settings.checkThink);
  const extracted = splitSolution(solution).answer;
  const answer = extracted === null || extracted === ""
    ? NO_ANSWER_SCORE
    : scoreReleasedAnswer(extracted, releasedQuestion(item), settings) + releasedLengthTerm(length);
  return { format, answer, total: format + answer };
}

/**
 * A row of the released reward tensor: the total as float32 at the last valid token of T slots, and
 * for an empty response at the last slot, which is padding (reward_manager.py, line 83).
 *
 * @param total The reward.
 * @param usedTokens Valid tokens of the response.
 * @param slots T, the padded length of responses.
 */
export function placeReleasedReward(
  total: number,
  usedTokens: number,
  slots: number,
): Float32Array {
  const row_T = new Float32Array(slots);
  row_T[usedTokens === 0 ? slots - 1 : usedTokens - 1] = total;
  return row_T;
}
