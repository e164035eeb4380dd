/**
 * The Parquet tables of an arm: one row for each completion, in training and in evaluation.
 *
 * @module
 */

import type { Cell, TableSchema } from "@terse/data";
import type { PreparedQuestion, StepRecord } from "@terse/rl";
import type { Table } from "./arm_loop.ts";
import { type EvaluationRow, goldText } from "./evaluate.ts";

/** Columns of `evaluation.parquet`. */
export const EVALUATION_SCHEMA = {
  split: "string",
  prompt_id: "string",
  sample: "int",
  source: "string",
  kind: "string",
  question: "string",
  prompt: "string",
  completion: "string",
  tokens: "int",
  thinking_tokens: "int",
  finish_reason: "string",
  budget_mode: "string",
  budget_tokens: "int",
  gold: "string",
  correct: "bool",
  format_ok: "bool",
  reward: "float",
} as const satisfies TableSchema;

/**
 * Columns of `rollouts/step-*.parquet` before those of the reward components. `completion_ids` (a JSON
 * list) and `record` (JSON) are what a replay scores again.
 */
export const ROLLOUT_SCHEMA = {
  step: "int",
  prompt_id: "string",
  sample: "int",
  source: "string",
  kind: "string",
  prompt: "string",
  completion: "string",
  tokens: "int",
  thinking_tokens: "int",
  answer_tokens: "int",
  finish_reason: "string",
  budget_mode: "string",
  budget_tokens: "int",
  gold: "string",
  correct: "bool",
  reward: "float",
  advantage: "float",
  completion_ids: "string",
  record: "string",
} as const satisfies TableSchema;

/** Turns rows into columns; every row has a cell for each column of the schema. */
export function tableOf(
  rows: readonly Readonly<Record<string, Cell>>[],
  schema: TableSchema,
): Table {
  const columns = Object.fromEntries(
    Object.keys(schema).map((name) => [name, rows.map((row) => row[name] as Cell)]),
  );
  return { columns, schema };
}

/** The rows of an evaluation as a table. */
export function evaluationTable(rows: readonly EvaluationRow[]): Table {
  return tableOf(rows.map((row) => ({ ...row })), EVALUATION_SCHEMA);
}

/**
 * The completions of a training step as a table, with one column `component_<name>` for each reward
 * component (unweighted; null where it does not apply) and the number of tokens that a budget's control
 * forced.
 *
 * @param step From 1.
 * @param questions The step's P questions, in the order of the record's rollouts.
 */
export function rolloutTable(
  step: number,
  questions: readonly PreparedQuestion[],
  { rollouts, scored, advantages_P_G }: StepRecord,
): Table {
  const components = Object.entries(scored.components);
  let b = 0;
  const rows = rollouts.flatMap(({ prompt, completions }, p) => {
    const { record, budget } = questions[p]!;
    return completions.map((completion, g): Record<string, Cell> => {
      const at = b++;
      return {
        step,
        prompt_id: prompt.key,
        sample: g,
        source: record.source,
        kind: record.gold.kind,
        prompt: prompt.text,
        completion: completion.text,
        tokens: completion.tokenIds.length,
        thinking_tokens: scored.thinkingTokens_B[at]!,
        answer_tokens: scored.answerTokens_B[at]!,
        finish_reason: completion.finishReason,
        forced_tokens: completion.sampledMask.filter((sampled) => sampled === 0).length,
        budget_mode: budget.mode,
        budget_tokens: budget.mode === "none" ? null : budget.tokens,
        gold: goldText(record),
        correct: scored.correct_B[at]!,
        reward: scored.rewards_P_G[p]![g]!,
        advantage: advantages_P_G[p]![g]!,
        completion_ids: JSON.stringify(completion.tokenIds),
        record: JSON.stringify(record),
        ...Object.fromEntries(
          components.map(([name, values]) => [`component_${name}`, values[at]!]),
        ),
      };
    });
  });
  const schema: TableSchema = {
    ...ROLLOUT_SCHEMA,
    forced_tokens: "int",
    ...Object.fromEntries(components.map(([name]) => [`component_${name}`, "float" as const])),
  };
  return tableOf(rows, schema);
}
