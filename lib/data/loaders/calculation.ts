/**
 * Gold answers of MedCalc-Bench: numbers with limits, dates, and pairs of weeks and days.
 *
 * @module
 */

import type { CalculationOutput, GoldAnswer } from "../record.ts";
import { field, readWhole, refuse, type Row, type Where } from "./fields.ts";

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const DATE = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/;
const WEEKS_DAYS = /^\(?(['"]?)(\d{1,3}) weeks?\1, ?(['"]?)(\d{1,3}) days?\3\)?$/;

/** The finite number that a text writes in decimal digits; null for any other text. */
export function parseDecimal(text: string): number | null {
  const number = NUMBER.test(text) ? Number(text) : NaN;
  return Number.isFinite(number) ? number : null;
}

/** Days since 1970 of a day of the calendar, month/day/year with a year of four digits; else null. */
function parseDate(text: string): number | null {
  const parts = DATE.exec(text);
  if (parts === null) return null;
  const [month, day, year] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const date = new Date(0);
  // Unlike Date.UTC, this takes years below 100 for what they are.
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  return Math.round(date.getTime() / 86_400_000);
}

/** Days of a pair of weeks and days; null for any other text. */
function parseWeeksDays(text: string): number | null {
  const parts = WEEKS_DAYS.exec(text);
  return parts === null ? null : 7 * Number(parts[2]) + Number(parts[4]);
}

/** Whether a text is a day of the calendar, month/day/year with a year of four digits. */
export function isCalendarDate(text: string): boolean {
  return parseDate(text) !== null;
}

/** Whether a text is a pair of weeks and days, `('17 weeks', '6 days')`, with or without the quotes. */
export function isWeeksDays(text: string): boolean {
  return parseWeeksDays(text) !== null;
}

/** Calculators of MedCalc-Bench by output; its own scoring (arXiv 2406.12036) goes by these numbers. */
const CALCULATORS: readonly (readonly [CalculationOutput, ReadonlySet<number>])[] = [
  ["date", new Set([13, 68])],
  ["weeks_days", new Set([69])],
  ["integer", new Set([4, 15, 16, 17, 18, 20, 21, 25, 27, 28, 29, 32, 33, 36, 43, 45, 48, 51])],
];

/** Decimal is what the published rows of all other calculators have; their greatest number is 69. */
const LAST_CALCULATOR = 69;

const OUTPUT_TYPES: Readonly<Record<string, CalculationOutput>> = {
  decimal: "decimal",
  integer: "integer",
  date: "date",
};

/**
 * How MedCalc-Bench compares a published row's answer, by its `Calculator ID`, or by its `Output Type`
 * where the number is none of the benchmark's; null where neither says.
 */
export function outputOfCalculator(row: Row): CalculationOutput | null {
  const number = readWhole(field(row, "Calculator ID"));
  if (number !== null && number >= 1 && number <= LAST_CALCULATOR) {
    return CALCULATORS.find(([, numbers]) => numbers.has(number))?.[0] ?? "decimal";
  }
  const type = field(row, "Output Type");
  return typeof type === "string" ? OUTPUT_TYPES[type.trim().toLowerCase()] ?? null : null;
}

const FORMS: Readonly<Record<CalculationOutput, string>> = {
  decimal: "a finite number",
  integer: "a whole number",
  date: "a date m/d/yyyy of the calendar",
  weeks_days: "weeks and days like ('17 weeks', '6 days')",
};

/** The text of a cell that holds a number, a text, or the pair as a list. */
function readScalar(value: unknown): string | null {
  if (typeof value === "number") return String(value);
  if (Array.isArray(value) && value.length === 2 && value.every((v) => typeof v === "string")) {
    return `('${value[0]}', '${value[1]}')`;
  }
  return typeof value === "string" ? value.trim() : null;
}

function readNumber(row: Row, name: string, where: Where): number {
  const text = readScalar(field(row, name));
  return (text === null ? null : parseDecimal(text)) ??
    refuse(where, name, field(row, name), "a finite number");
}

/** Dates and pairs are right only if equal, so limits beside them must not contradict the answer. */
function checkEqualLimits(
  row: Row,
  answerName: string,
  parse: (text: string) => number | null,
  where: Where,
): void {
  const answer = parse(readScalar(field(row, answerName))!)!;
  const [lower, upper] = ["Lower Limit", "Upper Limit"].map((name) => {
    const text = readScalar(field(row, name));
    return text === null ? null : parse(text);
  });
  if (typeof lower === "number" && typeof upper === "number" && lower > upper) {
    const rule = `at most the Upper Limit ${field(row, "Upper Limit")}; the two may be swapped`;
    refuse(where, "Lower Limit", field(row, "Lower Limit"), rule);
  }
  if ((lower ?? answer) > answer || (upper ?? answer) < answer) {
    const limits = `${field(row, "Lower Limit")} and ${field(row, "Upper Limit")}`;
    refuse(where, answerName, field(row, answerName), `within the limits ${limits}`);
  }
}

/**
 * Reads the answer and, for a number, its limits. Where nothing else says so, a number written without
 * a decimal point whose limits equal it is an integer: the published rows mark rule-based scores in
 * this way.
 *
 * @param answerName The field with the answer.
 * @param output How the answer is compared, where the set says it; null to tell it from the answer.
 * @throws {DataError} if the answer is not of its output, or the limits are no numbers, are swapped, or
 *   leave the answer out.
 */
export function readCalculation(
  row: Row,
  answerName: string,
  where: Where,
  output: CalculationOutput | null = null,
): GoldAnswer {
  const kind = "calculation";
  const value = field(row, answerName);
  const answer = readScalar(value);
  for (
    const [form, parse] of [["date", parseDate], ["weeks_days", parseWeeksDays]] as const
  ) {
    if (output !== null && output !== form) continue;
    if (answer !== null && parse(answer) !== null) {
      checkEqualLimits(row, answerName, parse, where);
      return { kind, answer, lower: null, upper: null, output: form };
    }
    if (output === form) refuse(where, answerName, value, FORMS[form]);
  }
  const number = answer === null ? null : parseDecimal(answer);
  if (answer === null || number === null) {
    const forms = output === null ? ["decimal", "date", "weeks_days"] as const : [output];
    refuse(where, answerName, value, forms.map((form) => FORMS[form]).join(", or "));
  }
  if (output === "integer" && !Number.isInteger(number)) {
    refuse(where, answerName, value, FORMS.integer);
  }
  const lower = readNumber(row, "Lower Limit", where);
  const upper = readNumber(row, "Upper Limit", where);
  if (lower > upper) {
    refuse(where, "Lower Limit", lower, `at most the Upper Limit ${upper}; the two may be swapped`);
  }
  if (number < lower || number > upper) {
    refuse(where, answerName, value, `within the limits ${lower} and ${upper}`);
  }
  const isScore = lower === upper && /^[+-]?\d+$/.test(answer);
  return { kind, answer, lower, upper, output: output ?? (isScore ? "integer" : "decimal") };
}
