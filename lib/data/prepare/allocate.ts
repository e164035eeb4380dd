/**
 * Sharing a number of questions out among sources.
 *
 * @module
 */

/**
 * Shares `total` out in proportion to the weights, where nobody gets more than its limit: what one
 * cannot take goes to the others, in the same proportion. Whole numbers by largest remainders, equal
 * ones in the order given.
 *
 * @returns A number for each; their sum is the total, or less if the limits are reached.
 */
export function allocate(
  total: number,
  weights: readonly number[],
  limits: readonly number[],
): number[] {
  const exact = weights.map(() => 0);
  const open = new Set(weights.keys().filter((i) => weights[i]! > 0 && limits[i]! > 0));
  let left = total;
  while (open.size > 0) {
    const sum = open.values().reduce((a, i) => a + weights[i]!, 0);
    const full = [...open].filter((i) => left * weights[i]! / sum >= limits[i]!);
    if (full.length === 0) {
      for (const i of open) exact[i] = left * weights[i]! / sum;
      break;
    }
    for (const i of full) {
      exact[i] = limits[i]!;
      open.delete(i);
    }
    left = total - exact.reduce((a, b) => a + b, 0);
  }
  const counts = exact.map(Math.floor);
  // Within 1e-6, as sums of shares are not exact.
  let rest = Math.floor(exact.reduce((a, b) => a + b, 0) + 1e-6) -
    counts.reduce((a, b) => a + b, 0);
  const byRemainder = [...exact.keys()].sort((a, b) =>
    (exact[b]! - counts[b]!) - (exact[a]! - counts[a]!) || a - b
  );
  for (const i of byRemainder) {
    if (rest > 0 && counts[i]! < limits[i]!) {
      counts[i]!++;
      rest--;
    }
  }
  return counts;
}
