/**
 * The project's own layout: one record a line, and writing it.
 *
 * @module
 */

import { replaceFile } from "../replace_file.ts";
import type { CalculationOutput, GoldAnswer, QuestionRecord, Split } from "../record.ts";
import { isCalendarDate, isWeeksDays, parseDecimal } from "./calculation.ts";
import { checkLetter, checkText, field, hasFields, isRow, type Layout, readId } from "./fields.ts";
import { readOptions, readText, refuse, type Row, type Where } from "./fields.ts";

const SPLITS: readonly Split[] = ["train", "validation", "test", "ood"];
const OUTPUTS: readonly CalculationOutput[] = ["decimal", "integer", "date", "weeks_days"];

function readMember<T>(
  row: Row,
  name: string,
  label: string,
  members: readonly T[],
  where: Where,
): T {
  const value = field(row, name);
  return members.find((member) => member === value) ??
    refuse(where, label, value, `one of ${members.join(", ")}`);
}

function readLimit(gold: Row, name: "lower" | "upper", where: Where): number | null {
  const value = field(gold, name);
  if (value === null) return null;
  if (typeof value !== "number" || !Number.isFinite(value)) {
    refuse(where, `gold.${name}`, value, "a finite number or null");
  }
  return value;
}

/** Tables of plain cells hold objects and lists as JSON text. */
const NESTED = ["options", "gold", "tags"] as const;

function withNested(row: Row, where: Where): Row {
  const texts = NESTED.filter((name) => typeof field(row, name) === "string");
  if (texts.length === 0) return row;
  const parsed: Record<string, unknown> = { ...row };
  for (const name of texts) {
    try {
      parsed[name] = JSON.parse(row[name] as string);
    } catch {
      refuse(where, name, row[name], "whole JSON where it is a text");
    }
  }
  return parsed;
}

function readPassRate(row: Row, where: Where): { readonly passRate?: number } {
  const value = field(row, "passRate");
  // Parquet writes null where JSON lines leave the key out.
  if (value === undefined || value === null) return {};
  if (typeof value !== "number" || !(value >= 0 && value <= 1)) {
    refuse(where, "passRate", value, "a number from 0 to 1, or left out");
  }
  return { passRate: value };
}

function checkAnswer(
  answer: string,
  output: CalculationOutput,
  lower: number | null,
  upper: number | null,
  where: Where,
): void {
  if (output === "date") {
    if (!isCalendarDate(answer)) {
      refuse(where, "gold.answer", answer, "a date m/d/yyyy of the calendar");
    }
  } else if (output === "weeks_days") {
    if (!isWeeksDays(answer)) {
      refuse(where, "gold.answer", answer, "written like ('17 weeks', '6 days')");
    }
  } else {
    const number = parseDecimal(answer);
    if (number === null || number < (lower ?? number) || number > (upper ?? number)) {
      refuse(where, "gold.answer", answer, `a number within the limits ${lower} and ${upper}`);
    }
  }
}

function readGold(row: Row, options: QuestionRecord["options"], where: Where): GoldAnswer {
  const gold = field(row, "gold");
  if (!isRow(gold)) refuse(where, "gold", gold, "an object with a kind");
  const kinds = ["choice", "calculation", "open"] as const;
  const kind = readMember(gold, "kind", "gold.kind", kinds, where);
  if (kind === "choice") {
    if (options === null) refuse(where, "options", null, "an object where gold.kind is choice");
    return { kind, letter: checkLetter(field(gold, "letter"), "gold.letter", options, where) };
  }
  const answer = checkText(field(gold, "answer"), "gold.answer", where);
  if (answer.trim() === "") refuse(where, "gold.answer", answer, "a text with characters");
  if (kind === "open") return { kind, answer };
  const output = readMember(gold, "output", "gold.output", OUTPUTS, where);
  const lower = readLimit(gold, "lower", where);
  const upper = readLimit(gold, "upper", where);
  if (lower !== null && upper !== null && lower > upper) {
    refuse(where, "gold.lower", lower, `at most gold.upper ${upper}; the two may be swapped`);
  }
  checkAnswer(answer, output, lower, upper, where);
  return { kind, answer, lower, upper, output };
}

/** {@link QuestionRecord} as JSON or in a table; every field must be there, others are left out. */
export const terseRecordLayout: Layout = {
  name: "terse record",
  recognises: (row) => hasFields(row, "source", "gold", "split"),
  parse(cells: Row, where: Where): QuestionRecord {
    const row = withNested(cells, where);
    const options = field(row, "options") === null ? null : readOptions(row, "options", where);
    const tags = field(row, "tags");
    if (!Array.isArray(tags)) refuse(where, "tags", tags, "a list of texts");
    const id = readId(row, "id", where);
    if (id === "") refuse(where, "id", field(row, "id"), "a text of 1 to 200 characters");
    return {
      id,
      source: readText(row, "source", where),
      question: readText(row, "question", where),
      context: checkText(field(row, "context"), "context", where),
      options,
      gold: readGold(row, options, where),
      split: readMember(row, "split", "split", SPLITS, where),
      licence: readText(row, "licence", where),
      tags: tags.map((tag, i) => checkText(tag, `tags[${i}]`, where)),
      ...readPassRate(row, where),
    };
  },
};

/**
 * Writes records as JSON lines that `loadRecords` reads back equal; atomically.
 *
 * @example
 * ```ts
 * import { loadRecords, type QuestionRecord, writeRecords } from "@terse/data";
 * import { assertEquals } from "@std/assert";
 * const record: QuestionRecord = {
 *   id: "1",
 *   source: "Demo",
 *   question: "How many doses of 5 mg make 20 mg?",
 *   context: "",
 *   options: null,
 *   gold: { kind: "calculation", answer: "4", lower: 4, upper: 4, output: "integer" },
 *   split: "test",
 *   licence: "MIT",
 *   tags: [],
 * };
 * const path = `${await Deno.makeTempDir()}/records.jsonl`;
 * await writeRecords(path, [record]);
 * assertEquals((await loadRecords(path)).records, [record]);
 * ```
 */
export async function writeRecords(
  path: string,
  records: readonly QuestionRecord[],
): Promise<void> {
  const lines = records.map((record) => `${JSON.stringify(record)}\n`);
  await replaceFile(path, (temporary) => Deno.writeTextFile(temporary, lines.join("")));
}
