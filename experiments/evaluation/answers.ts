/**
 * The answers of an evaluation: what one row holds, and the journal that they are added to as they come.
 *
 * @module
 */

import type { TableSchema } from "@terse/data";
import { dirname } from "node:path";
import type { QuestionColumns } from "../evaluate.ts";
import { syncFolder, writeText } from "../run_folder.ts";

/** One completion of one question: a row of the evaluation's `evaluation.parquet`. */
export interface AnswerRow extends QuestionColumns {
  /** Null if there is none, as its request failed. */
  readonly completion: string | null;
  /** All tokens of the completion, the end token included; null if the server did not tell. */
  readonly tokens: number | null;
  readonly thinking_tokens: number | null;
  /** Tokens between the answer's tags; null if the server did not tell. */
  readonly answer_tokens: number | null;
  /** `stop`, `length`, whatever else a server says, or `failed`. */
  readonly finish_reason: string;
  /** Null if there is no completion: a request that failed is not a wrong answer. */
  readonly correct: boolean | null;
  readonly format_ok: boolean | null;
  /** Why there is no completion; null if there is one. */
  readonly cause: string | null;
}

/** Columns of the table. */
export const ANSWER_SCHEMA = {
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
  answer_tokens: "int",
  finish_reason: "string",
  budget_mode: "string",
  budget_tokens: "int",
  gold: "string",
  correct: "bool",
  format_ok: "bool",
  cause: "string",
} as const satisfies TableSchema;

/** Answers by the key of the work unit that gave them. */
export type AnswersByUnit = ReadonlyMap<string, readonly AnswerRow[]>;

/** `answers.jsonl`: one line for each unit of work, on disk before the unit counts as done. */
export interface Journal {
  /** Adds a unit's answers and flushes them. */
  append(unit: string, rows: readonly AnswerRow[]): Promise<void>;
  close(): void;
}

function parseLine(line: string): { unit: string; rows: AnswerRow[] } | null {
  try {
    const { unit, rows } = JSON.parse(line);
    return typeof unit === "string" && Array.isArray(rows) ? { unit, rows } : null;
  } catch {
    return null;
  }
}

/**
 * Reads the answers of a journal. A unit that comes twice was tried again: its last answers count. Lines
 * that a killed process or a bad disk left torn are left out, and their units count as not done.
 *
 * @returns Nothing if there is no such file.
 */
export async function readJournal(path: string): Promise<Map<string, readonly AnswerRow[]>> {
  const text = await Deno.readTextFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  const found = new Map<string, readonly AnswerRow[]>();
  for (const line of text.split("\n")) {
    const entry = parseLine(line);
    if (entry !== null) found.set(entry.unit, entry.rows);
  }
  return found;
}

/** Opens a journal that holds the given answers and nothing else. */
export async function openJournal(path: string, answers: AnswersByUnit): Promise<Journal> {
  const lineOf = (unit: string, rows: readonly AnswerRow[]) =>
    JSON.stringify({ unit, rows }) + "\n";
  await writeText(path, [...answers].map(([unit, rows]) => lineOf(unit, rows)).join(""));
  await syncFolder(dirname(path));
  const file = await Deno.open(path, { append: true });
  return {
    async append(unit, rows) {
      const bytes = new TextEncoder().encode(lineOf(unit, rows));
      // Written in one go: units that end at the same time must not mix their lines.
      for (let sent = 0; sent < bytes.length;) sent += file.writeSync(bytes.subarray(sent));
      await file.syncData();
    },
    close: () => file.close(),
  };
}
