/**
 * What whoever loads a data set should know about it.
 *
 * @module
 */

import type { QuestionRecord } from "../record.ts";

const TERMS: Readonly<Record<string, string>> = {
  EHRNoteQA:
    "EHRNoteQA and MIMIC-IV-Note are PhysioNet credentialed data (PhysioNet Credentialed Health Data " +
    "License 1.5.0): use them only under your own data use agreement; do not share the file, prompts, " +
    "completions or reports that quote it, and do not send it to services of third parties.",
};

/** Rows of MedCalc-Bench v1.0's train and test files; v1.2 and Verified have other counts. */
const MEDCALC_V1_ROWS = new Set([10_053, 1_047]);

/** Sources whose texts must not be shown in anything that may be published. */
export const CREDENTIALED_SOURCES: ReadonlySet<string> = new Set(["EHRNoteQA"]);

/** Collects what is to be said about a file's sets while its records go by. */
export class TermsReader {
  readonly #sources = new Set<string>();
  #withoutNotes = 0;

  /** Terms of use to be said before the record, since it is the first of its set; or null. */
  read({ source, context }: QuestionRecord): string | null {
    if (source === "EHRNoteQA" && context === "") this.#withoutNotes++;
    if (this.#sources.has(source)) return null;
    this.#sources.add(source);
    return TERMS[source] ?? null;
  }

  /**
   * Known faults of the whole.
   *
   * @param rows Rows of the file, bad ones included.
   */
  describeFaults(rows: number): string[] {
    const faults: string[] = [];
    if (this.#withoutNotes > 0) {
      faults.push(
        `${this.#withoutNotes} EHRNoteQA questions have no notes: join note_1 to note_3 from ` +
          "MIMIC-IV-Note by patient_id, or the questions cannot be answered.",
      );
    }
    if (this.#sources.has("MedCalc-Bench") && MEDCALC_V1_ROWS.has(rows)) {
      faults.push(
        `${
          rows.toLocaleString("en")
        } rows of MedCalc-Bench are as many as v1.0 has, whose labels ` +
          "are partly wrong: prefer MedCalc-Bench Verified.",
      );
    }
    return faults;
  }
}
