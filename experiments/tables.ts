/**
 * The Parquet tables of an arm: one row for each completion, in training and in evaluation.
 *
 * @module
 */

import type { Cell, TableSchema } from "@terse/data";
import type { JudgedGroups, StepRecord } from "@terse/rl";
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
 * list) and `record` (JSON) are what a replay scores again. `replaced_in_round` is null for the completions
 * that the step learnt from; dynamic sampling replaced the others, in that extra round.
 */
export const ROLLOUT_SCHEMA = {
  step: "int",
  prompt_id: "string",
  sample: "int",
  replaced_in_round: "int",
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

/** The completions of some of the groups, as rows. */
function groupRows(
  step: number,
  { questions, rollouts, scored, advantages_P_G }: JudgedGroups,
  wanted: (p: number) => boolean,
  replacedInRound: number | null,
): Record<string, Cell>[] {
  const components = Object.entries(scored.components);
  let b = 0;
  return rollouts.flatMap(({ prompt, completions }, p) => {
    const { record, budget } = questions[p]!;
    const rows = completions.map((completion, g): Record<string, Cell> => {
      const at = b++;
      return {
        step,
        prompt_id: prompt.key,
        sample: g,
        replaced_in_round: replacedInRound,
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
    return wanted(p) ? rows : [];
  });
}

/**
 * The completions of a training step as a table, with one column `component_<name>` for each reward
 * component (unweighted; null where it does not apply): those that the step learnt from, then those that
 * were replaced, by round.
 *
 * @param step From 1.
 */
export function rolloutTable(step: number, record: StepRecord): Table {
  const rows = [
    ...groupRows(step, record, () => true, null),
    ...record.replaced.flatMap(({ round, groups, replaced }) =>
      groupRows(step, groups, (p) => replaced.includes(p), round)
    ),
  ];
  const schema: TableSchema = {
    ...ROLLOUT_SCHEMA,
    forced_tokens: "int",
    ...Object.fromEntries(
      Object.keys(record.scored.components).map((name) => [`component_${name}`, "float" as const]),
    ),
  };
  return tableOf(rows, schema);
}
