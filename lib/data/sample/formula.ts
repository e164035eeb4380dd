/**
 * What a sample formula is: its data, the right method, and the wrong methods that a policy may take.
 *
 * @module
 */
import { uniform } from "../random.ts";
import type { CalculationOutput, Split } from "../record.ts";
import { type Step, writeNumber } from "./arithmetic.ts";

/** Which way a calculation goes: the right one, another formula, or units left as they are given. */
export type MethodName = "right" | "wrong-formula" | "unit-kept";

/** One way of working a question out; its result is the value of the last step. */
export interface Method {
  readonly name: MethodName;
  /** The method in a few words, e.g. `dbp plus a third of the gap`. */
  readonly rule: string;
  readonly steps: readonly Step[];
}

/** A published formula with the numbers that questions are made of. */
export interface Formula {
  /** What is asked for, with its unit where one has to be chosen. */
  readonly name: string;
  /** The right side of the formula, for questions that state it. */
  readonly equation: string;
  readonly output: Extract<CalculationOutput, "decimal" | "integer">;
  /** All tuples of numbers a question may be made of. */
  readonly numbers: readonly (readonly number[])[];
  /** The data of one question in words, e.g. `sbp 112, dbp 82`. */
  describe(numbers: readonly number[]): string;
  /** The right method first, then one to two wrong ones. */
  solve(numbers: readonly number[]): readonly Method[];
}

/** The result of a method. */
export function resultOf(method: Method): number {
  return method.steps[method.steps.length - 1]!.value;
}

/** The closed interval that counts as right: exact for integers, 95 to 105 % for decimals (MedCalc-Bench). */
export function limitsOf(
  value: number,
  output: CalculationOutput,
): { readonly lower: number; readonly upper: number } {
  if (output === "integer") return { lower: value, upper: value };
  const share = Math.abs(value) * 0.05;
  return {
    lower: Number(writeNumber(value - share)),
    upper: Number(writeNumber(value + share)),
  };
}

/** Whether every wrong method of these numbers ends outside the limits, and apart from the others. */
function separates(formula: Formula, numbers: readonly number[]): boolean {
  const [right, ...wrong] = formula.solve(numbers).map(resultOf);
  const { lower, upper } = limitsOf(right!, formula.output);
  return wrong.every((result) => result < lower || result > upper) &&
    new Set(wrong).size === wrong.length;
}

/** The split that a formula's numbers belong to: a fixed hash of the numbers, whatever the run's seed. */
function splitOf(formula: Formula, numbers: readonly number[]): Split {
  const share = uniform("sample split", 0, formula.name, numbers.join(" "));
  return share < 0.78 ? "train" : share < 0.86 ? "validation" : "test";
}

const tuplesBySplit = new WeakMap<Formula, Map<Split, (readonly number[])[]>>();

/**
 * The tuples that questions of a split draw from. Train, validation and test share none; `ood` has all
 * of them, as its formulas are never trained on.
 */
export function numbersOf(formula: Formula, split: Split): readonly (readonly number[])[] {
  const known = tuplesBySplit.get(formula) ?? new Map<Split, (readonly number[])[]>();
  tuplesBySplit.set(formula, known);
  let tuples = known.get(split);
  if (tuples === undefined) {
    tuples = formula.numbers.filter((numbers) =>
      separates(formula, numbers) && (split === "ood" || splitOf(formula, numbers) === split)
    );
    known.set(split, tuples);
  }
  return tuples;
}
