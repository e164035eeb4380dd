/**
 * How closely a completion keeps its token budget.
 *
 * @module
 */

function requirePositive(tolerance: number): void {
  if (!(tolerance > 0)) {
    throw new RangeError(
      `Cannot score a length: tolerance must be above 0 tokens: current value is ${tolerance}`,
    );
  }
}

/**
 * Med-U1's term for "think for N tokens" (arXiv 2506.12307; released code): 1 on the budget, falling
 * by 1 for every `tolerance` tokens off it, no lower than -1.
 *
 * @param usedTokens Tokens of the completion.
 * @param budgetTokens N.
 * @param tolerance Tokens off the budget that cost 1; Med-U1: 1500.
 * @returns A number in [-1, 1].
 * @throws {RangeError} If the tolerance is not above 0.
 *
 * @example
 * ```ts
 * import { exactTerm } from "@terse/rewards";
 * import { assertEquals } from "@std/assert";
 * assertEquals(exactTerm(100, 100, 1500), 1);
 * assertEquals(exactTerm(850, 100, 1500), 0.5);
 * assertEquals(exactTerm(4096, 100, 1500), -1);
 * ```
 */
export function exactTerm(usedTokens: number, budgetTokens: number, tolerance: number): number {
  requirePositive(tolerance);
  return Math.max(-1, 1 - Math.abs(usedTokens - budgetTokens) / tolerance);
}

/**
 * Med-U1's term for "think for at most N tokens" (arXiv 2506.12307; released code): 0 on the budget,
 * rising by 1 for every `tolerance` tokens saved and falling for those beyond, within [-1, 1].
 *
 * @param usedTokens Tokens of the completion.
 * @param budgetTokens N.
 * @param tolerance Tokens that are worth 1; Med-U1: 500.
 * @returns A number in [-1, 1].
 * @throws {RangeError} If the tolerance is not above 0.
 *
 * @example
 * ```ts
 * import { maximumTerm } from "@terse/rewards";
 * import { assertEquals } from "@std/assert";
 * assertEquals(maximumTerm(250, 500, 500), 0.5);
 * assertEquals(maximumTerm(2000, 500, 500), -1);
 * ```
 */
export function maximumTerm(usedTokens: number, budgetTokens: number, tolerance: number): number {
  requirePositive(tolerance);
  // A product with the reciprocal, as released: the quotient can differ in the last bit.
  return Math.min(1, Math.max(-1, -(1 / tolerance) * (usedTokens - budgetTokens)));
}
