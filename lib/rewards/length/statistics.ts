/**
 * Mean and standard deviation of lengths.
 *
 * @module
 */

/** Mean of at least one value. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Sample standard deviation (n - 1); of a single value `alone`. */
export function sampleStd(values: readonly number[], alone: number): number {
  if (values.length < 2) return alone;
  const mean = meanOf(values);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/** Lengths of the right completions. */
export function rightLengths(
  { lengthsTokens_G, correct_G }: {
    readonly lengthsTokens_G: readonly number[];
    readonly correct_G: readonly boolean[];
  },
): number[] {
  return lengthsTokens_G.filter((_, g) => correct_G[g]);
}
