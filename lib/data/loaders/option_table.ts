/**
 * Choices with the options in an object by letter: MedXpertQA Text, MedBullets, MedQA (GBaker) and
 * MediQ, whose patient note is a list of sentences.
 *
 * @module
 */

import type { QuestionRecord } from "../record.ts";
import { checkLetter, checkText, field, hasFields, type Layout, readId } from "./fields.ts";
import { readOptions, readTags, readText, refuse, type Row, type Where } from "./fields.ts";

function setOf(row: Row): { source: string; licence: string } {
  if (hasFields(row, "medical_task")) return { source: "MedXpertQA", licence: "MIT" };
  if (hasFields(row, "context")) return { source: "MediQ", licence: "CC-BY-4.0" };
  if (hasFields(row, "meta_info")) return { source: "MedQA", licence: "CC-BY-4.0" };
  return { source: "MedBullets", licence: "see source" };
}

function readContext(row: Row, where: Where): string {
  const context = field(row, "context");
  if (context === undefined) return "";
  if (!Array.isArray(context)) refuse(where, "context", context, "a list of sentences");
  return context.map((text, i) => checkText(text, `context[${i}]`, where)).join(" ");
}

/** Options `{A: ..., B: ...}` with the letter in `label` or `answer_idx`. */
export const optionTableLayout: Layout = {
  name: "option table",
  recognises: (row) =>
    hasFields(row, "question", "options") &&
    (hasFields(row, "label", "medical_task") || hasFields(row, "answer_idx")),
  parse(row: Row, where: Where): QuestionRecord {
    const options = readOptions(row, "options", where);
    const key = hasFields(row, "answer_idx") ? "answer_idx" : "label";
    const letter = checkLetter(field(row, key), key, options, where);
    const answer = field(row, "answer");
    if (answer !== undefined && answer !== options[letter] && answer !== letter) {
      refuse(where, "answer", answer, `the text of option ${letter}, which ${key} names`);
    }
    return {
      id: readId(row, "id", where),
      ...setOf(row),
      question: readText(row, "question", where),
      context: readContext(row, where),
      options,
      gold: { kind: "choice", letter },
      split: "train",
      tags: readTags(row, ["medical_task", "body_system", "question_type"], where),
    };
  },
};
