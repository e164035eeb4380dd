/**
 * Batches to measure with.
 *
 * @module
 */
import type { QuestionRecord } from "@terse/data";
import type { RewardBatch } from "@terse/rewards";

const IDS = Array.from({ length: 600 }, (_, i) => i);

/** A batch of completions with a maximum of 500 tokens; 600 are used. */
export function batchOf(
  completions: readonly string[],
  records: readonly QuestionRecord[],
  rest: Partial<RewardBatch> = {},
): RewardBatch {
  return {
    prompts: completions.map(() => "<|im_start|>assistant\n"),
    completions,
    completionIds: completions.map(() => IDS),
    records,
    budgets: completions.map(() => ({ mode: "exact", tokens: 500 })),
    thinkingTokens: completions.map(() => 500),
    answerTokens: completions.map(() => 100),
    groups: completions.map((_, i) => i),
    finishReasons: completions.map(() => "stop"),
    step: 1,
    ...rest,
  };
}
