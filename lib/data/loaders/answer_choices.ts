/**
 * MedQA, MedMCQA and MMLU's medical subjects as the MedXpertQA repository writes them: the options
 * stand in the question's text, the answer is a list of one letter.
 *
 * @module
 */

import type { QuestionRecord } from "../record.ts";
import {
  checkLetter,
  checkOptions,
  field,
  hasFields,
  type Layout,
  letterOf,
  readId,
  readTags,
  readText,
} from "./fields.ts";
import { refuse, type Row, type Where } from "./fields.ts";

const HEADING = "\nAnswer Choices: ";

function setOf(row: Row): { source: string; licence: string } {
  if (hasFields(row, "subject_name")) return { source: "MedMCQA", licence: "Apache-2.0" };
  if (hasFields(row, "subject")) return { source: "MMLU-medical", licence: "MIT" };
  return { source: "MedQA", licence: "CC-BY-4.0" };
}

const mark = (index: number): string => ` (${letterOf(index)}) `;

/** Start of each `(A)`, `(B)`, ... in order, going forward; each letter's first place after the one before. */
function findMarks(list: string): number[] {
  const starts: number[] = [];
  let from = 0;
  for (let index = 0; index < 26; index++) {
    const start = list.indexOf(mark(index), from);
    if (start < 0) break;
    starts.push(start);
    from = start + 1;
  }
  return starts;
}

/** Whether going backward from the last letter finds the same places: else an option names another. */
function isUnambiguous(list: string, starts: readonly number[]): boolean {
  let before = Infinity;
  for (let index = starts.length - 1; index >= 0; index--) {
    const start = list.lastIndexOf(mark(index), before - 1);
    if (start !== starts[index]) return false;
    before = start;
  }
  return true;
}

/** The question before its choices, and the choices; or what is wrong with them. */
type Split =
  | { readonly stem: string; readonly options: [letter: string, text: string][] }
  | { readonly found: string; readonly rule: string };

function splitChoices(question: string): Split {
  const at = question.lastIndexOf(HEADING);
  if (at < 0) {
    return { found: question.slice(-180), rule: 'a text with a line "Answer Choices: (A) ..."' };
  }
  const stem = question.slice(0, at).trim();
  if (stem === "") return { found: question, rule: "a text before the answer choices" };
  const list = ` ${question.slice(at + HEADING.length)} `;
  const starts = findMarks(list);
  if (starts.length < 2 || starts[0] !== 0) {
    return { found: list, rule: "followed by at least two choices, (A) first" };
  }
  if (!isUnambiguous(list, starts)) {
    return { found: list, rule: "followed by choices that can be told apart by their letters" };
  }
  const options = starts.map((start, index): [string, string] => [
    letterOf(index),
    list.slice(start + mark(index).length, starts[index + 1]).trim(),
  ]);
  return { stem, options };
}

/** The question before its `Answer Choices:` and the choices; null where there are none to be read. */
export function findAnswerChoices(
  question: string,
): [stem: string, options: [letter: string, text: string][]] | null {
  const split = splitChoices(question);
  return "stem" in split ? [split.stem, split.options] : null;
}

function readChoices(question: string, where: Where): [stem: string, Record<string, string>] {
  const split = splitChoices(question);
  if ("rule" in split) return refuse(where, "question", split.found, split.rule);
  return [
    split.stem,
    checkOptions(split.options, "question", where, (letter) => `question, option ${letter}`),
  ];
}

/** Question with `Answer Choices: (A) ... (B) ...` inside and label `["A"]`. */
export const answerChoicesLayout: Layout = {
  name: "answer choices",
  recognises: (row) =>
    hasFields(row, "question", "label") && !hasFields(row, "options") &&
    String(field(row, "question")).includes(HEADING),
  parse(row: Row, where: Where): QuestionRecord {
    const [question, options] = readChoices(readText(row, "question", where), where);
    const label = field(row, "label");
    if (!Array.isArray(label) || label.length !== 1) {
      refuse(where, "label", label, "a list of one letter");
    }
    return {
      id: readId(row, "id", where),
      ...setOf(row),
      question,
      context: "",
      options,
      gold: { kind: "choice", letter: checkLetter(label[0], "label", options, where) },
      split: "train",
      tags: readTags(row, ["subject_name", "topic_name", "subject"], where),
    };
  },
};
