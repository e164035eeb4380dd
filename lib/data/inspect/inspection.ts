/**
 * What `data:inspect` finds, as plain JSON: numbers and bounded texts, made for printing and for a page.
 *
 * @module
 */

import type { BadRow } from "../data_error.ts";
import type { GoldAnswer } from "../record.ts";

/** A file that was read. */
export interface InspectedFile {
  readonly path: string;
  readonly layout: string;
  readonly sha256: string;
  readonly rows: number;
  readonly skipped: number;
}

/** Rows of one source, kind and split. */
export interface CountRow {
  readonly source: string;
  readonly kind: GoldAnswer["kind"];
  readonly split: string;
  readonly rows: number;
}

/** Lengths of a source's questions with context and options. */
export interface LengthRow {
  readonly source: string;
  readonly rows: number;
  readonly least: number;
  readonly median: number;
  /** 95 of 100 questions are no longer. */
  readonly p95: number;
  readonly most: number;
  /** Questions in each bin of {@linkcode Inspection.lengthEdges}. */
  readonly bins: readonly number[];
}

/** Where the right option stands, for a source's choices with one number of options. */
export interface LetterRow {
  readonly source: string;
  /** Number of options, 2 to 26. */
  readonly options: number;
  readonly rows: number;
  /** Right answers by letter, A first. */
  readonly counts: readonly number[];
  /** Whether all questions have the same options in the same order, so that a letter is a class. */
  readonly isFixed: boolean;
  /** Chi-square test of equal chances; null where a letter has an expectation below 5. */
  readonly test:
    | { readonly statistic: number; readonly degrees: number; readonly p: number }
    | null;
  /** Whether the letters are unevenly used, at a level of 1 % over all rows of the table. */
  readonly isSkewed: boolean;
}

/** Two questions of the set. */
export interface PairExample {
  readonly first: string;
  readonly second: string;
  /** Similarity of shingle sets, or share of n-grams found; 1 for equal texts. */
  readonly similarity: number;
  readonly teaser: string;
}

/** Repeated questions. */
export interface DuplicateFindings {
  readonly exact: number;
  readonly near: number;
  readonly examples: readonly PairExample[];
}

/** Questions of one part that give away questions of another. */
export interface OverlapRow {
  readonly part: string;
  readonly other: string;
  /** Questions of `part` that match one of `other`. */
  readonly exact: number;
  readonly ngram: number;
  readonly examples: readonly PairExample[];
}

/** Rows under one licence. */
export interface LicenceRow {
  readonly licence: string;
  readonly sources: readonly string[];
  readonly rows: number;
}

/** A row to look at; texts are cut, and null where the set must not be shown. */
export interface SampleRow {
  readonly source: string;
  readonly kind: GoldAnswer["kind"];
  readonly split: string;
  readonly id: string;
  readonly texts: {
    readonly context: string;
    readonly question: string;
    readonly options: readonly (readonly [letter: string, text: string])[];
    readonly gold: string;
    readonly tags: readonly string[];
  } | null;
}

/** Gold answers that cannot earn full marks. */
export interface GoldFindings {
  readonly checked: number;
  readonly failed: number;
  readonly examples: readonly string[];
}

/** What is known of a data set. */
export interface Inspection {
  readonly title: string;
  readonly files: readonly InspectedFile[];
  readonly rows: number;
  /** The first rows that were left out. */
  readonly skipped: readonly BadRow[];
  readonly notices: readonly string[];
  readonly counts: readonly CountRow[];
  /** `words` or `tokens of MODEL`. */
  readonly lengthUnit: string;
  /** Bins are from an edge to below the next one. */
  readonly lengthEdges: readonly number[];
  readonly lengths: readonly LengthRow[];
  readonly letters: readonly LetterRow[];
  readonly duplicates: DuplicateFindings;
  readonly parts: readonly { readonly name: string; readonly rows: number }[];
  readonly overlaps: readonly OverlapRow[];
  readonly licences: readonly LicenceRow[];
  readonly gold: GoldFindings;
  readonly samples: readonly SampleRow[];
  /** What should be looked at before the data are used, a sentence each. */
  readonly warnings: readonly string[];
}
