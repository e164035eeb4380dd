/**
 * MedCalc-Bench, as published (CSV or Parquet) and as Med-U1 prepared it (one JSON list).
 *
 * @module
 */

import type { QuestionRecord } from "../record.ts";
import { readCalculation } from "./calculation.ts";
import { hasFields, type Layout, readId, readTags, readText, type Row } from "./fields.ts";
import type { Where } from "./fields.ts";

const SET = { source: "MedCalc-Bench", licence: "CC-BY-SA-4.0" };

const PROBLEM = /^\s*<Context>([^]*)<\/Context>\s*<Question>([^]*)<\/Question>\s*$/;

/** Note and question in one text, between `<Context>` and `<Question>` tags. */
export const medu1CalculationLayout: Layout = {
  name: "Med-U1 calculation",
  recognises: (row) => hasFields(row, "problem", "answer", "Lower Limit", "Upper Limit"),
  parse(row: Row, where: Where): QuestionRecord {
    const problem = readText(row, "problem", where);
    const parts = PROBLEM.exec(problem);
    return {
      id: readId(row, "id", where),
      ...SET,
      question: (parts?.[2] ?? problem).trim(),
      context: (parts?.[1] ?? "").trim(),
      options: null,
      gold: readCalculation(row, "answer", where),
      split: "train",
      tags: [],
    };
  },
};

/** The published columns: Row Number, Calculator Name, Patient Note, Question and on. */
export const medcalcLayout: Layout = {
  name: "MedCalc-Bench",
  recognises: (row) => hasFields(row, "Patient Note", "Question", "Ground Truth Answer"),
  parse(row: Row, where: Where): QuestionRecord {
    return {
      id: readId(row, "Row Number", where),
      ...SET,
      question: readText(row, "Question", where).trim(),
      context: readText(row, "Patient Note", where).trim(),
      options: null,
      gold: readCalculation(row, "Ground Truth Answer", where),
      split: "train",
      tags: readTags(row, ["Calculator Name", "Category"], where),
    };
  },
};
