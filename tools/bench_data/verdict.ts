/**
 * What of the planted copies was found, told by the ids of the bench's tables.
 *
 * @module
 */

import type { BenchTables } from "./tables.ts";

/** Shares from 0 to 1. */
export interface Verdict {
  readonly nearRecall: number;
  readonly contaminatedRecall: number;
  /** Rows removed that are no copies, of all rows that are none. */
  readonly falseShare: number;
}

/** Reads a file of ids, one a line. */
export async function removedIds(path: string): Promise<string[]> {
  return (await Deno.readTextFile(path)).split("\n").filter((line) => line !== "");
}

/** Judges what was removed. Originals stand before their copies, so that a copy is what goes. */
export function judge(
  removed: readonly string[],
  { rows, nearDuplicates, contaminated }: Omit<BenchTables, "paths">,
): Verdict {
  const ids = new Set(removed);
  let near = 0, leaks = 0, others = 0;
  for (const id of ids) {
    if (id.includes("-near-")) near++;
    else if (id.includes("-leak-")) leaks++;
    else others++;
  }
  return {
    nearRecall: near / nearDuplicates,
    contaminatedRecall: leaks / contaminated,
    falseShare: others / (rows - nearDuplicates - contaminated),
  };
}
