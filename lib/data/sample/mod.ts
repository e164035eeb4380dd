/**
 * Sample questions of the project's own making, with chains that mix right and wrong strategies: the
 * tiny policy learns the mix, and reinforcement then sharpens its choice.
 *
 * @module
 */
export { type Chain, type ChainOptions, drawChain } from "./chain.ts";
export { generateQuestions } from "./questions.ts";
export {
  DEFAULT_STRATEGY_RATES,
  type KindRates,
  type Strategy,
  type StrategyRates,
} from "./strategy.ts";
export {
  countPieces,
  EVEN_STYLES,
  type Style,
  type StyleMix,
  styleProbabilities,
  STYLES,
  VERBOSE_STYLES,
} from "./style.ts";
