/**
 * Calculators of pregnancy: MedCalc-Bench's 13 (due date), 68 (conception) and 69 (gestational age).
 *
 * @module
 */
import { defineCalculator } from "./calculator.ts";
import { combine } from "./patient.ts";

const DAY_MS = 86_400_000;

/** `MM/DD/YYYY` of a day, counted from 1 January 1970. */
function writeDate(day: number): string {
  const [year, month, date] = new Date(day * DAY_MS).toISOString().slice(0, 10).split("-");
  return `${month}/${date}/${year}`;
}

function dayOf(year: number, month: number, date: number): number {
  return Date.UTC(year, month - 1, date) / DAY_MS;
}

function plural(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/** `('17 weeks', '6 days')`, the text in which MedCalc-Bench writes the pair. */
function writeWeeksDays(days: number): string {
  return `('${plural(Math.floor(days / 7), "week")}', '${plural(days % 7, "day")}')`;
}

interface Pregnancy {
  readonly age: number;
  /** First day of the last menstrual period, in days from 1 January 1970. */
  readonly periodDay: number;
  readonly cycleDays: number;
}

// 37 days apart, so that months and days of the month run through all values.
const PERIOD_DAYS = Array.from({ length: 60 }, (_, i) => dayOf(2018, 1, 5) + 37 * i);

const PREGNANCIES: readonly Pregnancy[] = combine({
  age: [23, 29, 34, 38],
  periodDay: PERIOD_DAYS,
  cycleDays: [26, 28, 30, 33],
});

const pregnancyNote = ({ age, periodDay, cycleDays }: Pregnancy) =>
  `A ${age}-year-old woman is pregnant. Her last menstrual period began on ` +
  `${writeDate(periodDay)}, and her cycles are regular and ${cycleDays} days long.`;

/** 280 days after the last period, and later by what the cycle is longer than 28 days (Naegele 1830). */
export const dueDate = defineCalculator({
  name: "estimated due date (Naegele)",
  system: "obstetric",
  output: "date",
  patients: PREGNANCIES,
  note: pregnancyNote,
  question: () =>
    "What is the estimated due date by Naegele's rule (40 weeks after the last period), moved by the " +
    "difference of the cycle from 28 days? Answer with the date alone, as MM/DD/YYYY.",
  solve: ({ periodDay, cycleDays }) => writeDate(periodDay + 280 + cycleDays - 28),
  mistakes: ({ periodDay, cycleDays }) => [
    { name: "turned-round", answer: writeDate(periodDay + 280 - (cycleDays - 28)) },
    { name: "term-left-out", answer: writeDate(periodDay + 280) },
    { name: "wrong-formula", answer: writeDate(periodDay + 266 + cycleDays - 28) },
    { name: "wrong-formula", answer: writeDate(periodDay + 273 + cycleDays - 28) },
    { name: "wrong-formula", answer: writeDate(periodDay + 294 + cycleDays - 28) },
  ],
});

/** 14 days after the last period (MedCalc-Bench's rule; Naegele 1830 has conception follow it). */
export const conceptionDate = defineCalculator({
  name: "estimated date of conception",
  system: "obstetric",
  output: "date",
  patients: PREGNANCIES.filter(({ cycleDays }) => cycleDays === 28),
  note: pregnancyNote,
  question: () =>
    "On which date was the estimated conception, two weeks after the last period began? Answer with " +
    "the date alone, as MM/DD/YYYY.",
  solve: ({ periodDay }) => writeDate(periodDay + 14),
  mistakes: ({ periodDay }) => [
    { name: "turned-round", answer: writeDate(periodDay - 14) },
    { name: "wrong-formula", answer: writeDate(periodDay + 28) },
    { name: "term-left-out", answer: writeDate(periodDay + 7) },
  ],
});

/** Weeks and days from the last period to a visit (MedCalc-Bench's 69, after Naegele 1830). */
export const gestationalAge = defineCalculator({
  name: "estimated gestational age",
  system: "obstetric",
  output: "weeks_days",
  patients: combine({
    age: [21, 27, 32, 39],
    periodDay: PERIOD_DAYS,
    pregnantDays: [45, 64, 97, 125, 168, 202, 243],
  }),
  note: ({ age, periodDay, pregnantDays }) =>
    `A ${age}-year-old woman is pregnant and comes for a check on ` +
    `${writeDate(periodDay + pregnantDays)}. Her last menstrual period began on ` +
    `${writeDate(periodDay)}.`,
  question: () =>
    "What is the estimated gestational age by the last period? Answer with weeks and days, written " +
    "like ('4 weeks', '3 days').",
  solve: ({ pregnantDays }) => writeWeeksDays(pregnantDays),
  mistakes: ({ pregnantDays }) => [
    { name: "wrong-formula", answer: writeWeeksDays(pregnantDays - 14) },
    { name: "wrong-formula", answer: writeWeeksDays(pregnantDays + 1) },
    { name: "unit-kept", answer: writeWeeksDays(Math.round(pregnantDays / 30.4) * 28) },
    { name: "turned-round", answer: writeWeeksDays(pregnantDays - 1) },
  ],
});

/** Every calculator of this file. */
export const OBSTETRIC = [dueDate, conceptionDate, gestationalAge];
