/**
 * What a sample question is about, worked out from its seed, split and index alone.
 *
 * @module
 */
import { permutation, uniform, uniformInteger } from "../random.ts";
import type { QuestionKind, Split } from "../record.ts";
import { writeNumber } from "./arithmetic.ts";
import { CALCULATORS } from "./calculators/mod.ts";
import type { Calculator, Problem } from "./calculators/calculator.ts";
import { type Topic, TOPICS } from "./facts.ts";
import { type Formula, limitsOf, type Method, numbersOf, resultOf } from "./formula.ts";
import { TRAINED_FORMULAS } from "./trained_formulas.ts";
import { UNSEEN_TOPICS } from "./unseen_facts.ts";
import { UNSEEN_FORMULAS } from "./unseen_formulas.ts";

/** A formula with the numbers to put into it; `methods` has the right one first. */
export interface Calculation {
  readonly type: "calculation";
  readonly formula: Formula;
  readonly numbers: readonly number[];
  readonly methods: readonly Method[];
}

/** A calculator with one patient's problem. */
export interface PatientCase {
  readonly type: "case";
  readonly calculator: Calculator;
  readonly problem: Problem;
}

/** One fact of a topic, asked for from its subject (or, out of distribution, from its answer). */
export interface Fact {
  readonly type: "fact";
  readonly topic: string;
  readonly subject: string;
  readonly answer: string;
  /** The answer of the fact that is easily taken for this one. */
  readonly confusable: string;
  /** Answers of the topic's further facts. */
  readonly others: readonly string[];
}

/** A question before it is put into a record. */
export interface QuestionPlan {
  readonly kind: QuestionKind;
  readonly task: Calculation | PatientCase | Fact;
  readonly question: string;
  /** The texts of options A to D; null where the question has none. */
  readonly options: readonly string[] | null;
}

/** Letters of the options, in order. */
export const LETTERS = ["A", "B", "C", "D"] as const;

/** Kinds of ten questions in a row, before they are shuffled. */
const SLOTS_PER_BLOCK = 10;
const CALCULATIONS_PER_BLOCK = 5;
const CHOICES_PER_BLOCK = 3;
const OPEN_PER_BLOCK = 2;

/** Two in six frames state the formula, so that following a stated formula is learned. */
const STATING_FRAMES = [
  "use {equation}. {data}. what is the {name}?",
  "{data}. {name} is {equation}. what is it?",
];
const FRAMES = [
  ...STATING_FRAMES,
  "a patient has {data}. what is the {name}?",
  "what is the {name} with {data}?",
  "give the {name}. the patient has {data}.",
  "{data}. what is the {name}?",
];

/** Out of distribution, every other question is in plain sentences: a patient's case or a new topic. */
const isPlain = (split: Split, turn: number) => split === "ood" && turn % 2 === 1;

/** A prime above the length of every list: steps of it visit each entry before any comes again. */
const STRIDE = 7919;

function pick<T>(list: readonly T[], ...key: Parameters<typeof uniform>): T {
  return list[uniformInteger(0, list.length - 1, ...key)]!;
}

/** The entry at a turn when a list is gone through again and again from a drawn start. */
function takeTurn<T>(list: readonly T[], turn: number, ...key: Parameters<typeof uniform>): T {
  const start = uniformInteger(0, list.length - 1, ...key);
  return list[(start + turn * STRIDE) % list.length]!;
}

function planCase(
  seed: number,
  use: "calculation" | "choice",
  turn: number,
): { task: PatientCase; question: string } {
  const round = Math.floor(turn / CALCULATORS.length);
  const order = permutation(CALCULATORS.length, `sample calculator ${use}`, seed, round);
  const calculator = CALCULATORS[order[turn % CALCULATORS.length]!]!;
  const problems = calculator.problems();
  const problem = takeTurn(problems, round, `sample patient ${use}`, seed, calculator.name);
  return { task: { type: "case", calculator, problem }, question: problem.question };
}

