/**
 * Evaluation of a policy on questions that it was not trained on: the kinds it knows (`test`) and kinds
 * it has never seen (`ood`).
 *
 * @module
 */

import type { QuestionKind, QuestionRecord } from "@terse/data";
import { hasFormat, isCorrect, type RewardComponent, scoreBatch } from "@terse/rewards";
import {
  type PreparedQuestion,
  type PromptInput,
  rewardBatch,
  type Rollout,
  type Tokenizer,
} from "@terse/rl";

/** Splits that are evaluated. */
export const EVALUATED_SPLITS = ["test", "ood"] as const;

/** A split that is evaluated. */
export type EvaluatedSplit = (typeof EVALUATED_SPLITS)[number];

/** What was asked: the columns of an evaluation's table that do not depend on the completion. */
export interface QuestionColumns {
  readonly split: EvaluatedSplit;
  readonly prompt_id: string;
  /** From 0, among the completions of the question. */
  readonly sample: number;
  readonly source: string;
  readonly kind: QuestionKind;
  readonly question: string;
  readonly prompt: string;
  readonly budget_mode: string;
  readonly budget_tokens: number | null;
  readonly gold: string;
}

/** How a completion was graded. */
export interface Grade {
  /** By the corrected rules of `isCorrect`. */
  readonly correct: boolean;
  readonly format_ok: boolean;
}

/** One completion of one question: a row of `evaluation.parquet`. */
export interface EvaluationRow extends QuestionColumns, Grade {
  readonly completion: string;
  /** Tokens sampled, the end token included. */
  readonly tokens: number;
  readonly thinking_tokens: number;
  readonly finish_reason: string;
  readonly reward: number;
}

/** Number, accuracy (0 .. 1) and mean tokens of some rows. */
export interface PartSummary {
  readonly n: number;
  readonly accuracy: number;
  readonly meanTokens: number;
}

/** What a split comes to. Shares are 0 .. 1, lengths in tokens. */
export interface SplitSummary extends PartSummary {
  /** Questions; each has `samples` completions. */
  readonly n: number;
  readonly samples: number;
  readonly meanThinkingTokens: number;
  /** Mean of {@linkcode overrunTokens} over the completions asked for a length; null if none was. */
  readonly meanOverrunTokens: number | null;
  readonly formatRate: number;
  readonly clippedRatio: number;
  /** By the rewards of the reference arm, whichever arm was trained. */
  readonly meanReward: number;
  readonly byKind: Readonly<Record<string, PartSummary>>;
  readonly bySource: Readonly<Record<string, PartSummary>>;
}

/** Content of `evaluation.json`. A split without questions is left out. */
export interface Evaluation {
  /** Training steps of the policy evaluated. */
  readonly step: number;
  readonly splits: Readonly<Partial<Record<EvaluatedSplit, SplitSummary>>>;
}

/** What {@linkcode evaluatePolicy} needs. */
export interface EvaluationTask {
  readonly questions: Readonly<Record<EvaluatedSplit, readonly PreparedQuestion[]>>;
  readonly step: number;
  /** Questions sampled at a time. */
  readonly batchSize: number;
  /** Samples the policy: one group for each prompt, in order. */
  readonly sample: (prompts: readonly PromptInput[]) => Promise<Rollout[]>;
  /** The yardstick of `reward`: the same for all arms, or their means could not be compared. */
  readonly rewards: readonly RewardComponent[];
  /** Seconds that a reward may take for a batch. */
  readonly timeLimitSeconds: number;
  /** Counts the tokens of thinking and answer. */
  readonly tokenizer: Tokenizer;
  /** Told of questions done after each batch. */
  readonly onProgress: (done: number, total: number) => Promise<void>;
  /** True once the evaluation should be given up. */
  readonly stopping: () => boolean;
}

/** The gold answer as text: the letter, the number or date, or the text itself. */
export function goldText(record: QuestionRecord): string {
  return record.gold.kind === "choice" ? record.gold.letter : record.gold.answer;
}

/** What is asked of a question's completion `sample`, as columns. */
export function questionColumns(
  split: EvaluatedSplit,
  { record, budget, prompt }: PreparedQuestion,
  sample: number,
): QuestionColumns {
  return {
    split,
    prompt_id: prompt.key,
    sample,
    source: record.source,
    kind: record.gold.kind,
    question: record.question,
    prompt: prompt.text,
    budget_mode: budget.mode,
    budget_tokens: budget.mode === "none" ? null : budget.tokens,
    gold: goldText(record),
  };
}

