/**
 * A manifest's counts as lines of text.
 *
 * @module
 */

import type { Manifest } from "./prepare_data.ts";

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