function planCalculation(
  seed: number,
  split: Split,
  use: "calculation" | "choice",
  turn: number,
): { task: Calculation; question: string } {
  const formulas = split === "ood" ? UNSEEN_FORMULAS : TRAINED_FORMULAS;
  const round = Math.floor(turn / formulas.length);
  const order = permutation(formulas.length, `sample formula ${use}`, seed, split, round);
  const formula = formulas[order[turn % formulas.length]!]!;
  const tuples = numbersOf(formula, split);
  const numbers = takeTurn(tuples, round, `sample numbers ${use}`, seed, split, formula.name);
  const frames = split === "ood" ? STATING_FRAMES : FRAMES;
  const question = pick(frames, `sample frame ${use}`, seed, split, turn)
    .replaceAll("{equation}", formula.equation)
    .replaceAll("{data}", formula.describe(numbers))
    .replaceAll("{name}", formula.name);
  return {
    task: { type: "calculation", formula, numbers, methods: formula.solve(numbers) },
    question,
  };
}

interface FactPlace {
  readonly topic: number;
  readonly pair: number;
}

const FACT_PLACES: readonly FactPlace[] = TOPICS.flatMap((topic, t) =>
  topic.pairs.map((_, pair) => ({ topic: t, pair }))
);

function sharesWord(a: string, b: string): boolean {
  const words = new Set(a.split(" "));
  return b.split(" ").some((word) => words.has(word));
}

/** Open answers of one shared word would be half right, so such facts are left to the choices. */
const REVERSIBLE_PLACES = FACT_PLACES.filter(({ topic, pair }) => {
  const pairs = TOPICS[topic]!.pairs;
  return !sharesWord(pairs[pair]![0], pairs[pair ^ 1]![0]);
});

/** The stems of a fact for a split: test and validation have one each that training never shows. */
function stemsOf({ topic, pair }: FactPlace, split: Split): readonly string[] {
  const { stems, reverseStems } = TOPICS[topic]!;
  if (split === "ood") return reverseStems;
  const testStem = pair % stems.length;
  const validationStem = (pair + 1) % stems.length;
  if (split === "test") return [stems[testStem]!];
  if (split === "validation") return [stems[validationStem]!];
  return stems.filter((_, i) => i !== testStem && i !== validationStem);
}

/** The fact of a pair, asked for from one of its sides. */
function factOf({ name, pairs }: Pick<Topic, "name" | "pairs">, pair: number, from: 0 | 1): Fact {
  const to = from === 0 ? 1 : 0;
  return {
    type: "fact",
    topic: name,
    subject: pairs[pair]![from],
    answer: pairs[pair]![to],
    confusable: pairs[pair ^ 1]![to],
    others: pairs.filter((_, i) => (i >> 1) !== (pair >> 1)).map((texts) => texts[to]),
  };
}

const UNSEEN_PLACES: readonly FactPlace[] = UNSEEN_TOPICS.flatMap((topic, t) =>
  topic.pairs.map((_, pair) => ({ topic: t, pair }))
);

function planUnseenFact(
  seed: number,
  use: "choice" | "open",
  turn: number,
): { task: Fact; question: string } {
  const place = takeTurn(UNSEEN_PLACES, turn, `sample unseen fact ${use}`, seed);
  const topic = UNSEEN_TOPICS[place.topic]!;
  const task = factOf(topic, place.pair, 0);
  const stem = pick(topic.stems, `sample unseen stem ${use}`, seed, turn);
  return { task, question: stem.replaceAll("{x}", task.subject) };
}

function planFact(
  seed: number,
  split: Split,
  use: "choice" | "open",
  turn: number,
): { task: Fact; question: string } {
  const places = split === "ood" && use === "open" ? REVERSIBLE_PLACES : FACT_PLACES;
  const place = takeTurn(places, turn, `sample fact ${use}`, seed, split);
  const task = factOf(TOPICS[place.topic]!, place.pair, split === "ood" ? 1 : 0);
  const stem = pick(stemsOf(place, split), `sample stem ${use}`, seed, split, turn);
  return { task, question: stem.replaceAll("{x}", task.subject) };
}

