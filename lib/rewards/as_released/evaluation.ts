/**
 * The released accuracies: validation while training, and offline.
 *
 * @module
 */
import { exactMatchScore, mergeScore, rougeLScore } from "./open_metrics.ts";
import { PythonUnboundLocalError, PythonZeroDivisionError } from "./python_error.ts";
import {
  isReleasedCalculation,
  openReference,
  RELEASED_SOURCES,
  type ReleasedItem,
  releasedQuestion,
} from "./question_scores.ts";
import { lastBetween, splitSolution } from "./solution.ts";

/** Sources of choices that the released offline evaluation knows. */
export const OFFLINE_CHOICE_SOURCES = [...RELEASED_SOURCES.choice, "MMLU-Pro"] as const;

function isCalculationSource({ dataSource }: ReleasedItem): boolean {
  return (RELEASED_SOURCES.calculation as readonly string[]).includes(dataSource);
}

/**
 * The released validation score, 1 or 0, whatever the format (medical_score.py, lines 467-592). A
 * calculation without answer is right if its truth is null: both are shown as "None".
 *
 * @param item Its source need not be known if there is no answer; the score is then 0.
 * @param mergeThreshold The Merge score, between 0 and 50.5, that free text must exceed.
 * @throws {PythonError} Where the released code raises.
 */
export function validateReleased(
  solution: string,
  item: ReleasedItem,
  mergeThreshold: number,
): 0 | 1 {
  const { answer } = splitSolution(solution);
  if (isCalculationSource(item)) return isReleasedCalculation(answer, item) ? 1 : 0;
  if (answer === null || answer === "") return 0;
  const question = releasedQuestion(item);
  if (question.kind === "choice") return answer === question.groundTruth ? 1 : 0;
  return mergeScore(openReference(question), answer) > mergeThreshold ? 1 : 0;
}

/**
 * The released validation metrics by data source: `val/test_acc/<source>`, the mean of score > 0, and
 * `val/test_score/<source>`, the mean (ray_trainer.py, lines 446-457).
 *
 * @example
 * ```ts
 * import { aggregateValidation } from "@terse/rewards";
 * import { assertEquals } from "@std/assert";
 * const metrics = aggregateValidation([
 *   { dataSource: "MedIQ", score: 1 },
 *   { dataSource: "MedIQ", score: 0 },
 * ]);
 * assertEquals(metrics["val/test_acc/MedIQ"], 0.5);
 * ```
 */
export function aggregateValidation(
  samples: readonly { readonly dataSource: string; readonly score: number }[],
): Record<string, number> {
  const scoresBySource = new Map<string, number[]>();
  for (const { dataSource, score } of samples) {
    scoresBySource.set(dataSource, [...scoresBySource.get(dataSource) ?? [], score]);
  }
  const metrics: Record<string, number> = {};
  for (const [source, scores] of scoresBySource) {
    metrics[`val/test_acc/${source}`] = scores.filter((score) => score > 0).length / scores.length;
    metrics[`val/test_score/${source}`] = scores.reduce((a, b) => a + b, 0) / scores.length;
  }
  return metrics;
}

/** What the released offline evaluation grades, and the response it came from. */
export interface OfflineResponse {
  /** What is graded. */
  readonly generated: string;
  /** The text after the header, or the whole text without one. */
  readonly full: string;
}

/**
 * The text that the released offline evaluation grades (vllm_inference.py, lines 73-106): the
 * answer, else what stands between two closing tags, else the whole text after the header.
 */
export function extractOffline(solution: string): OfflineResponse {
  const { answer, processed, hasHeader } = splitSolution(solution);
  const fallback = hasHeader ? lastBetween(processed, "</answer>", "</answer>") : null;
  return { generated: (answer ?? fallback) || processed, full: processed };
}

/**
 * The released offline score: 1 or 0 for choices and calculations, 0 to 100 for free text.
 *
 * @param metric "EMS" or "Rouge-L".
 * @throws {PythonError} Where the released code raises; so for any other metric.
 */
export function scoreOffline(
  generated: string,
  item: ReleasedItem,
  metric: string,
): number {
  if (isCalculationSource(item)) return isReleasedCalculation(generated, item) ? 1 : 0;
  // An empty response is 0 before source and metric are looked at.
  if (generated === "") return 0;
  const question = releasedQuestion(item, OFFLINE_CHOICE_SOURCES);
  if (question.kind === "choice") return generated === question.groundTruth ? 1 : 0;
  const reference = openReference(question);
  if (metric === "EMS") return Number(exactMatchScore(reference, generated));
  if (metric === "Rouge-L") return Number(rougeLScore(reference, generated));
  throw new PythonUnboundLocalError(`The released code scores nothing by metric "${metric}"`);
}

/**
 * The released "pass_at_1": the mean of all scores, 0/1 and 0 to 100 together.
 *
 * @throws {PythonZeroDivisionError} If there are no scores.
 */
export function averageOffline(scores: readonly number[]): number {
  if (scores.length === 0) throw new PythonZeroDivisionError("No scores to average");
  return scores.reduce((a, b) => a + b, 0) / scores.length;
}
