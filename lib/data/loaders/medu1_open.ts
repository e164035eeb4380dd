/**
 * Open questions of medical-o1-reasoning-SFT as Med-U1 prepared them.
 *
 * @module
 */

import type { QuestionRecord } from "../record.ts";
import {
  hasFields,
  type Layout,
  readId,
  readText,
  refuse,
  type Row,
  type Where,
} from "./fields.ts";

/**
 * Problem and an answer between `<answer>` tags. The tags come off; the reference's own preparation
 * leaves them on, so that they count as words of the answer. The given reasoning is not kept.
 */
export const medu1OpenLayout: Layout = {
  name: "Med-U1 open",
  recognises: (row) =>
    hasFields(row, "Source", "problem", "answer") && !hasFields(row, "Lower Limit"),
  parse(row: Row, where: Where): QuestionRecord {
    const wrapped = readText(row, "answer", where);
    const answer = /^\s*<answer>([^]*)<\/answer>\s*$/.exec(wrapped)?.[1]?.trim() ?? "";
    if (answer === "" || answer.includes("<answer>")) {
      refuse(where, "answer", wrapped, "a text between <answer> and </answer>, each once");
    }
    return {
      id: readId(row, "id", where),
      source: readText(row, "Source", where),
      question: readText(row, "problem", where).trim(),
      context: "",
      options: null,
      gold: { kind: "open", answer },
      split: "train",
      licence: "Apache-2.0",
      tags: [],
    };
  },
};