/** The right option first, then what wrong ways lead to, then fillers: four texts. */
function listOptions(task: QuestionPlan["task"], ...key: Parameters<typeof uniform>): string[] {
  if (task.type === "fact") {
    const order = permutation(task.others.length, ...key);
    return [task.answer, task.confusable, task.others[order[0]!]!, task.others[order[1]!]!];
  }
  if (task.type === "case") return [task.problem.answer, ...task.problem.wrongAnswers];
  const results = task.methods.map(resultOf);
  const right = results[0]!;
  const { lower, upper } = limitsOf(right, task.formula.output);
  for (const filler of [right * 2, right / 2, right * 3]) {
    if (results.length < LETTERS.length && !results.includes(filler)) results.push(filler);
  }
  if (results.slice(1).some((result) => result >= lower && result <= upper)) {
    throw new Error(
      `Cannot plan a choice: the wrong options of ${task.formula.name} must lie outside ` +
        `${lower} to ${upper}: current value is ${results.slice(1).join(", ")}`,
    );
  }
  return results.map((result) => writeNumber(result, 2));
}

/** Puts the options in order: the right one's letter runs through A to D in every four choices. */
function orderOptions(texts: readonly string[], seed: number, split: Split, turn: number) {
  const count = LETTERS.length;
  const letterOrder = permutation(count, "sample letter", seed, split, Math.floor(turn / count));
  const ordered = permutation(count - 1, "sample order", seed, split, turn)
    .map((i) => texts[i + 1]!);
  ordered.splice(letterOrder[turn % count]!, 0, texts[0]!);
  return ordered;
}

/** Turns of a split's notes, or of its plain sentences: out of distribution, each has every other one. */
const ownTurn = (split: Split, turn: number) => split === "ood" ? Math.floor(turn / 2) : turn;

function planSum(seed: number, split: Split, use: "calculation" | "choice", turn: number) {
  return isPlain(split, turn)
    ? planCase(seed, use, ownTurn(split, turn))
    : planCalculation(seed, split, use, ownTurn(split, turn));
}

function planRecall(seed: number, split: Split, use: "choice" | "open", turn: number) {
  return isPlain(split, turn)
    ? planUnseenFact(seed, use, ownTurn(split, turn))
    : planFact(seed, split, use, ownTurn(split, turn));
}

/** The plan of the question at an index: half calculations, three in ten choices, two in ten open. */
export function planQuestion(seed: number, split: Split, index: number): QuestionPlan {
  const block = Math.floor(index / SLOTS_PER_BLOCK);
  const slots = permutation(SLOTS_PER_BLOCK, "sample kinds", seed, split, block);
  const slot = slots[index % SLOTS_PER_BLOCK]!;
  if (slot < CALCULATIONS_PER_BLOCK) {
    const turn = block * CALCULATIONS_PER_BLOCK + slot;
    const plan = planSum(seed, split, "calculation", turn);
    return { kind: "calculation", ...plan, options: null };
  }
  const choice = slot - CALCULATIONS_PER_BLOCK;
  if (choice < CHOICES_PER_BLOCK) {
    // Of three choices the last is a calculation.
    const factChoices = CHOICES_PER_BLOCK - 1;
    const plan = choice === factChoices
      ? planSum(seed, split, "choice", block)
      : planRecall(seed, split, "choice", block * factChoices + choice);
    const turn = block * CHOICES_PER_BLOCK + choice;
    const texts = listOptions(plan.task, "sample fillers", seed, split, turn);
    return { kind: "choice", ...plan, options: orderOptions(texts, seed, split, turn) };
  }
  const turn = block * OPEN_PER_BLOCK + choice - CHOICES_PER_BLOCK;
  return { kind: "open", ...planRecall(seed, split, "open", turn), options: null };
}
