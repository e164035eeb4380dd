/**
 * Choices with their options apart from the question: MedXpertQA Text, MedBullets, MedQA (GBaker) and
 * MediQ, whose patient note is a list of sentences.
 *
 * @module
 */

import type { QuestionRecord } from "../record.ts";
import { findAnswerChoices } from "./answer_choices.ts";
import { checkLetter, field, hasFields, isRow, type Layout, readId, readTexts } from "./fields.ts";
import { readOptions, readTags, readText, refuse, type Row, type Where } from "./fields.ts";
import { readNested } from "./python_literal.ts";

/** MediQ's second set tells of a patient the age and gender alone, and of no length. */
function isCraftMd(row: Row): boolean {
  const patient = readNested(field(row, "patient"));
  return isRow(patient) && hasFields(row, "facts") && !hasFields(row, "context_len") &&
    Object.keys(patient).sort().join() === "age,gender";
}

function setOf(row: Row): { source: string; licence: string } {
  if (hasFields(row, "medical_task")) return { source: "MedXpertQA", licence: "MIT" };
  if (hasFields(row, "context")) {
    const source = isCraftMd(row) ? "MediQ craft_md" : "MediQ";
    return { source, licence: "CC-BY-4.0" };
  }
  if (hasFields(row, "meta_info")) return { source: "MedQA", licence: "CC-BY-4.0" };
  return { source: "MedBullets", licence: "see source" };
}

function readContext(row: Row, where: Where): string {
  if (field(row, "context") === undefined) return "";
  return readTexts(row, "context", where).map((sentence) => sentence.trim()).join(" ").trim();
}

/** The question without the list of its options, where it repeats them. */
function withoutChoices(question: string, options: Readonly<Record<string, string>>): string {
  const [stem, choices] = findAnswerChoices(question) ?? [question, []];
  const isRepeated = choices.length === Object.keys(options).length &&
    choices.every(([letter, text]) => options[letter]?.trim() === text);
  return isRepeated ? stem : question;
}

/** A letter, or a list of one. */
function readLetter(row: Row, name: string): unknown {
  const value = readNested(field(row, name));
  return Array.isArray(value) && value.length === 1 ? value[0] : value;
}

/** Options with letters A, B, C and on, and the letter of the right one in `label` or `answer_idx`. */
export const optionTableLayout: Layout = {
  name: "option table",
  recognises: (row) =>
    hasFields(row, "question", "options") &&
    (hasFields(row, "label", "medical_task") || hasFields(row, "answer_idx")),
  parse(row: Row, where: Where): QuestionRecord {
    const options = readOptions(row, "options", where);
    const key = hasFields(row, "answer_idx") ? "answer_idx" : "label";
    const letter = checkLetter(readLetter(row, key), key, options, where);
    const answer = field(row, "answer") ?? letter;
    const isText = typeof answer === "string" && answer.trim() === options[letter]!.trim();
    if (!isText && answer !== letter) {
      refuse(where, "answer", answer, `the text of option ${letter}, which ${key} names`);
    }
    return {
      id: readId(row, "id", where),
      ...setOf(row),
      question: withoutChoices(readText(row, "question", where), options),
      context: readContext(row, where),
      options,
      gold: { kind: "choice", letter },
      split: "train",
      tags: readTags(row, ["medical_task", "body_system", "question_type", "meta_info"], where),
    };
  },
};
