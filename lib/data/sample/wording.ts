/**
 * The words of a chain's thinking. The first word tells the strategy, the next the style.
 *
 * @module
 */
import { writeNumber } from "./arithmetic.ts";
import { type Method, resultOf } from "./formula.ts";
import type { Calculation, Fact } from "./question_plan.ts";
import type { Style } from "./style.ts";

const METHOD_LEADS: Readonly<Record<Method["name"], string>> = {
  right: "recall",
  "wrong-formula": "shortcut",
  "unit-kept": "raw",
};

/** Chains of more steps are long enough without words between the steps and a check at the end. */
const MOST_TALKED_STEPS = 3;

function thinkCalculation(
  { formula, numbers }: Calculation,
  method: Method,
  style: Style,
  letter: string | null,
): string {
  const lead = METHOD_LEADS[method.name];
  const lines = method.steps.map((step) => `${step.expression}=${writeNumber(step.value)}`);
  const named = method.steps.map((step, i) => `${step.name} ${lines[i]}`);
  const result = writeNumber(resultOf(method), 2);
  if (style === "terse") {
    return `${lead}: ${lines.join(", ")}${letter === null ? "" : `, so ${letter}`}`;
  }
  if (style === "middle") {
    const end = letter === null ? result : `option ${letter}`;
    return `${lead} rule: ${method.rule}. ${named.join(", ")}. so ${end}`;
  }
  const opening = `${lead} in full: we have ${formula.describe(numbers)}. ` +
    `the rule is ${method.rule}. `;
  const end = `so the answer is ${result}${letter === null ? "" : `, option ${letter}`}`;
  if (method.steps.length > MOST_TALKED_STEPS) return `${opening}${named.join(", ")}. ${end}`;
  const steps = named.map((line, i) => `${i === 0 ? "first the" : "then the"} ${line}. `);
  return `${opening}${steps.join("")}check again: ${lines.at(-1)}. ${end}`;
}

function thinkFact(fact: Fact, way: number, style: Style, letter: string | null): string {
  const lead = way === 0 ? "recall" : "guess";
  const answer = way === 0 ? fact.answer : fact.confusable;
  if (style === "terse") {
    return `${lead}: ${fact.subject}, ${answer}${letter === null ? "" : `, so ${letter}`}`;
  }
  const end = letter === null ? answer : `option ${letter}`;
  if (style === "middle") {
    return `${lead} rule: ${fact.subject} goes with ${answer}. so the answer is ${end}`;
  }
  return `${lead} in full: we have ${fact.subject}. ${fact.subject} goes with ${answer}. ` +
    `check again: ${fact.subject}, ${answer}. so the answer is ` +
    (letter === null ? answer : `${answer}, option ${letter}`);
}

/** The result of a way through a task, as it is written in an answer or an option. */
export function resultText(task: Calculation | Fact, way: number): string {
  if (task.type === "fact") return way === 0 ? task.answer : task.confusable;
  return writeNumber(resultOf(task.methods[way]!), 2);
}

/**
 * What a chain thinks, without tags.
 *
 * @param way Index into a calculation's methods, or 0 for the fact and 1 for the confusable one.
 * @param letter Letter of the option that the way leads to; null where there are no options.
 */
export function writeThinking(
  task: Calculation | Fact,
  way: number,
  style: Style,
  letter: string | null,
): string {
  return task.type === "fact"
    ? thinkFact(task, way, style, letter)
    : thinkCalculation(task, task.methods[way]!, style, letter);
}
