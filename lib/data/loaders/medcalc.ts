/**
 * MedCalc-Bench as published: CSV or Parquet with the same columns in v1.0, v1.2 and Verified.
 *
 * @module
 */

import type { QuestionRecord } from "../record.ts";
import { outputOfCalculator, readCalculation } from "./calculation.ts";
import { hasFields, type Layout, readId, readTags, readText, type Row } from "./fields.ts";
import type { Where } from "./fields.ts";

/** Row numbers begin anew in each split, so calculator and note go into the id where they are given. */
function readRowId(row: Row, where: Where): string {
  const parts = ["Row Number", "Calculator ID", "Note ID"].map((name) => readId(row, name, where));
  return parts.filter((part) => part !== "").join("-");
}

/** Row Number, Calculator ID, Calculator Name, Patient Note, Question, Ground Truth Answer and on. */
export const medcalcLayout: Layout = {
  name: "MedCalc-Bench",
  recognises: (row) => hasFields(row, "Patient Note", "Question", "Ground Truth Answer"),
  parse(row: Row, where: Where): QuestionRecord {
    return {
      id: readRowId(row, where),
      source: "MedCalc-Bench",
      licence: "CC-BY-SA-4.0",
      question: readText(row, "Question", where).trim(),
      context: readText(row, "Patient Note", where).trim(),
      options: null,
      gold: readCalculation(row, "Ground Truth Answer", where, outputOfCalculator(row)),
      split: "train",
      tags: readTags(row, ["Calculator Name", "Category"], where),
    };
  },
};
