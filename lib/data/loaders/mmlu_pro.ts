/**
 * MMLU-Pro: up to ten options in a list; the category, `health` among them, becomes a tag.
 *
 * @module
 */

import type { QuestionRecord } from "../record.ts";
import { checkLetter, field, hasFields, type Layout, letterOf, readId } from "./fields.ts";
import { readOptions, readTags, readText, readWhole, refuse } from "./fields.ts";
import type { Row, Where } from "./fields.ts";

/** Columns question_id, question, options, answer, answer_index, cot_content, category and src. */
export const mmluProLayout: Layout = {
  name: "MMLU-Pro",
  recognises: (row) => hasFields(row, "question", "options", "answer", "answer_index"),
  parse(row: Row, where: Where): QuestionRecord {
    const options = readOptions(row, "options", where);
    const letter = checkLetter(field(row, "answer"), "answer", options, where);
    const index = readWhole(field(row, "answer_index"));
    if (index === null || letterOf(index) !== letter) {
      const rule = `the place from 0 of option ${letter}, which answer names`;
      refuse(where, "answer_index", field(row, "answer_index"), rule);
    }
    return {
      id: readId(row, "question_id", where),
      source: "MMLU-Pro",
      question: readText(row, "question", where).trim(),
      context: "",
      options,
      gold: { kind: "choice", letter },
      split: "train",
      licence: "MIT",
      tags: readTags(row, ["category", "src"], where),
    };
  },
};
