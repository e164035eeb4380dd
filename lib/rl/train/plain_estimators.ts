/**
 * The estimators of a plain GRPO step, as Med-U1 released it: what experiments and benches start from.
 *
 * @module
 */
import type { GrpoConfig } from "./train_step.ts";

/**
 * One update of what was sampled, token mean over the batch, k3 towards a frozen reference, and nothing left out,
 * replaced or corrected. Spread it into a config; an arm overrides what it is about.
 */
export const PLAIN_ESTIMATORS = {
  lossType: "bnpo",
  klEstimator: "k3",
  syncRefModel: null,
  numIterations: 1,
  maskTruncatedCompletions: false,
  importanceSamplingCap: null,
  dynamicSamplingRounds: 0,
  groupFilter: null,
} as const satisfies Partial<GrpoConfig>;
