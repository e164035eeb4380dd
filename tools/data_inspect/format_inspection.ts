/**
 * What `data:inspect` prints.
 *
 * @module
 */

import type { Inspection, LetterRow } from "@terse/data";

/** Pairs that are printed; the page has more. */
const PRINTED_PAIRS = 3;

/** Aligned columns: numbers to the right, texts to the left. */
function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const columns = rows[0]!.map((_, i) => ({
    width: Math.max(...rows.map((row) => row[i]!.length)),
    isNumber: rows.slice(1).every((row) => /^[\d.e+-]*$/.test(row[i]!)),
  }));
  return rows.map((row) => {
    const cells = row.map((cell, i) => {
      const { width, isNumber } = columns[i]!;
      return isNumber ? cell.padStart(width) : cell.padEnd(width);
    });
    return `  ${cells.join("  ").trimEnd()}`;
  });
}

function describeOverlaps({ overlaps }: Inspection): string[] {
  if (overlaps.length === 0) return [];
  const found = overlaps.filter(({ exact, ngram }) => exact + ngram > 0);
  return [
    `overlaps: ${found.length} of ${overlaps.length} pairs of parts share questions`,
    ...found.map(({ part, other, exact, ngram }) =>
      `  ${part} gives away questions of ${other}: ${exact} exact, ${ngram} by n-grams`
    ),
  ];
}

function describeLetters({ counts, rows }: LetterRow): string {
  return counts.map((count, i) =>
    `${String.fromCharCode(65 + i)} ${(100 * count / rows).toFixed(0)}%`
  ).join(" ");
}

/** Lines of text, one table after the other; warnings last, so that they are seen. */
export function formatInspection(found: Inspection): string[] {
  const lines = [`${found.title}: ${found.rows} questions`];
  for (const { path, layout, sha256, rows, skipped } of found.files) {
    lines.push(
      `  ${path} (${layout}): ${rows} rows, ${skipped} left out, sha256 ${sha256.slice(0, 12)}`,
    );
  }
  for (const { row, field, rule, found: value } of found.skipped) {
    lines.push(`  left out: row ${row}: ${field} must be ${rule}: current value is ${value}`);
  }
  lines.push("", "questions");
  lines.push(...alignColumns([
    ["source", "kind", "split", "rows"],
    ...found.counts.map(({ source, kind, split, rows }) => [source, kind, split, String(rows)]),
  ]));
  lines.push("", `length in ${found.lengthUnit}, with context and options`);
  lines.push(...alignColumns([
    ["source", "least", "median", "95 %", "most"],
    ...found.lengths.map(({ source, least, median, p95, most }) => [
      source,
      ...[least, median, p95, most].map(String),
    ]),
  ]));
  if (found.letters.length > 0) {
    lines.push("", "right answers by letter");
    lines.push(...alignColumns([
      ["source", "options", "rows", "p", "share"],
      ...found.letters.map((row) => [
        row.source,
        String(row.options),
        String(row.rows),
        row.test === null ? "-" : row.test.p.toPrecision(2),
        describeLetters(row),
      ]),
    ]));
  }
  const { exact, near, examples } = found.duplicates;
  lines.push("", `duplicates: ${exact} exact, ${near} near`);
  for (const { first, second, similarity } of examples.slice(0, PRINTED_PAIRS)) {
    lines.push(`  ${second} repeats ${first} (${similarity.toFixed(2)})`);
  }
  lines.push(...describeOverlaps(found));
  lines.push("", "licences");
  lines.push(...alignColumns([
    ["licence", "rows", "sources"],
    ...found.licences.map(({ licence, rows, sources }) => [
      licence,
      String(rows),
      sources.join(", "),
    ]),
  ]));
  const { checked, failed } = found.gold;
  lines.push("", `gold answers: ${checked - failed} of ${checked} earn full marks`);
  lines.push(...found.notices.map((notice) => `note: ${notice}`));
  lines.push(...found.warnings.map((warning) => `warning: ${warning}`));
  return lines;
}
