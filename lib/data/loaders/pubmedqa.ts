/**
 * PubMedQA's labelled questions, decisions yes, no or maybe: one object by PubMed id as the authors
 * publish them, or a table as the Hugging Face hub has them.
 *
 * @module
 */

import type { QuestionRecord } from "../record.ts";
import { field, hasFields, isRow, type Layout, readId, readText, readTexts } from "./fields.ts";
import { refuse, type Row, type Where } from "./fields.ts";
import { readNested } from "./python_literal.ts";

const OPTIONS = { A: "yes", B: "no", C: "maybe" };

interface Parts {
  readonly id: string;
  readonly question: string;
  readonly contexts: readonly string[];
}

function toRecord(row: Row, { id, question, contexts }: Parts, where: Where): QuestionRecord {
  const decision = field(row, "final_decision");
  const letter = Object.entries(OPTIONS).find(([, text]) => text === decision)?.[0] ??
    refuse(where, "final_decision", decision, "yes, no or maybe");
  return {
    id,
    source: "PubMedQA",
    question,
    context: contexts.join("\n"),
    options: OPTIONS,
    gold: { kind: "choice", letter },
    split: "train",
    licence: "MIT",
    tags: [],
  };
}

/** QUESTION, CONTEXTS and final_decision; read as a choice of A: yes, B: no, C: maybe. */
export const pubmedqaLayout: Layout = {
  name: "PubMedQA",
  recognises: (row) => hasFields(row, "QUESTION", "CONTEXTS"),
  parse: (row: Row, where: Where) =>
    toRecord(row, {
      id: readId(row, "id", where),
      question: readText(row, "QUESTION", where),
      contexts: readTexts(row, "CONTEXTS", where),
    }, where),
};

/** Columns pubid, question, context { contexts, labels, meshes }, long_answer, final_decision. */
export const pubmedqaTableLayout: Layout = {
  name: "PubMedQA (hub)",
  recognises: (row) => hasFields(row, "pubid", "question", "context"),
  parse(row: Row, where: Where) {
    const context = readNested(field(row, "context"));
    if (!isRow(context)) refuse(where, "context", context, "an object with a list contexts");
    return toRecord(row, {
      id: readId(row, "pubid", where),
      question: readText(row, "question", where),
      contexts: readTexts(
        { "context.contexts": field(context, "contexts") },
        "context.contexts",
        where,
      ),
    }, where);
  },
};
