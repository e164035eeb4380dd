/**
 * How long a chain is written: three styles, chosen in loose obedience to a budget.
 *
 * @module
 */
import type { Budget } from "../budget.ts";

/** From short to long; all give the same steps and the same result. */
export type Style = "terse" | "middle" | "verbose";

/** Every style, from short to long. */
export const STYLES: readonly Style[] = ["terse", "middle", "verbose"];

const PIECES = /<\/?(?:think|answer)>|[A-Za-z]+|[^\sA-Za-z]/g;

/** Words, digits, punctuation marks and tags: about the tokens of a small tokenizer. */
export function countPieces(text: string): number {
  return text.match(PIECES)?.length ?? 0;
}

/**
 * The probability of each style. Without a budget 35 % terse, 25 % middle, 40 % verbose; as the
 * budget falls from the verbose length to half of it, 30 % move smoothly from verbose to terse.
 *
 * @param verboseTokens Length of the completion in its verbose style.
 */
export function styleProbabilities(
  budget: Budget,
  verboseTokens: number,
): Readonly<Record<Style, number>> {
  const spare = budget.mode === "none" ? Infinity : budget.tokens / verboseTokens - 0.75;
  const moved = 0.3 / (1 + Math.exp(spare / 0.11));
  return { terse: 0.35 + moved, middle: 0.25, verbose: 0.4 - moved };
}

/** The style that a draw, uniform in [0, 1), stands for. */
export function chooseStyle(budget: Budget, verboseTokens: number, draw: number): Style {
  const { terse, middle } = styleProbabilities(budget, verboseTokens);
  if (draw < terse) return "terse";
  return draw < terse + middle ? "middle" : "verbose";
}