/** Grades a completion's text. */
export function gradeText(text: string, record: QuestionRecord): Grade {
  return { correct: isCorrect(text, record), format_ok: hasFormat(text) };
}

/**
 * Samples every question and grades the completions. `correct` follows the corrected rules of
 * `isCorrect`, whatever the arm was rewarded for.
 *
 * @returns The summary and one row for each completion, or null if it was told to stop.
 */
export async function evaluatePolicy(
  task: EvaluationTask,
): Promise<{ evaluation: Evaluation; rows: EvaluationRow[] } | null> {
  const total = EVALUATED_SPLITS.reduce((sum, split) => sum + task.questions[split].length, 0);
  const rows: EvaluationRow[] = [];
  let done = 0;
  for (const split of EVALUATED_SPLITS) {
    const questions = task.questions[split];
    for (let start = 0; start < questions.length; start += task.batchSize) {
      if (task.stopping()) return null;
      const batch = questions.slice(start, start + task.batchSize);
      const rollouts = await task.sample(batch.map((question) => question.prompt));
      rows.push(...await gradeRollouts(split, batch, rollouts, task));
      done += batch.length;
      await task.onProgress(done, total);
    }
  }
  const splits = Object.fromEntries(
    EVALUATED_SPLITS.map((split) => [split, rows.filter((row) => row.split === split)] as const)
      .filter(([, found]) => found.length > 0)
      .map(([split, found]) => [split, summarizeSplit(found)]),
  );
  return { evaluation: { step: task.step, splits }, rows };
}

async function gradeRollouts(
  split: EvaluatedSplit,
  questions: readonly PreparedQuestion[],
  rollouts: readonly Rollout[],
  { rewards, timeLimitSeconds, tokenizer }: EvaluationTask,
): Promise<EvaluationRow[]> {
  const samples = rollouts.flatMap((rollout, q) =>
    rollout.completions.map((completion, sample) => ({
      question: questions[q]!,
      completion,
      sample,
    }))
  );
  // As in step 1, whatever was trained: a yardstick does not change.
  const batch = rewardBatch(questions, rollouts, 1, tokenizer);
  const scored = await scoreBatch(rewards, batch, { timeLimitSeconds });
  const failure = scored.failures[0];
  if (failure !== undefined) {
    throw new Error(
      `Cannot evaluate: reward "${failure.component}" must score every completion: ${failure.cause}`,
    );
  }
  return samples.map(({ question, completion, sample }, i) => ({
    ...questionColumns(split, question, sample),
    ...gradeText(completion.text, question.record),
    completion: completion.text,
    tokens: completion.tokenIds.length,
    thinking_tokens: batch.thinkingTokens[i]!,
    finish_reason: completion.finishReason,
    reward: scored.rewards[i]!,
  }));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function summarizePart(rows: readonly EvaluationRow[]): PartSummary {
  return {
    n: new Set(rows.map((row) => row.prompt_id)).size,
    accuracy: mean(rows.map((row) => Number(row.correct))),
    meanTokens: mean(rows.map((row) => row.tokens)),
  };
}

function summarizeBy(rows: readonly EvaluationRow[], key: "kind" | "source") {
  const names = [...new Set(rows.map((row) => row[key]))].sort();
  return Object.fromEntries(
    names.map((name) => [name, summarizePart(rows.filter((row) => row[key] === name))]),
  );
}

/** Tokens beyond what the prompt asked for, never below 0; null where it asked for no length. */
export function overrunTokens(
  { tokens, budget_tokens }: Pick<EvaluationRow, "tokens" | "budget_tokens">,
): number | null {
  return budget_tokens === null ? null : Math.max(0, tokens - budget_tokens);
}

/** Means over the rows of one split; at least one row. */
export function summarizeSplit(rows: readonly EvaluationRow[]): SplitSummary {
  const part = summarizePart(rows);
  const overruns = rows.flatMap((row) => overrunTokens(row) ?? []);
  return {
    ...part,
    samples: rows.length / part.n,
    meanThinkingTokens: mean(rows.map((row) => row.thinking_tokens)),
    meanOverrunTokens: overruns.length === 0 ? null : mean(overruns),
    formatRate: mean(rows.map((row) => Number(row.format_ok))),
    clippedRatio: mean(rows.map((row) => Number(row.finish_reason === "length"))),
    meanReward: mean(rows.map((row) => row.reward)),
    byKind: summarizeBy(rows, "kind"),
    bySource: summarizeBy(rows, "source"),
  };
}
