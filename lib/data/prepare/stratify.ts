/**
 * Shares of the train questions for validation and test.
 *
 * @module
 */

import { uniform } from "../random.ts";
import { orderByKey } from "./key_order.ts";
import { randomWords } from "./mix.ts";
import type { SplitStep } from "./recipe.ts";
import { KINDS, type RowColumns, SPLITS } from "./row_columns.ts";

/**
 * Writes the splits of train rows: of each source and kind the shares asked for, as near as whole
 * clusters allow. A cluster belongs to the source and kind of its first row.
 *
 * @param rows Train rows in order.
 * @param clusterOf The first row of a row's cluster.
 */
export function stratify(
  rows: Uint32Array,
  clusterOf: (row: number) => number,
  { source, kind, key, split }: Pick<RowColumns, "source" | "kind" | "key" | "split">,
  { validation, test }: SplitStep,
  seed: number,
): void {
  const members = Map.groupBy(rows, clusterOf);
  const strata = Map.groupBy(
    members.keys(),
    (first) => source[first]! * KINDS.length + kind[first]!,
  );
  for (const firsts of strata.values()) {
    const words = randomWords(firsts.length, (i) => uniform("split", seed, key[firsts[i]!]!));
    const order = orderByKey(words, Uint32Array.from(firsts.keys()));
    const total = firsts.reduce((sum, first) => sum + members.get(first)!.length, 0);
    const wanted = [
      { code: SPLITS.indexOf("test"), left: Math.round(test * total) },
      { code: SPLITS.indexOf("validation"), left: Math.round(validation * total) },
    ];
    for (const index of order) {
      const cluster = members.get(firsts[index]!)!;
      const place = wanted.find(({ left }) => left >= cluster.length);
      if (place === undefined) continue;
      place.left -= cluster.length;
      for (const row of cluster) split[row] = place.code;
    }
  }
}
