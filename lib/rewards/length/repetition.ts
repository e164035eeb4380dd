/**
 * Penalties for repetition (Yeo et al., arXiv 2502.03373, section 4.3 and appendix C.2; released code).
 *
 * @module
 */
import type { LengthRule } from "./length_reward.ts";

/** Only so many tokens or words at a completion's start are looked at. */
const EXAMINED = 16_384;

/** Only so many characters at a completion's start are looked at for words. */
const EXAMINED_CHARACTERS = 50_000;

/**
 * For each n-gram that the sequence holds, in order, a number that equal n-grams share. Made by naming
 * pairs of shorter ones, so that the time does not grow with n times the length.
 */
function nameNgrams(symbols: readonly (number | string)[], size: number): number[] {
  const names = new Map<number | string, number>();
  const single = symbols.map((symbol) => {
    const found = names.get(symbol) ?? names.size;
    names.set(symbol, found);
    return found;
  });
  let named = single;
  for (let length = 1; length < size;) {
    // Doubled while that fits, then an overlapping pair that reaches the size.
    const shift = Math.min(length, size - length);
    const pairs = new Map<number, number>();
    const base = symbols.length + 1;
    named = Array.from({ length: Math.max(0, named.length - shift) }, (_, i) => {
      const pair = named[i]! * base + named[i + shift]!;
      const found = pairs.get(pair) ?? pairs.size;
      pairs.set(pair, found);
      return found;
    });
    length += shift;
  }
  return named;
}

/**
 * Tokens that belong to an n-gram which has stood before.
 *
 * @param size n.
 */
export function repeatedTokens(completionIds: readonly number[], size: number): number {
  const seen = new Set<number>();
  let covered = 0, end = 0;
  nameNgrams(completionIds.slice(0, EXAMINED), size).forEach((name, start) => {
    if (seen.has(name)) {
      covered += start + size - Math.max(start, end);
      end = start + size;
    }
    seen.add(name);
  });
  return covered;
}

/** Settings of {@link tokenRepetition}. */
export interface TokenRepetitionOptions {
  /** n, in tokens. */
  readonly size: number;
  /** What each repeated token earns; negative. */
  readonly perToken: number;
}

/**
 * -0.05 for every token of a 40-gram that has stood before in the completion.
 *
 * Deviations: the release gives the penalty to the tokens themselves, here the completion earns their
 * sum; and it can count the start of a run alone, here all of its tokens count. The first 16,384 tokens
 * are looked at.
 */
export const tokenRepetition: LengthRule<TokenRepetitionOptions> = {
  correctness: "unused",
  defaults: { size: 40, perToken: -0.05 },
  score: ({ completionIds_G }, { size, perToken }) =>
    completionIds_G.map((ids) => {
      const repeated = repeatedTokens(ids, size);
      return repeated === 0 ? 0 : perToken * repeated;
    }),
};

/** Settings of {@link ngramRepetition}. */
export interface NgramRepetitionOptions {
  /** n, in words. */
  readonly size: number;
  /** What a completion of nothing but one n-gram comes near; negative. */
  readonly maxPenalty: number;
}

/**
 * (1 - different n-grams / all n-grams) times the penalty, over lower-case words; n = 3, penalty -1, as in
 * TRL and Open-R1 (get_repetition_penalty_reward). 0 for fewer than n words.
 *
 * Deviation: at most the first 50,000 characters and 16,384 words are looked at.
 */
export const ngramRepetition: LengthRule<NgramRepetitionOptions> = {
  correctness: "unused",
  defaults: { size: 3, maxPenalty: -1 },
  score: ({ completions_G }, { size, maxPenalty }) =>
    completions_G.map((text) => {
      const words = text.slice(0, EXAMINED_CHARACTERS).toLowerCase().split(/\s+/)
        .filter((word) => word !== "").slice(0, EXAMINED);
      const named = nameNgrams(words, size);
      const repeated = named.length - new Set(named).size;
      return repeated === 0 ? 0 : maxPenalty * repeated / named.length;
    }),
};
