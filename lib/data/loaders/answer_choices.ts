/**
 * MedQA, MedMCQA and MMLU's medical subjects as the MedXpertQA repository writes them: the options
 * stand in the question's text, the answer is a list of one letter.
 *
 * @module
 */

import type { QuestionRecord } from "../record.ts";
import {
  checkLetter,
  field,
  hasFields,
  type Layout,
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

const mark = (index: number): string => ` (${String.fromCharCode(65 + index)}) `;

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

function splitOptions(question: string, where: Where): [stem: string, Record<string, string>] {
  const at = question.lastIndexOf(HEADING);
  if (at < 0) {
    refuse(where, "question", question.slice(-180), 'a text with a line "Answer Choices: (A) ..."');
  }
  const stem = question.slice(0, at).trim();
  if (stem === "") refuse(where, "question", question, "a text before the answer choices");
  const list = ` ${question.slice(at + HEADING.length)} `;
  const starts = findMarks(list);
  if (starts.length < 2 || starts[0] !== 0) {
    refuse(where, "question", list, "followed by at least two choices, (A) first");
  }
  if (!isUnambiguous(list, starts)) {
    refuse(where, "question", list, "followed by choices that can be told apart by their letters");
  }
  const options: Record<string, string> = {};
  starts.forEach((start, index) => {
    const letter = String.fromCharCode(65 + index);
    const text = list.slice(start + mark(index).length, starts[index + 1]).trim();
    if (text === "") refuse(where, `question, option ${letter}`, text, "a text with characters");
    options[letter] = text;
  });
  return [stem, options];
}

/** Question with `Answer Choices: (A) ... (B) ...` inside and label `["A"]`. */
export const answerChoicesLayout: Layout = {
  name: "answer choices",
  recognises: (row) =>
    hasFields(row, "question", "label") && !hasFields(row, "options") &&
    String(field(row, "question")).includes(HEADING),
  parse(row: Row, where: Where): QuestionRecord {
    const [question, options] = splitOptions(readText(row, "question", where), where);
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
