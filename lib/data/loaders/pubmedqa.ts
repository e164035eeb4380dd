/**
 * PubMedQA's labelled questions: one object by PubMed id, decisions yes, no or maybe.
 *
 * @module
 */

import type { QuestionRecord } from "../record.ts";
import { checkText, field, hasFields, type Layout, readId, readText } from "./fields.ts";
import { refuse, type Row, type Where } from "./fields.ts";

const OPTIONS = { A: "yes", B: "no", C: "maybe" };

/** A question on an abstract; read as a choice of A: yes, B: no, C: maybe. */
export const pubmedqaLayout: Layout = {
  name: "PubMedQA",
  recognises: (row) => hasFields(row, "QUESTION", "CONTEXTS", "final_decision"),
  parse(row: Row, where: Where): QuestionRecord {
    const contexts = field(row, "CONTEXTS");
    if (!Array.isArray(contexts)) refuse(where, "CONTEXTS", contexts, "a list of texts");
    const decision = field(row, "final_decision");
    const letter = Object.entries(OPTIONS).find(([, text]) => text === decision)?.[0] ??
      refuse(where, "final_decision", decision, "yes, no or maybe");
    return {
      id: readId(row, "id", where),
      source: "PubMedQA",
      question: readText(row, "QUESTION", where),
      context: contexts.map((text, i) => checkText(text, `CONTEXTS[${i}]`, where)).join("\n"),
      options: OPTIONS,
      gold: { kind: "choice", letter },
      split: "train",
      licence: "MIT",
      tags: [],
    };
  },
};
