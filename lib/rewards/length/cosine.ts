/**
 * The cosine length reward (Yeo et al., "Demystifying Long Chain-of-Thought Reasoning in LLMs", arXiv
 * 2502.03373, section 4 and appendix C.1; released code).
 *
 * @module
 */
import type { LengthRule } from "./length_reward.ts";

/** Settings of {@link cosine}. */
export interface CosineOptions {
  /** Length at which the cosine ends, in tokens. */
  readonly maxTokens: number;
  /** What a right answer earns at length 0 and at maxTokens. */
  readonly rightShort: number;
  readonly rightLong: number;
  /** What a wrong answer earns at length 0 and at maxTokens. */
  readonly wrongShort: number;
  readonly wrongLong: number;
  /** What a completion of maxTokens or more earns; null for what it earns at maxTokens. */
  readonly exceeding: number | null;
}

function cosineScore(length: number, isRight: boolean, options: CosineOptions): number {
  const { maxTokens, exceeding } = options;
  if (length >= maxTokens && exceeding !== null) return exceeding;
  const [short, long] = isRight
    ? [options.rightShort, options.rightLong]
    : [options.wrongShort, options.wrongLong];
  const progress = Math.min(1, length / maxTokens);
  return long + 0.5 * (short - long) * (1 + Math.cos(Math.PI * progress));
}

/** The paper's: right 2 falling to 1, wrong -10 rising to 0, -10 from the limit on. */
const PAPER: CosineOptions = {
  maxTokens: 16_384,
  rightShort: 2,
  rightLong: 1,
  wrongShort: -10,
  wrongLong: 0,
  exceeding: -10,
};

/**
 * long + (short - long) (1 + cos(pi L / L_max)) / 2, by whether the answer is right: a short right answer
 * earns most and a short wrong one least, so that hard questions are thought over. The paper's values:
 * right 2 to 1, wrong -10 to 0, -10 from L_max on.
 *
 * Deviations: the release counts as exceeding a few tokens before L_max, and adds a penalty for
 * repetition ({@link ngramRepetition}), which is another component here.
 */
export const cosine: LengthRule<CosineOptions> = {
  correctness: "rewarded",
  defaults: PAPER,
  score: ({ lengthsTokens_G, correct_G }, options) =>
    lengthsTokens_G.map((length, g) => cosineScore(length, correct_G[g]!, options)),
};

/**
 * {@link cosine} with the values of TRL and Open-R1 (get_cosine_scaled_reward): right 1 to 0.5, wrong -1 to
 * -0.5 over 1,000.
 *
 * Deviations: Open-R1 counts characters, here tokens are counted; beyond the limit theirs turns back, as
 * the cosine does, and here it stays.
 */
export const cosineTrl: LengthRule<CosineOptions> = {
  ...cosine,
  defaults: {
    maxTokens: 1_000,
    rightShort: 1,
    rightLong: 0.5,
    wrongShort: -1,
    wrongLong: -0.5,
    exceeding: null,
  },
};
