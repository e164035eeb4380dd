/**
 * MedMCQA as published: options in columns, the right one by number.
 *
 * @module
 */

import { DataError, previewValue } from "../data_error.ts";
import type { QuestionRecord } from "../record.ts";
import {
  checkOptions,
  field,
  hasFields,
  type Layout,
  letterOf,
  readId,
  readTags,
  readText,
  readWhole,
  refuse,
  type Row,
  type Where,
} from "./fields.ts";

const OPTION_NAMES = ["opa", "opb", "opc", "opd"] as const;

/**
 * Columns id, question, opa to opd, cop (0 to 3) and on. The set's first release counts cop from 1: a
 * file that has a 4 before any 0 is refused whole, since its other rows would be read one off.
 *
 * @returns A layout for one file.
 */
export function makeMedmcqaLayout(): Layout {
  let hasZero = false;
  return {
    name: "MedMCQA",
    recognises: (row) => hasFields(row, "question", ...OPTION_NAMES),
    parse(row: Row, where: Where): QuestionRecord {
      const options = checkOptions(
        OPTION_NAMES.map((name, i) => [letterOf(i), field(row, name)] as const),
        "opa to opd",
        where,
        (letter) => `op${letter.toLowerCase()}`,
      );
      const value = field(row, "cop");
      const index = readWhole(value);
      if (index === -1 || (value ?? null) === null) {
        const rule = "0 to 3; the test file is published without answers: use the validation file";
        refuse(where, "cop", value, rule);
      }
      if (index === 4 && !hasZero) {
        throw new DataError({
          path: where.path,
          row: null,
          field: `row ${where.row}, cop`,
          found: previewValue(value),
          rule: "0 to 3 as on the Hugging Face hub; this file seems to count from 1",
        });
      }
      hasZero ||= index === 0;
      const letter = index === null ? "" : letterOf(index);
      if (!Object.hasOwn(options, letter)) refuse(where, "cop", value, "0, 1, 2 or 3");
      return {
        id: readId(row, "id", where),
        source: "MedMCQA",
        question: readText(row, "question", where).trim(),
        context: "",
        options,
        gold: { kind: "choice", letter },
        split: "train",
        licence: "Apache-2.0",
        tags: readTags(row, ["subject_name", "topic_name"], where),
      };
    },
  };
}
