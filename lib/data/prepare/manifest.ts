/**
 * What a prepared folder says of itself.
 *
 * @module
 */

import type { JsonValue } from "../canonical_json.ts";
import type { BadRow } from "../data_error.ts";
import type { RecipeStep } from "./recipe.ts";

/** Names the manifest's layout. */
export const MANIFEST_FORMAT = "terse prepared data 1";

/** Questions of a split by source and kind. */
export type RowCounts = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Content of a prepared folder's manifest.json. */
export interface Manifest {
  readonly format: typeof MANIFEST_FORMAT;
  readonly recipe: JsonValue;
  /** SHA-256 of the recipe and its files' hashes. */
  readonly recipeHash: string;
  readonly seed: number;
  readonly sources: readonly {
    readonly name: string;
    readonly file: string;
    readonly sha256: string;
    readonly layout: string;
    readonly rows: number;
    readonly licences: readonly string[];
    readonly skipped: readonly BadRow[];
    /** Terms of use and known faults of the sets in the file. */
    readonly notices: readonly string[];
  }[];
  readonly steps: readonly StepReport[];
  /** By split, then source, then kind. */
  readonly rows: Readonly<Record<string, RowCounts>>;
  readonly files: readonly {
    readonly name: string;
    readonly split?: string;
    readonly rows: number;
    readonly sha256: string;
  }[];
  /** SHA-256 of the files' hashes: what a run that reads the folder records. */
  readonly hash: string;
}

/** What a step did. */
export interface StepReport {
  readonly step: RecipeStep["step"];
  /** Questions before and after, by split. */
  readonly in: Readonly<Record<string, number>>;
  readonly out: Readonly<Record<string, number>>;
  /** Removed rows by rule; the file `removed.jsonl` lists them. */
  readonly removed?: Readonly<Record<string, number>>;
  /** Removed exact duplicates whose gold answer is not that of the question that stays. */
  readonly otherAnswer?: number;
}

/** One line for each split, source and kind. */
export function countSummary({ rows }: Pick<Manifest, "rows">): string[] {
  return Object.entries(rows).flatMap(([split, bySource]) =>
    Object.entries(bySource).flatMap(([source, byKind]) =>
      Object.entries(byKind).map(([kind, count]) =>
        `${split.padEnd(10)} ${source}, ${kind}: ${count.toLocaleString("en")}`
      )
    )
  );
}
