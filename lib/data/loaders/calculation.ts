/**
 * Gold answers of MedCalc-Bench: numbers with limits, dates, and pairs of weeks and days.
 *
 * @module
 */

import type { GoldAnswer } from "../record.ts";
import { field, refuse, type Row, type Where } from "./fields.ts";

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const DATE = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/;
const WEEKS_DAYS = /^\('(\d+) weeks?', ?'(\d+) days?'\)$/;

/** The finite number that a text writes in decimal digits; null for any other text. */
export function parseDecimal(text: string): number | null {
  const number = NUMBER.test(text) ? Number(text) : NaN;
  return Number.isFinite(number) ? number : null;
}

/** Whether a text is a pair of weeks and days, `('17 weeks', '6 days')`. */
export function isWeeksDays(text: string): boolean {
  return WEEKS_DAYS.test(text);
}

function readNumber(row: Row, name: string, where: Where): number {
  const value = field(row, name);
  const number = typeof value === "string" ? parseDecimal(value.trim()) : value;
  if (typeof number !== "number" || !Number.isFinite(number)) {
    refuse(where, name, value, "a finite number");
  }
  return number;
}

/** Whether a text is a day of the calendar, month/day/year with a year of four digits. */
export function isCalendarDate(text: string): boolean {
  const parts = DATE.exec(text);
  if (parts === null) return false;
  const [month, day, year] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/**
 * Reads the answer and, for a number, its limits. A number written without a decimal point whose
 * limits equal it is an integer: the published rows mark rule-based scores in this way.
 *
 * @param answerName The field with the answer.
 * @throws {DataError} if the answer is no number, calendar date m/d/yyyy or weeks-and-days pair, or
 *   the limits are no numbers, are swapped, or leave the answer out.
 */
export function readCalculation(row: Row, answerName: string, where: Where): GoldAnswer {
  const value = field(row, answerName);
  const answer = typeof value === "number" ? String(value) : value;
  if (typeof answer === "string") {
    const kind = "calculation";
    if (isCalendarDate(answer)) return { kind, answer, lower: null, upper: null, output: "date" };
    if (isWeeksDays(answer)) {
      return { kind, answer, lower: null, upper: null, output: "weeks_days" };
    }
  }
  const number = typeof answer === "string" ? parseDecimal(answer) : null;
  if (typeof answer !== "string" || number === null) {
    refuse(
      where,
      answerName,
      value,
      "a finite number, a date m/d/yyyy of the calendar, or ('17 weeks', '6 days')",
    );
  }
  const lower = readNumber(row, "Lower Limit", where);
  const upper = readNumber(row, "Upper Limit", where);
  if (lower > upper) {
    refuse(where, "Lower Limit", lower, `at most the Upper Limit ${upper}; the two may be swapped`);
  }
  if (number < lower || number > upper) {
    refuse(where, answerName, value, `within the limits ${lower} and ${upper}`);
  }
  const exact = lower === upper && /^[+-]?\d+$/.test(answer);
  return { kind: "calculation", answer, lower, upper, output: exact ? "integer" : "decimal" };
}
