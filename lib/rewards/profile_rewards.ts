/**
 * Format and answer rewards under either profile.
 *
 * @module
 */
import type { QuestionRecord } from "@terse/data";
import { type ReleasedQuestion, scoreReleasedAnswer } from "./as_released/question_scores.ts";
import { splitSolution } from "./as_released/solution.ts";
import { NO_ANSWER_SCORE, scoreReleasedFormat } from "./as_released/total.ts";
import { isCorrect, scoreCorrected } from "./corrected/grade.ts";
import { extractAnswer, hasFormat } from "./corrected/tags.ts";
import { corrected, type RewardProfile } from "./profile.ts";
import {
  type RewardBatch,
  rewardEach,
  type RewardFunction,
  type ScoreThreshold,
} from "./reward.ts";

/** The record as the released graders see it. */
function questionAsReleased({ gold }: QuestionRecord): ReleasedQuestion {
  switch (gold.kind) {
    case "choice":
      return { kind: "choice", groundTruth: gold.letter, lower: null, upper: null };
    case "calculation":
      return {
        kind: "calculation",
        groundTruth: gold.answer,
        lower: gold.lower,
        upper: gold.upper,
      };
    case "open":
      return { kind: "open", groundTruth: gold.answer, lower: null, upper: null };
  }
}

/** Prompt and completion in one string, which is what the released code grades. */
function solutionText(batch: RewardBatch, index: number): string {
  return batch.prompts[index]! + batch.completions[index]!;
}

/** The answer that a profile finds in a completion, or null. */
export function answerOf(batch: RewardBatch, index: number, profile: RewardProfile): string | null {
  if (profile.name === "corrected") return extractAnswer(batch.completions[index]!);
  return splitSolution(solutionText(batch, index)).answer || null;
}

/**
 * True if completion `index`'s answer is right, for gates and accuracies. Corrected: {@link isCorrect}. As
 * released: its score is above 0.
 *
 * @throws {GoldAnswerError} If the corrected rules cannot use the record.
 * @throws {PythonError} Where the released code raises.
 */
export function isRight(batch: RewardBatch, index: number, profile: RewardProfile): boolean {
  if (profile.name === "asReleased") return scoreAnswer(batch, index, profile) > 0;
  return isCorrect(batch.completions[index]!, batch.records[index]!, profile.openThreshold);
}

/**
 * Score of completion `index`'s answer. Corrected: +1 right, -1 wrong or none, and in between for free text
 * ({@link scoreCorrected}). As released: +1 or -1 (other values by settings), -2 for none.
 *
 * @throws {GoldAnswerError} If the corrected rules cannot use the record.
 * @throws {PythonError} Where the released code raises.
 */
export function scoreAnswer(batch: RewardBatch, index: number, profile: RewardProfile): number {
  const record = batch.records[index]!;
  if (profile.name === "corrected") {
    return scoreCorrected(batch.completions[index]!, record);
  }
  const answer = answerOf(batch, index, profile);
  if (answer === null) return NO_ANSWER_SCORE;
  return scoreReleasedAnswer(answer, questionAsReleased(record), profile.settings);
}

/**
 * Reward for the tags: +1 if they are in order, else -1 (Med-U1, arXiv 2506.12307, section 3).
 *
 * @param profile Whose rules; the corrected ones look at the completion alone.
 *
 * @example
 * ```ts
 * import { asReleased, formatReward } from "@terse/rewards";
 * const components = [
 *   { name: "format", weight: 1, reward: formatReward() },
 *   { name: "format_as_released", weight: 0, reward: formatReward(asReleased) },
 * ];
 * ```
 */
export function formatReward(profile: RewardProfile = corrected): RewardFunction {
  return rewardEach((batch, index) => {
    if (profile.name === "corrected") return hasFormat(batch.completions[index]!) ? 1 : -1;
    return scoreReleasedFormat(solutionText(batch, index), profile.settings.checkThink);
  });
}

/** What a profile's grader of free text holds against a threshold, and on which scales. */
function openThresholds(profile: RewardProfile): readonly ScoreThreshold[] {
  if (profile.name === "corrected") {
    const terms = [{ name: "ROUGE-L", low: 0, high: 1 }];
    return [{ threshold: Number(profile.openThreshold), terms }];
  }
  const { rewardMetric, rewardType, bleuThreshold } = profile.settings;
  if (rewardType !== "discrete") return [];
  const ems = { name: "EMS", low: 0, high: 100 }, bleu = { name: "BLEU", low: 0, high: 1 };
  const halves = [{ ...ems, high: 50 }, { ...bleu, high: 0.5 }];
  const terms = { EMS: [ems], BLEU: [bleu], Merge: halves }[rewardMetric as string];
  return terms === undefined ? [] : [{ threshold: bleuThreshold, terms }];
}

/**
 * Reward for the answer (Med-U1, arXiv 2506.12307, section 3), by the gold answer's kind.
 *
 * Corrected: +1 right, -1 wrong or missing, for free text 2 x ROUGE-L - 1; a missing answer costs no more
 * than a wrong one (deviation: released -2), so that the reward's range stays the same. As released: the kind of the
 * gold answer chooses the grader where the released code goes by the data source's name.
 *
 * @param profile Whose rules.
 * @returns A reward that fails completion by completion where a record cannot be graded.
 */
export function answerReward(profile: RewardProfile = corrected): RewardFunction {
  const reward = rewardEach((batch, index) => scoreAnswer(batch, index, profile));
  return Object.assign(reward, { thresholds: openThresholds(profile) });
}
