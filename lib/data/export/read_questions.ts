/**
 * Questions of a file or of a folder of files, with the budgets that they may have been given.
 *
 * @module
 */

import type { Budget } from "../budget.ts";
import { type BadRow, DataError, previewValue } from "../data_error.ts";
import { findDataFiles } from "../loaders/data_files.ts";
import { field, type Row } from "../loaders/fields.ts";
import { loadRecords } from "../loaders/load_records.ts";
import { readRows } from "../loaders/rows.ts";
import type { ExportedQuestion } from "./layout.ts";

/** What was read. */
export interface ReadQuestions {
  readonly questions: readonly ExportedQuestion[];
  /** Rows left out; empty unless asked for. */
  readonly skipped: readonly BadRow[];
  /** Terms of use and known faults, for the user to read. */
  readonly notices: readonly string[];
}

const NO_BUDGET: Budget = { mode: "none" };

function readBudget(value: Row, row: number, path: string): Budget {
  const mode = field(value, "budget_mode");
  if (mode === "none") return NO_BUDGET;
  const tokens = Number(field(value, "budget_tokens"));
  const refuse = (name: string, rule: string): never => {
    throw new DataError({ path, row, field: name, found: previewValue(field(value, name)), rule });
  };
  if (mode !== "exact" && mode !== "maximum") {
    return refuse("budget_mode", "none, exact or maximum");
  }
  if (!Number.isSafeInteger(tokens) || tokens < 1) {
    return refuse("budget_tokens", "a whole number, 1 or more");
  }
  return { mode, tokens };
}

/** Budgets by row, of files that `data:prepare` has written; empty for others. */
async function readBudgets(path: string): Promise<ReadonlyMap<number, Budget>> {
  const budgets = new Map<number, Budget>();
  for await (const parsed of readRows(path)) {
    if ("bad" in parsed) continue;
    if (field(parsed.value, "budget_mode") === undefined) break;
    budgets.set(parsed.row, readBudget(parsed.value, parsed.row, path));
  }
  return budgets;
}

/**
 * Reads the questions of a file in any layout that `loadRecords` knows, or of every such file of a
 * folder, manifests left out. Rows of `data:prepare` keep their budgets; other questions have none.
 *
 * @param onBadRow `fail` throws at the first bad row, `skip` lists it.
 * @throws {DataError} as `loadRecords`, and for a budget that breaks a rule.
 */
export async function readQuestions(
  path: string,
  onBadRow: "fail" | "skip",
): Promise<ReadQuestions> {
  const questions: ExportedQuestion[] = [];
  const skipped: BadRow[] = [];
  const notices: string[] = [];
  for (const file of await findDataFiles(path)) {
    const loaded = await loadRecords(file, { onBadRow });
    const budgets = await readBudgets(file);
    loaded.records.forEach((record, i) =>
      questions.push({ record, budget: budgets.get(loaded.rows[i]!) ?? NO_BUDGET })
    );
    skipped.push(...loaded.skipped);
    notices.push(...loaded.notices);
  }
  return { questions, skipped, notices: [...new Set(notices)] };
}
