/**
 * How long questions are.
 *
 * @module
 */

import type { QuestionRecord } from "../record.ts";
import type { LengthRow } from "./inspection.ts";

/** Bins that the longest question's doublings are cut into, each. */
const BINS_PER_DOUBLING = 2;

/** Context, question and options, as one text to be measured. */
export function textOf({ context, question, options }: QuestionRecord): string {
  return [context, question, ...Object.values(options ?? {})].filter((part) => part !== "")
    .join("\n");
}

/** Words of a text: what stands between white space. */
export function countWords(text: string): number {
  let count = 0;
  for (const _ of text.matchAll(/\S+/g)) count++;
  return count;
}

/** The q-quantile of ascending numbers: the least number that at least the share q does not exceed. */
function quantile(sorted: ArrayLike<number>, q: number): number {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]!;
}

/**
 * Lengths by source, the largest source first, and the edges of their bins: whole numbers, half a
 * doubling apart.
 */
export function measureLengths(
  records: readonly QuestionRecord[],
  countLength: (text: string) => number,
): { readonly edges: number[]; readonly rows: LengthRow[] } {
  const bySource = new Map<string, number[]>();
  for (const record of records) {
    const lengths = bySource.get(record.source) ?? [];
    lengths.push(countLength(textOf(record)));
    bySource.set(record.source, lengths);
  }
  const sorted = [...bySource].map(([source, lengths]) =>
    [source, Float64Array.from(lengths).sort()] as const
  ).sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1));
  const most = sorted.reduce((high, [, lengths]) => Math.max(high, lengths.at(-1)!), 1);
  const edges = [0];
  for (let power = 0; edges.at(-1)! <= most; power++) {
    const edge = Math.round(2 ** (power / BINS_PER_DOUBLING));
    if (edge > edges.at(-1)!) edges.push(edge);
  }
  const rows = sorted.map(([source, lengths]): LengthRow => {
    const bins = edges.slice(1).map(() => 0);
    let bin = 0;
    for (const length of lengths) {
      while (length >= edges[bin + 1]!) bin++;
      bins[bin]!++;
    }
    return {
      source,
      rows: lengths.length,
      least: lengths[0]!,
      median: quantile(lengths, 0.5),
      p95: quantile(lengths, 0.95),
      most: lengths.at(-1)!,
      bins,
    };
  });
  return { edges, rows };
}
