/**
 * Rows as Med-U1 prepared them: one JSON list of Source, problem, answer, and what each source adds.
 *
 * @module
 */

import type { GoldAnswer, QuestionRecord } from "../record.ts";
import { findAnswerChoices } from "./answer_choices.ts";
import { readCalculation } from "./calculation.ts";
import {
  checkLetter,
  checkOptions,
  field,
  hasFields,
  hasValue,
  type Layout,
  letterOf,
  readId,
  readOptions,
  readTags,
  readText,
  refuse,
  type Row,
  type Where,
} from "./fields.ts";

const LICENCES: Readonly<Record<string, string>> = {
  "MedCalc-Bench": "CC-BY-SA-4.0",
  MedIQ: "CC-BY-4.0",
  MediQ: "CC-BY-4.0",
  MedQA: "CC-BY-4.0",
  MedMCQA: "Apache-2.0",
  MedXpertQA: "MIT",
  PubMedQA: "MIT",
  "MMLU-Pro": "MIT",
  EHRNoteQA: "PhysioNet-Credentialed-Health-Data-1.5.0",
  "medical-o1-reasoning-SFT": "Apache-2.0",
  "medical-o1-verifiable-problem": "Apache-2.0",
};

/** Sources whose rows are choices even where a row has lost its options. */
const CHOICE_SOURCES = new Set(["MedIQ", "MediQ", "MedXpertQA", "EHRNoteQA", "MMLU-Pro"]);

/** A problem's note, its question, and what follows both; without tags all is question. */
interface Problem {
  readonly context: string;
  readonly question: string;
}

function between(text: string, start: string, end: string, until: number): [number, number] | null {
  const close = text.lastIndexOf(end, until);
  const open = close < 0 ? -1 : text.lastIndexOf(start, close);
  return open < 0 ? null : [open, close];
}

/** Note and question in one text, `<Context>...</Context> <Question>...</Question>`. */
function splitProblem(problem: string): Problem {
  const question = between(problem, "<Question>", "</Question>", Infinity);
  if (question !== null) {
    const start = problem.indexOf("<Context>");
    const end = problem.lastIndexOf("</Context>", question[0]);
    const isTagged = start >= 0 && start < end && problem.slice(0, start).trim() === "" &&
      problem.slice(end + "</Context>".length, question[0]).trim() === "";
    if (isTagged) {
      const asked = problem.slice(question[0] + "<Question>".length, question[1]).trim();
      const rest = problem.slice(question[1] + "</Question>".length).trim();
      return {
        context: problem.slice(start + "<Context>".length, end).trim(),
        question: rest === "" ? asked : `${asked}\n${rest}`,
      };
    }
  }
  return { context: "", question: problem.trim() };
}

/** Options in lines `A: ...` at the end of a question, and the question before them. */
function splitOptionLines(question: string): [string, [string, string][]] | null {
  const lines = question.split("\n");
  let first = lines.length;
  for (let i = lines.length - 1; i >= 0 && /^[A-Z]: /.test(lines[i]!); i--) first = i;
  // An option may be a line "B: ..." itself only if the letters still run from A.
  while (first < lines.length && !lines[first]!.startsWith("A: ")) first++;
  const options = lines.slice(first).map((line): [string, string] => [line[0]!, line.slice(3)]);
  const isWhole = options.length > 1 && options.every(([letter], i) => letter === letterOf(i));
  return isWhole ? [lines.slice(0, first).join("\n").trim(), options] : null;
}

/** Text between `<answer>` and `</answer>`; null where the tags are not there, each once. */
function unwrapAnswer(text: string): string | null {
  const match = /^\s*<answer>([^]*)<\/answer>\s*$/.exec(text);
  const inner = match?.[1]?.trim() ?? "";
  return inner === "" || inner.includes("<answer>") || inner.includes("</answer>") ? null : inner;
}

interface Read {
  readonly question: string;
  readonly options: QuestionRecord["options"];
  readonly gold: GoldAnswer;
}

function readChoiceRow(row: Row, { question }: Problem, where: Where): Read | null {
  const inText = splitOptionLines(question) ?? findAnswerChoices(question);
  const name = ["options", "choices"].find((key) => hasValue(row, key));
  if (name === undefined && inText === null) return null;
  const options = name === undefined
    ? checkOptions(inText![1], "problem", where, (letter) => `problem, option ${letter}`)
    : readOptions(row, name, where);
  const isRepeated = inText !== null &&
    inText[1].length === Object.keys(options).length &&
    inText[1].every(([letter, text]) => options[letter]?.trim() === text.trim());
  const answer = field(row, "answer");
  const text = typeof answer === "string" ? unwrapAnswer(answer) ?? answer.trim() : answer;
  const letter = checkLetter(text, "answer", options, where);
  const solution = field(row, "solution") ?? options[letter];
  if (typeof solution !== "string" || solution.trim() !== options[letter]!.trim()) {
    refuse(where, "solution", solution, `the text of option ${letter}, which answer names`);
  }
  const stem = isRepeated ? inText[0] : question;
  if (stem === "") refuse(where, "problem", field(row, "problem"), "a text before the options");
  return { question: stem, options, gold: { kind: "choice", letter } };
}

function readCalculationRow(row: Row, { question }: Problem, where: Where): Read {
  const answer = field(row, "answer");
  const bare = typeof answer === "string" ? unwrapAnswer(answer) ?? answer : answer;
  const gold = readCalculation({ ...row, answer: bare }, "answer", where);
  return { question, options: null, gold };
}

function readOpenRow(row: Row, { question }: Problem, source: string, where: Where): Read {
  if (CHOICE_SOURCES.has(source)) {
    refuse(where, "options", field(row, "options"), `options by letter, as ${source} has`);
  }
  const wrapped = readText(row, "answer", where);
  const answer = unwrapAnswer(wrapped) ??
    refuse(where, "answer", wrapped, "a text between <answer> and </answer>, each once");
  return { question, options: null, gold: { kind: "open", answer } };
}

/**
 * Calculations have limits; choices have `options` or `choices`, or their options in the problem's
 * text; all others are open questions with the answer between `<answer>` tags. The tags come off; the
 * reference's own preparation leaves them on, so that they count as words of the answer. Reasoning is
 * not kept.
 */
export const medu1Layout: Layout = {
  name: "Med-U1",
  recognises: (row) =>
    hasFields(row, "problem", "answer") &&
    (hasFields(row, "Source") || hasFields(row, "Lower Limit", "Upper Limit")),
  parse(row: Row, where: Where): QuestionRecord {
    const isCalculation = hasValue(row, "Lower Limit", "Upper Limit") ||
      field(row, "Source") === "MedCalc-Bench";
    const source = isCalculation && !hasValue(row, "Source")
      ? "MedCalc-Bench"
      : readText(row, "Source", where);
    const problem = splitProblem(readText(row, "problem", where));
    const read = isCalculation
      ? readCalculationRow(row, problem, where)
      : readChoiceRow(row, problem, where) ?? readOpenRow(row, problem, source, where);
    if (read.question === "") refuse(where, "problem", field(row, "problem"), "a question");
    return {
      id: readId(row, "id", where),
      source,
      question: read.question,
      context: problem.context,
      options: read.options,
      gold: read.gold,
      split: "train",
      licence: LICENCES[source] ?? "see source",
      tags: readTags(row, ["medical_task", "body_system", "question_type"], where),
    };
  },
};
