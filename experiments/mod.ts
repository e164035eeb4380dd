/**
 * Declaring experiments, and the statistics and tables that their results are summed up with.
 *
 * @module
 */

export type { BudgetSpec } from "@terse/data";
export type { Mixture, RewardBatch, RewardComponent, RewardFunction } from "@terse/rewards";
export * from "./evaluation/pass_at_k.ts";
export * from "./experiment.ts";
export { lengthPenalty } from "./length_penalty.ts";
export * from "./statistics.ts";
export * from "./table.ts";
