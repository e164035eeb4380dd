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

/** The shares of the styles where no budget presses; they sum to 1. */
export type StyleMix = Readonly<Record<Style, number>>;

/** A mix with enough of every style to learn all three. */
export const EVEN_STYLES: StyleMix = { terse: 0.35, middle: 0.25, verbose: 0.4 };

/** A mix that leaves room to be shortened. */
export const VERBOSE_STYLES: StyleMix = { terse: 0.08, middle: 0.12, verbose: 0.8 };

/**
 * The probability of each style: the mix without a budget; as the budget falls from the verbose length
 * to half of it, 30 % move smoothly from verbose to terse.
 *
 * @param verboseTokens Length of the completion in its verbose style.
 */
export function styleProbabilities(
  budget: Budget,
  verboseTokens: number,
  mix: StyleMix = EVEN_STYLES,
): StyleMix {
  const spare = budget.mode === "none" ? Infinity : budget.tokens / verboseTokens - 0.75;
  const moved = 0.3 / (1 + Math.exp(spare / 0.11));
  return { terse: mix.terse + moved, middle: mix.middle, verbose: mix.verbose - moved };
}

/** The style that a draw, uniform in [0, 1), stands for. */
export function chooseStyle(
  budget: Budget,
  verboseTokens: number,
  draw: number,
  mix: StyleMix = EVEN_STYLES,
): Style {
  const { terse, middle } = styleProbabilities(budget, verboseTokens, mix);
  if (draw < terse) return "terse";
  return draw < terse + middle ? "middle" : "verbose";
}
