/**
 * Dates and gestational ages in answers.
 *
 * @module
 */
import { stripMarkup } from "./markup.ts";

const MONTHS = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
];

/** Three letters name a month; more must spell it. */
function monthNumber(name: string): number {
  return MONTHS.findIndex((month) => month.startsWith(name.toLowerCase())) + 1;
}

/** `yyyy-mm-dd`, or null if the calendar has no such day. */
function isoDate(year: number, month: number, day: number): string | null {
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  return date.toISOString().slice(0, 10);
}

/**
 * The one date that an answer states, as `yyyy-mm-dd`, or null if it states none, several different
 * ones, or a day that does not exist.
 *
 * MedCalc-Bench (arXiv 2406.12036) compares `%m/%d/%Y`; read are also missing zeros, dashes for
 * slashes, year-month-day, and English month names. The year needs four digits.
 *
 * @example
 * ```ts
 * import { readDate } from "@terse/rewards";
 * import { assertEquals } from "@std/assert";
 * assertEquals(readDate("12/7/2021"), "2021-12-07");
 * assertEquals(readDate("The due date is December 7, 2021."), "2021-12-07");
 * assertEquals(readDate("12/7/2021 or 12/8/2021"), null);
 * ```
 */
export function readDate(answer: string): string | null {
  const text = stripMarkup(answer).replace(/\\?[\/\u2044]/g, "/");
  const dates: (string | null)[] = [];
  for (const m of text.matchAll(/(?<![\d/-])(\d{1,2}) ?([/-]) ?(\d{1,2}) ?\2 ?(\d{4})(?!\d)/g)) {
    dates.push(isoDate(Number(m[4]), Number(m[1]), Number(m[3])));
  }
  for (const m of text.matchAll(/(?<!\d)(\d{4})([/-])(\d{1,2})\2(\d{1,2})(?!\d)/g)) {
    dates.push(isoDate(Number(m[1]), Number(m[3]), Number(m[4])));
  }
  for (
    const m of text.matchAll(
      /(?<![A-Za-z])([A-Za-z]{3,9})\.?[ -](\d{1,2})(?:st|nd|rd|th)?(?:, ?|[ -])(\d{4})(?!\d)/g,
    )
  ) {
    dates.push(isoDate(Number(m[3]), monthNumber(m[1]!), Number(m[2])));
  }
  for (
    const m of text.matchAll(
      /(?<!\d)(\d{1,2})(?:st|nd|rd|th)?(?: of |[ -])([A-Za-z]{3,9})\.?(?:, ?|[ -])(\d{4})(?!\d)/g,
    )
  ) {
    dates.push(isoDate(Number(m[3]), monthNumber(m[2]!), Number(m[1])));
  }
  const [first] = dates;
  return first !== undefined && dates.every((date) => date === first) ? first : null;
}

/**
 * The one length of time that an answer states in weeks and days, in days; null if it states none or
 * several. A part left out is 0.
 *
 * MedCalc-Bench compares the pair (weeks, days); here 2 weeks 3 days and 17 days are the same time.
 * Read are words and their abbreviations, the pair as MedCalc-Bench prints it, `(17, 6)` and `17+6`.
 *
 * @example
 * ```ts
 * import { readWeeksDays } from "@terse/rewards";
 * import { assertEquals } from "@std/assert";
 * assertEquals(readWeeksDays("('17 weeks', '6 days')"), 125);
 * assertEquals(readWeeksDays("17 weeks and 6 days"), 125);
 * assertEquals(readWeeksDays("17w6d"), 125);
 * ```
 */
export function readWeeksDays(answer: string): number | null {
  const text = stripMarkup(answer).toLowerCase().replace(
    /(\d) ?(?:weeks?|wks?|w)?(?: ?(?:and|\+|-) ?| )([0-6])\/7(?: ?(?:weeks?|wks?|w)(?![a-z]))?(?![\d ]*d)/g,
    "$1 weeks $2 days",
  );
  const pair = /^\(?\s?(\d{1,3})\s?[,+]\s?(\d{1,3})\s?\)?\.?$/.exec(text.replace(/['"]/g, ""));
  if (pair !== null) return 7 * Number(pair[1]) + Number(pair[2]);
  const weeks = [...text.matchAll(/(?<![\d./])(\d{1,3})\s?-?(?:weeks?|wks?|w)(?![a-z])/g)];
  const days = [...text.matchAll(/(?<![\d./])(\d{1,3})\s?-?(?:days?|d)(?![a-z])/g)];
  const weekCounts = new Set(weeks.map((match) => Number(match[1])));
  const dayCounts = new Set(days.map((match) => Number(match[1])));
  if (weekCounts.size > 1 || dayCounts.size > 1 || weekCounts.size + dayCounts.size === 0) {
    return null;
  }
  const [weekCount = 0] = weekCounts;
  const [dayCount = 0] = dayCounts;
  return 7 * weekCount + dayCount;
}
