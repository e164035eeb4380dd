/**
 * FreedomIntelligence's open questions: medical-o1-verifiable-problem and medical-o1-reasoning-SFT.
 *
 * @module
 */

import type { QuestionRecord } from "../record.ts";
import { hasFields, type Layout, readText, type Row, type Where } from "./fields.ts";

function readOpen(
  row: Row,
  source: string,
  names: { readonly question: string; readonly answer: string },
  where: Where,
): QuestionRecord {
  return {
    id: "",
    source,
    question: readText(row, names.question, where).trim(),
    context: "",
    options: null,
    gold: { kind: "open", answer: readText(row, names.answer, where).trim() },
    split: "train",
    licence: "Apache-2.0",
    tags: [],
  };
}

/** Columns `Open-ended Verifiable Question` and `Ground-True Answer`, as the set spells them. */
export const verifiableProblemLayout: Layout = {
  name: "medical-o1-verifiable-problem",
  recognises: (row) => hasFields(row, "Open-ended Verifiable Question", "Ground-True Answer"),
  parse: (row: Row, where: Where) =>
    readOpen(row, "medical-o1-verifiable-problem", {
      question: "Open-ended Verifiable Question",
      answer: "Ground-True Answer",
    }, where),
};

/** Columns `Question`, `Complex_CoT` and `Response`; the reasoning is not kept. */
export const reasoningSftLayout: Layout = {
  name: "medical-o1-reasoning-SFT",
  recognises: (row) => hasFields(row, "Question", "Complex_CoT", "Response"),
  parse: (row: Row, where: Where) =>
    readOpen(
      row,
      "medical-o1-reasoning-SFT",
      { question: "Question", answer: "Response" },
      where,
    ),
};
