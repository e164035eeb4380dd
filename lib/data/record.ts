/**
 * One question, whatever set it came from. Every loader ends in this type and every reward starts from it.
 *
 * @module
 */

/** The three kinds of question that Med-U1 (arXiv 2506.12307, section 3) answers with one policy. */
export type QuestionKind = "choice" | "calculation" | "open";

/** How a calculation's answer is compared; MedCalc-Bench's output types. */
export type CalculationOutput = "decimal" | "integer" | "date" | "weeks_days";

/** The right answer and, for a number, the closed interval that counts as right. */
export type GoldAnswer =
  | { readonly kind: "choice"; readonly letter: string }
  | {
    readonly kind: "calculation";
    readonly answer: string;
    readonly lower: number | null;
    readonly upper: number | null;
    readonly output: CalculationOutput;
  }
  | { readonly kind: "open"; readonly answer: string };

/** Which part of a data set a record belongs to; `ood` holds kinds of question never trained on. */
export type Split = "train" | "validation" | "test" | "ood";

/** One question with its gold answer. Records are plain JSON and never mutated. */
export interface QuestionRecord {
  /** Unique within its source. */
  readonly id: string;
  /** Name of the data set, e.g. `MedQA`. */
  readonly source: string;
  readonly question: string;
  /** Patient note or other passage that the question refers to; empty where there is none. */
  readonly context: string;
  /** Option texts by letter, for choices; null otherwise. */
  readonly options: Readonly<Record<string, string>> | null;
  readonly gold: GoldAnswer;
  readonly split: Split;
  readonly licence: string;
  /** Free labels, e.g. the calculator's name or the subject. */
  readonly tags: readonly string[];
  /** Share of a policy's completions that were right, 0 to 1: its difficulty. Absent where unknown. */
  readonly passRate?: number;
}
