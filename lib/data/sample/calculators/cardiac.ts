/**
 * QT intervals corrected for the heart rate, five ways.
 *
 * @module
 */
import { type Calculator, defineCalculator } from "./calculator.ts";
import { combine, introduce, type Sex, SEXES, WORDS } from "./patient.ts";

interface HeartPatient {
  readonly age: number;
  readonly sex: Sex;
  /** Milliseconds. */
  readonly qtMs: number;
  /** Beats per minute. */
  readonly rate: number;
}

// Near 60 beats all formulas agree, and no mistake can be told from the right answer.
const HEART_PATIENTS: readonly HeartPatient[] = combine({
  age: [18, 42, 56, 63, 75],
  sex: SEXES,
  qtMs: [312, 336, 360, 384, 408],
  rate: [40, 44, 88, 96, 104, 112, 125],
});

type Correction = (qtMs: number, rate: number) => number;

const rrSeconds = (rate: number) => 60 / rate;

const CORRECTIONS = {
  Bazett: (qtMs, rate) => qtMs / Math.sqrt(rrSeconds(rate)),
  Fridericia: (qtMs, rate) => qtMs / Math.cbrt(rrSeconds(rate)),
  Framingham: (qtMs, rate) => qtMs + 154 * (1 - rrSeconds(rate)),
  Hodges: (qtMs, rate) => qtMs + 1.75 * (rate - 60),
  Rautaharju: (qtMs, rate) => qtMs * (120 + rate) / 180,
} as const satisfies Record<string, Correction>;

/** A correction, with the ones that are easily taken for it, and the same turned round. */
function correctedQt(
  name: keyof typeof CORRECTIONS,
  others: readonly (keyof typeof CORRECTIONS)[],
  turned: Correction,
): Calculator {
  return defineCalculator({
    name: `corrected QT (${name})`,
    system: "cardiac",
    output: "decimal",
    patients: HEART_PATIENTS,
    note: ({ age, sex, qtMs, rate }) =>
      `${introduce(age, sex)} has an electrocardiogram before a new medicine is begun. ` +
      `${WORDS[sex].possessive} heart rate is ${rate} beats per minute and the QT interval ` +
      `${qtMs} msec.`,
    question: () => `What is the corrected QT interval by the ${name} formula, in msec?`,
    solve: ({ qtMs, rate }) => CORRECTIONS[name](qtMs, rate),
    mistakes: ({ qtMs, rate }) => [
      { name: "turned-round", answer: turned(qtMs, rate) },
      { name: "term-left-out", answer: qtMs },
      ...others.map((other) => ({
        name: "wrong-formula" as const,
        answer: CORRECTIONS[other](qtMs, rate),
      })),
      { name: "unit-kept", answer: CORRECTIONS[name](qtMs / 1000, rate) },
    ],
  });
}

/** QT / sqrt(RR), RR in seconds (Bazett 1920). */
export const bazett = correctedQt(
  "Bazett",
  ["Fridericia", "Hodges"],
  (qtMs, rate) => qtMs * Math.sqrt(rrSeconds(rate)),
);

/** QT / cube root of RR, RR in seconds (Fridericia 1920). */
export const fridericia = correctedQt(
  "Fridericia",
  ["Bazett", "Hodges"],
  (qtMs, rate) => qtMs * Math.cbrt(rrSeconds(rate)),
);

/** QT + 154 (1 - RR), milliseconds and seconds (Framingham: Sagie et al. 1992). */
export const framingham = correctedQt(
  "Framingham",
  ["Bazett", "Hodges"],
  (qtMs, rate) => qtMs - 154 * (1 - rrSeconds(rate)),
);

/** QT + 1.75 (rate - 60) (Hodges, Salerno and Erlien 1983). */
export const hodges = correctedQt(
  "Hodges",
  ["Bazett", "Framingham"],
  (qtMs, rate) => qtMs - 1.75 * (rate - 60),
);

/** QT (120 + rate) / 180 (Rautaharju, Mason and Akiyama 2014). */
export const rautaharju = correctedQt(
  "Rautaharju",
  ["Bazett", "Fridericia"],
  (qtMs, rate) => qtMs * 180 / (120 + rate),
);

/** Every calculator of this file. */
export const CARDIAC = [bazett, fridericia, framingham, hodges, rautaharju];
