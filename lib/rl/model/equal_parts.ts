/**
 * Cutting a number of rows into parts.
 *
 * @module
 */

/** Some rows of many. */
export interface RowRange {
  readonly begin: number;
  readonly size: number;
}

/** The fewest parts of at most `most` rows that cover `count`, of equal sizes, the last one excepted. */
export function equalParts(count: number, most: number): RowRange[] {
  const size = Math.ceil(count / Math.ceil(count / most));
  return Array.from({ length: Math.ceil(count / size) }, (_, i) => ({
    begin: i * size,
    size: Math.min(size, count - i * size),
  }));
}
