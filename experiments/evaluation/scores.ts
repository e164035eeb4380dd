/**
 * What the answers of an evaluation come to.
 *
 * @module
 */

import { type Interval, wilsonInterval } from "../statistics.ts";
import type { AnswerRow } from "./answers.ts";
import { passAtK } from "./pass_at_k.ts";

/** Some answers summed up. Shares are 0 .. 1, lengths are means in tokens. */
export interface Score {
  /** Questions with at least one answer. */
  readonly questions: number;
  /** Answers graded. */
  readonly answers: number;
  /** Requests that failed; they count nowhere else. */
  readonly failed: number;
  /**
   * Share of right answers with Wilson's interval over the questions. Completions of one question are no
   * independent trials, so a question counts once, with its share of right ones; the interval is then
   * wider than it needs to be, never narrower. Null if there is no answer.
   */
  readonly accuracy: Interval | null;
  /** Share of answers in the format asked for, with an interval of the same kind. */
  readonly formatRate: Interval | null;
  /** Share of answers cut at the largest length. */
  readonly clippedRatio: number | null;
  /** Null where no answer has a count, as from a server that does not tell. */
  readonly meanTokens: number | null;
  readonly meanThinkingTokens: number | null;
  readonly meanAnswerTokens: number | null;
}

/** pass@k as the mean over the questions with at least k answers. */
export interface PassAtK {
  readonly k: number;
  readonly mean: number;
  readonly questions: number;
}

/** Requested against used length, over the answers that were asked for one. Used are all tokens. */
export interface BudgetUse {
  readonly answers: number;
  readonly meanRequestedTokens: number;
  readonly meanUsedTokens: number;
  /** Mean of max(0, used - requested). */
  readonly meanOverrunTokens: number;
  /** Share of answers with used <= requested, with Wilson's interval over the questions. */
  readonly within: Interval;
}

/** One budget on one split. */
export interface BudgetScore {
  /** As in `--budgets`, or the range that budgets were drawn from. */
  readonly budget: string;
  readonly split: string;
  readonly all: Score;
  readonly bySource: Readonly<Record<string, Score>>;
  readonly byKind: Readonly<Record<string, Score>>;
  /** For k = 1, 2, 4, ... and the number of samples; a k that no question reaches is left out. */
  readonly passAtK: readonly PassAtK[];
  /** Null if no answer was asked for a length, or none has a token count. */
  readonly budgetUse: BudgetUse | null;
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function byQuestion(rows: readonly AnswerRow[]): AnswerRow[][] {
  return [...Map.groupBy(rows, (row) => row.prompt_id).values()];
}

/** Mean over the questions of the share of rows for which `holds`, with Wilson's interval. */
function questionShare(
  rows: readonly AnswerRow[],
  holds: (row: AnswerRow) => boolean,
): Interval | null {
  const shares = byQuestion(rows).map((own) => mean(own.map((row) => Number(holds(row))))!);
  if (shares.length === 0) return null;
  return wilsonInterval(shares.reduce((sum, share) => sum + share, 0), shares.length);
}

function counts(rows: readonly AnswerRow[], of: (row: AnswerRow) => number | null): number[] {
  return rows.flatMap((row) => of(row) ?? []);
}

/** Sums answers up. */
export function scoreAnswers(rows: readonly AnswerRow[]): Score {
  const graded = rows.filter((row) => row.correct !== null);
  return {
    questions: byQuestion(graded).length,
    answers: graded.length,
    failed: rows.length - graded.length,
    accuracy: questionShare(graded, (row) => row.correct!),
    formatRate: questionShare(graded, (row) => row.format_ok!),
    clippedRatio: mean(graded.map((row) => Number(row.finish_reason === "length"))),
    meanTokens: mean(counts(graded, (row) => row.tokens)),
    meanThinkingTokens: mean(counts(graded, (row) => row.thinking_tokens)),
    meanAnswerTokens: mean(counts(graded, (row) => row.answer_tokens)),
  };
}

function scoreBy(rows: readonly AnswerRow[], key: "kind" | "source"): Record<string, Score> {
  const names = [...new Set(rows.map((row) => row[key]))].sort();
  return Object.fromEntries(
    names.map((name) => [name, scoreAnswers(rows.filter((row) => row[key] === name))]),
  );
}

function estimatePassAtK(rows: readonly AnswerRow[], samples: number): PassAtK[] {
  const questions = byQuestion(rows.filter((row) => row.correct !== null)).map((own) => ({
    n: own.length,
    c: own.filter((row) => row.correct).length,
  }));
  const powers = Array.from({ length: 1 + Math.floor(Math.log2(samples)) }, (_, i) => 2 ** i);
  return [...new Set([...powers, samples])].flatMap((k) => {
    const values = questions.filter(({ n }) => n >= k).map(({ n, c }) => passAtK(n, c, k));
    return values.length === 0 ? [] : [{ k, mean: mean(values)!, questions: values.length }];
  });
}

function measureBudgetUse(rows: readonly AnswerRow[]): BudgetUse | null {
  const budgeted = rows.filter((row) => row.budget_tokens !== null && row.tokens !== null);
  if (budgeted.length === 0) return null;
  const over = (row: AnswerRow) => row.tokens! - row.budget_tokens!;
  return {
    answers: budgeted.length,
    meanRequestedTokens: mean(budgeted.map((row) => row.budget_tokens!))!,
    meanUsedTokens: mean(budgeted.map((row) => row.tokens!))!,
    meanOverrunTokens: mean(budgeted.map((row) => Math.max(0, over(row))))!,
    within: questionShare(budgeted, (row) => over(row) <= 0)!,
  };
}

/**
 * Sums up the answers to one split's questions under one budget.
 *
 * @param samples Completions asked for of each question, at least 1.
 */
export function scoreBudget(
  budget: string,
  split: string,
  rows: readonly AnswerRow[],
  samples: number,
): BudgetScore {
  return {
    budget,
    split,
    all: scoreAnswers(rows),
    bySource: scoreBy(rows, "source"),
    byKind: scoreBy(rows, "kind"),
    passAtK: estimatePassAtK(rows, samples),
    budgetUse: measureBudgetUse(rows),
  };
}
