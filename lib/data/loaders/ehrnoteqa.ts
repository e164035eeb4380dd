/**
 * EHRNoteQA 1.0.1, from the user's own copy.
 *
 * @module
 */

import type { QuestionRecord } from "../record.ts";
import { checkLetter, checkOptions, checkText, field, hasFields, hasValue } from "./fields.ts";
import { type Layout, letterOf, readId, readText, refuse, type Row, type Where } from "./fields.ts";

const OPTION_NAMES = ["A", "B", "C", "D", "E"].map((letter) => `choice_${letter}`);
const NOTE_NAMES = ["note_1", "note_2", "note_3"];

/**
 * Columns patient_id, question, choice_A to choice_E, answer and num_notes, and note_1 to note_3 once
 * they are joined from MIMIC-IV-Note; without them a question has no context.
 */
export const ehrnoteqaLayout: Layout = {
  name: "EHRNoteQA",
  recognises: (row) => hasFields(row, "question", "choice_A", "choice_B", "answer"),
  parse(row: Row, where: Where): QuestionRecord {
    const options = checkOptions(
      OPTION_NAMES.map((name, i) => [letterOf(i), field(row, name)] as const),
      "choice_A to choice_E",
      where,
      (letter) => `choice_${letter}`,
    );
    const notes = NOTE_NAMES.filter((name) => hasValue(row, name) && field(row, name) !== "")
      .map((name) => checkText(field(row, name), name, where).trim());
    if (notes.some((note) => note === "")) {
      refuse(where, "note_1 to note_3", "", "texts with more than white space, or left out");
    }
    return {
      id: readId(row, "patient_id", where),
      source: "EHRNoteQA",
      question: readText(row, "question", where).trim(),
      context: notes.join("\n\n"),
      options,
      gold: { kind: "choice", letter: checkLetter(field(row, "answer"), "answer", options, where) },
      split: "train",
      licence: "PhysioNet-Credentialed-Health-Data-1.5.0",
      tags: [],
    };
  },
};
