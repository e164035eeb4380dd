/**
 * What a calculator of the out-of-distribution questions is: a published formula, patients to put into
 * it, and the mistakes that are made with it.
 *
 * @module
 */
import type { CalculationOutput } from "../../record.ts";
import { writeNumber } from "../arithmetic.ts";
import { limitsOf } from "../formula.ts";

/** A number for decimals and integers, the text of a date or of weeks and days. */
export type Answer = number | string;

/** A plausible error and what it leads to; `turned-round`: a sign or a ratio the wrong way round. */
export interface Mistake {
  readonly name: "wrong-formula" | "unit-kept" | "turned-round" | "term-left-out";
  readonly answer: Answer;
}

/** A calculator with the patients that questions are about. */
export interface CalculatorSpec<Patient> {
  /** What is calculated; the tag of its questions. */
  readonly name: string;
  /** Organ system, the second tag. */
  readonly system: string;
  readonly output: CalculationOutput;
  readonly patients: readonly Patient[];
  /** The patient note, with units: all that is needed and no result. */
  note(patient: Patient): string;
  /** What is asked, with the unit of the answer. */
  question(patient: Patient): string;
  solve(patient: Patient): Answer;
  /** Three or more mistakes, the likeliest first. */
  mistakes(patient: Patient): readonly Mistake[];
}

/** One patient's question. */
export interface Problem {
  readonly note: string;
  readonly question: string;
  readonly answer: string;
  /** MedCalc-Bench's limits: 95 to 105 % for decimals, the number itself for integers, else null. */
  readonly lower: number | null;
  readonly upper: number | null;
  /** What three mistakes lead to: outside the limits and apart from each other. */
  readonly wrongAnswers: readonly [string, string, string];
}

/** A calculator whatever its patients are made of. */
export interface Calculator {
  readonly name: string;
  readonly system: string;
  readonly output: CalculationOutput;
  /** A problem for each patient whose mistakes can be told from the right answer. */
  problems(): readonly Problem[];
}

const WRONG_ANSWERS = 3;

/** Decimals of an answer, as in MedCalc-Bench. */
const DECIMALS = 3;

function writeAnswer(answer: Answer): string {
  return typeof answer === "string" ? answer : writeNumber(answer, DECIMALS);
}

function makeProblem<Patient>(spec: CalculatorSpec<Patient>, patient: Patient): Problem | null {
  const right = spec.solve(patient);
  const answer = writeAnswer(right);
  const limits = typeof right === "number"
    ? limitsOf(right, spec.output)
    : { lower: null, upper: null };
  const isRight = (wrong: Answer) =>
    typeof wrong === "number" ? wrong >= limits.lower! && wrong <= limits.upper! : wrong === right;
  const wrong = spec.mistakes(patient).map((mistake) => mistake.answer)
    .filter((candidate) => !isRight(candidate)).map(writeAnswer);
  const [first, second, third] = [...new Set(wrong)].slice(0, WRONG_ANSWERS);
  if (third === undefined) return null;
  return {
    note: spec.note(patient),
    question: spec.question(patient),
    answer,
    ...limits,
    wrongAnswers: [first!, second!, third],
  };
}

/** A calculator from its parts. Patients with fewer than three separate mistakes are left out. */
export function defineCalculator<Patient>(spec: CalculatorSpec<Patient>): Calculator {
  let problems: readonly Problem[] | null = null;
  const { name, system, output } = spec;
  return {
    name,
    system,
    output,
    problems: () =>
      problems ??= spec.patients.flatMap((patient) => makeProblem(spec, patient) ?? []),
  };
}
