/**
 * Whether the right option stands in each place as often as in any other. A policy can learn the
 * commonest place instead of the answers.
 *
 * @module
 */

import type { QuestionRecord } from "../record.ts";
import { testEqualChances } from "./chi_square.ts";
import type { LetterRow } from "./inspection.ts";

/** Level of the tests of one table together. */
const LEVEL = 0.01;

/** The test's approximation is not trusted where a letter is expected less often. */
const LEAST_EXPECTED = 5;

interface Group {
  readonly source: string;
  readonly counts: number[];
  readonly firstOptions: string;
  isFixed: boolean;
}

/** Letters of the right options by source and number of options, the largest group first. */
export function countLetters(records: readonly QuestionRecord[]): LetterRow[] {
  const groups = new Map<string, Group>();
  for (const { source, options, gold } of records) {
    if (gold.kind !== "choice" || options === null) continue;
    const letters = Object.keys(options);
    const texts = JSON.stringify(Object.values(options));
    const key = `${letters.length}\n${source}`;
    let group = groups.get(key);
    if (group === undefined) {
      group = { source, counts: letters.map(() => 0), firstOptions: texts, isFixed: true };
      groups.set(key, group);
    }
    group.counts[letters.indexOf(gold.letter)]!++;
    group.isFixed &&= texts === group.firstOptions;
  }
  return [...groups.values()].map(({ source, counts, isFixed }): LetterRow => {
    const rows = counts.reduce((sum, count) => sum + count, 0);
    const test = rows / counts.length >= LEAST_EXPECTED ? testEqualChances(counts) : null;
    // Bonferroni: the level is shared by all tests of the table.
    const isSkewed = test !== null && test.p < LEVEL / groups.size;
    const isClass = isFixed && rows > 1;
    return { source, options: counts.length, rows, counts, isFixed: isClass, test, isSkewed };
  }).sort((a, b) => b.rows - a.rows || (a.source < b.source ? -1 : 1) || a.options - b.options);
}
