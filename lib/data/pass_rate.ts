/**
 * Pass rates of questions, measured elsewhere and joined to the records.
 *
 * @module
 */

import { DataError, previewValue } from "./data_error.ts";
import { field } from "./loaders/fields.ts";
import { readRows } from "./loaders/rows.ts";
import type { QuestionRecord } from "./record.ts";

/** Pass rates by the key of a question: its id, or source and id where the file names the source. */
export interface PassRates {
  readonly path: string;
  readonly hasSources: boolean;
  readonly rates: ReadonlyMap<string, number>;
}

const keyOf = (source: string, id: string) => JSON.stringify([source, id]);

/** An id as `loadRecords` writes it. */
function idText(value: unknown): string | null {
  if (typeof value === "bigint" || Number.isSafeInteger(value)) return String(value);
  return typeof value === "string" && value !== "" ? value : null;
}

/**
 * Reads pass rates from a file of any kind that `loadRecords` reads, with the columns `id` and
 * `pass_rate` (a number from 0 to 1), and `source` where ids are not unique without it.
 *
 * @throws {DataError} naming the row and field that breaks a rule.
 *
 * @example
 * ```ts
 * import { readPassRates } from "@terse/data";
 * import { assertEquals } from "@std/assert";
 * const path = `${await Deno.makeTempDir()}/rates.csv`;
 * await Deno.writeTextFile(path, "id,pass_rate\nq1,0.25\nq2,1\n");
 * const { rates } = await readPassRates(path);
 * assertEquals([...rates], [["q1", 0.25], ["q2", 1]]);
 * ```
 */
export async function readPassRates(path: string): Promise<PassRates> {
  const rates = new Map<string, number>();
  let hasSources: boolean | null = null;
  for await (const parsed of readRows(path)) {
    if ("bad" in parsed) throw new DataError(parsed.bad);
    const { row, value } = parsed;
    const refuse = (name: string, rule: string): never => {
      throw new DataError({
        path,
        row,
        field: name,
        found: previewValue(field(value, name)),
        rule,
      });
    };
    const id = idText(field(value, "id")) ?? refuse("id", "a whole number or a text");
    const cell = field(value, "pass_rate");
    // The cells of CSV files are texts.
    const rate = typeof cell === "string" && cell.trim() !== "" ? Number(cell) : cell;
    if (typeof rate !== "number" || !(rate >= 0 && rate <= 1)) {
      return refuse("pass_rate", "a number from 0 to 1");
    }
    const source = field(value, "source");
    hasSources ??= source !== undefined;
    if (hasSources !== (source !== undefined) || hasSources && typeof source !== "string") {
      refuse("source", "a text in every row, or in none");
    }
    const key = hasSources ? keyOf(source as string, id) : id;
    if (rates.has(key)) refuse("id", "used once");
    rates.set(key, rate);
  }
  return { path, hasSources: hasSources ?? false, rates };
}

/** Records with the pass rates that were found for them. */
export interface RatedRecords {
  /** In their order; a record without a rate stays as it was. */
  readonly records: readonly QuestionRecord[];
  /** Number of records that got a rate. */
  readonly rated: number;
  /** Number of rates that no record has asked for. */
  readonly unused: number;
}

/**
 * Joins pass rates to records, in place of rates that they may have.
 *
 * @throws {RangeError} if the rates go by ids alone and two sources share a rated id.
 *
 * @example
 * ```ts
 * import { joinPassRates, type QuestionRecord } from "@terse/data";
 * import { assertEquals } from "@std/assert";
 * const record = { id: "q1", source: "MedQA" } as QuestionRecord;
 * const rates = { path: "rates.csv", hasSources: false, rates: new Map([["q1", 0.25]]) };
 * assertEquals(joinPassRates([record], rates).records[0]?.passRate, 0.25);
 * ```
 */
export function joinPassRates(
  records: readonly QuestionRecord[],
  { path, hasSources, rates }: PassRates,
): RatedRecords {
  const sourceOfKey = new Map<string, string>();
  let rated = 0;
  const joined = records.map((record) => {
    const key = hasSources ? keyOf(record.source, record.id) : record.id;
    const passRate = rates.get(key);
    if (passRate === undefined) return record;
    const before = sourceOfKey.get(key) ?? record.source;
    if (before !== record.source) {
      throw new RangeError(
        `Cannot join ${path}: it must have a column source where ids come from several sets: ` +
          `current id ${record.id} is in ${before} and in ${record.source}`,
      );
    }
    sourceOfKey.set(key, record.source);
    rated++;
    return { ...record, passRate };
  });
  return { records: joined, rated, unused: rates.size - sourceOfKey.size };
}
