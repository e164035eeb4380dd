/**
 * The completions of a stored arm, as rewards see them, with what they earned.
 *
 * @module
 */

import { type Budget, type Cell, type QuestionRecord, readParquet } from "@terse/data";
import type { RewardBatch } from "@terse/rewards";
import { join } from "node:path";
import { exists, stepOfName } from "../run_folder.ts";
import { ROLLOUT_SCHEMA } from "../tables.ts";

/**
 * One training step of a stored arm: B completions, groups one after the other. Groups that dynamic sampling
 * replaced are left out: the step learnt nothing from them.
 */
export interface StoredStep {
  /** From 1. */
  readonly step: number;
  readonly batch: RewardBatch;
  /** Completions of each of the P groups. */
  readonly groupSizes: readonly number[];
  readonly promptIds_B: readonly string[];
  /** Place of each completion in its group. */
  readonly samples_B: readonly number[];
  /** What the completions earned; null for one that counted as never sampled. */
  readonly rewards_B: readonly (number | null)[];
  readonly advantages_B: readonly number[];
  /** Unweighted scores by component. */
  readonly components: Readonly<Record<string, readonly (number | null)[]>>;
}

type Row = Readonly<Record<string, Cell>>;

const COMPONENT = /^component_(.*)$/;

function requireColumns(path: string, row: Row): void {
  const missing = Object.keys(ROLLOUT_SCHEMA).filter((name) => !Object.hasOwn(row, name));
  if (missing.length === 0) return;
  throw new Error(
    `Cannot replay ${path}: its columns must be those of rollouts with ${
      missing.join(", ")
    }: these ` +
      `are missing. The run was made before rollouts kept what a replay needs; train it again`,
  );
}

function parseCell<T>(path: string, row: number, name: string, cell: Cell | undefined): T {
  try {
    return JSON.parse(String(cell)) as T;
  } catch (cause) {
    throw new SyntaxError(
      `Cannot replay ${path}: column ${name}, row ${row} must be JSON: ${(cause as Error).message}`,
      { cause },
    );
  }
}

function budgetOf({ budget_mode, budget_tokens }: Row): Budget {
  const mode = budget_mode as Budget["mode"];
  return mode === "none" ? { mode } : { mode, tokens: budget_tokens as number };
}

/** Numbers of the groups: a new one where the prompt changes. */
function groupsOf(rows: readonly Row[]): number[] {
  let group = -1;
  return rows.map((row, b) => {
    if (row["prompt_id"] !== rows[b - 1]?.["prompt_id"]) group++;
    return group;
  });
}

/**
 * Reads one `rollouts/step-*.parquet`.
 *
 * @throws {Error} naming the file and the columns if it lacks what a replay needs.
 */
export async function readStep(path: string): Promise<StoredStep> {
  const rows = (await readParquet(path)).filter((row) =>
    (row["replaced_in_round"] ?? null) === null
  );
  const [first] = rows;
  if (first === undefined) {
    throw new Error(`Cannot replay ${path}: it must hold at least one completion: it holds none`);
  }
  requireColumns(path, first);
  const column = <T extends Cell>(name: string) => rows.map((row) => row[name] as T);
  const parsed = <T>(name: string) => rows.map((row, i) => parseCell<T>(path, i, name, row[name]));
  const groups = groupsOf(rows);
  const groupSizes: number[] = [];
  for (const group of groups) groupSizes[group] = (groupSizes[group] ?? 0) + 1;
  const step = first["step"] as number;
  return {
    step,
    groupSizes,
    promptIds_B: column<string>("prompt_id"),
    samples_B: column<number>("sample"),
    rewards_B: column<number | null>("reward"),
    advantages_B: column<number>("advantage"),
    components: Object.fromEntries(
      Object.keys(first).flatMap((name) => {
        const match = COMPONENT.exec(name);
        return match === null ? [] : [[match[1]!, column<number | null>(name)] as const];
      }),
    ),
    batch: {
      prompts: column<string>("prompt"),
      completions: column<string>("completion"),
      completionIds: parsed<number[]>("completion_ids"),
      records: parsed<QuestionRecord>("record"),
      budgets: rows.map(budgetOf),
      thinkingTokens: column<number>("thinking_tokens"),
      answerTokens: column<number>("answer_tokens"),
      groups,
      finishReasons: column<"stop" | "length">("finish_reason"),
      step,
    },
  };
}

/**
 * Paths of a stored arm's rollouts in the order of their steps.
 *
 * @param folder The arm's `rollouts`.
 * @throws {Error} if there are none.
 */
export async function listSteps(folder: string): Promise<string[]> {
  const found: { readonly step: number; readonly path: string }[] = [];
  if (await exists(folder)) {
    for await (const entry of Deno.readDir(folder)) {
      const step = stepOfName(entry.name);
      if (entry.isFile && step !== null) found.push({ step, path: join(folder, entry.name) });
    }
  }
  if (found.length === 0) {
    throw new Error(
      `Cannot replay: ${folder} must hold rollouts of at least one step: it holds none`,
    );
  }
  return found.sort((a, b) => a.step - b.step).map(({ path }) => path);
}
