/**
 * Sample questions as records.
 *
 * @module
 */
import type { GoldAnswer, QuestionKind, QuestionRecord, Split } from "../record.ts";
import { limitsOf, resultOf } from "./formula.ts";
import { LETTERS, planQuestion, type QuestionPlan } from "./question_plan.ts";
import { resultText } from "./wording.ts";

const SOURCES: Readonly<Record<QuestionKind, string>> = {
  calculation: "SampleCalc",
  choice: "SampleChoice",
  open: "SampleOpen",
};

/** The letter of an option's text. */
export function letterOf(options: readonly string[], text: string): string {
  return LETTERS[options.indexOf(text)]!;
}

function goldOf({ task, options }: QuestionPlan): GoldAnswer {
  const answer = task.type === "case" ? task.problem.answer : resultText(task, 0);
  if (options !== null) return { kind: "choice", letter: letterOf(options, answer) };
  if (task.type === "fact") return { kind: "open", answer };
  const kind = "calculation";
  if (task.type === "case") {
    const { lower, upper } = task.problem;
    return { kind, answer, lower, upper, output: task.calculator.output };
  }
  const { output } = task.formula;
  return { kind, answer, ...limitsOf(resultOf(task.methods[0]!), output), output };
}

function tagsOf(task: QuestionPlan["task"]): string[] {
  switch (task.type) {
    case "fact":
      return [task.topic];
    case "calculation":
      return [task.formula.name];
    case "case":
      return [task.calculator.name, task.calculator.system];
  }
}

function recordOf(plan: QuestionPlan, id: string, split: Split): QuestionRecord {
  const { task, options } = plan;
  return {
    id,
    source: SOURCES[plan.kind],
    question: plan.question,
    context: task.type === "case" ? task.problem.note : "",
    options: options && Object.fromEntries(options.map((text, i) => [LETTERS[i]!, text])),
    gold: goldOf(plan),
    split,
    licence: "MIT",
    tags: tagsOf(task),
  };
}

/**
 * The first `count` sample questions of a split: about half calculations, three in ten choices, two in
 * ten open questions. Nothing is random but by key, so record i is the same whatever the count.
 *
 * Train, validation and test share no question text under any seed: calculations are parted by a hash
 * of their numbers, facts by the stem they are asked with. `ood` asks in turn for other formulas, which
 * it states, and for published calculators in a patient's case; for facts the other way round, and for
 * facts of other topics in plain sentences. Numbers run through all tuples of a split before one
 * comes again; a split's facts with their stems are few, so many open questions repeat.
 *
 * @param options `seed`: any integer; `count`: a whole number of at least 0.
 * @throws {RangeError} if the count is no whole number of at least 0.
 *
 * @example
 * ```ts
 * import { generateQuestions } from "@terse/data";
 * import { assertEquals } from "@std/assert";
 * const questions = generateQuestions({ seed: 1, split: "test", count: 20 });
 * assertEquals(questions.filter((record) => record.gold.kind === "calculation").length, 10);
 * ```
 */
export function generateQuestions(
  options: { readonly seed: number; readonly split: Split; readonly count: number },
): QuestionRecord[] {
  const { seed, split, count } = options;
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new RangeError(
      `Cannot generate questions: count must be a whole number of at least 0: current value is ` +
        count,
    );
  }
  return Array.from({ length: count }, (_, index) => {
    const id = `${seed}-${split}-${index}`;
    return recordOf(planQuestion(seed, split, index), id, split);
  });
}

/**
 * The plan behind a record of {@link generateQuestions}, worked out again from its id.
 *
 * @throws {RangeError} if the id is not one of a sample question.
 */
export function planOf(record: QuestionRecord): QuestionPlan {
  const [, seed, split, index] = /^(-?\d+)-(train|validation|test|ood)-(\d+)$/.exec(record.id) ??
    [];
  if (seed === undefined || !record.source.startsWith("Sample")) {
    throw new RangeError(
      `Cannot plan a question again: the record must be a sample question with an id like ` +
        `"1-train-0": current value is ${JSON.stringify(record.id)} of ${record.source}`,
    );
  }
  return planQuestion(Number(seed), split as Split, Number(index));
}
