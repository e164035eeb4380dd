/**
 * The losses by TRL's names: which ratio, which surrogate, which average.
 *
 * @module
 */
import { type Average, constantMean, sequenceMean, tokenMean } from "./averages.ts";
import { clippedSurrogate } from "./clipped_surrogate.ts";
import { clippedWeight } from "./clipped_weight.ts";
import type { Surrogate } from "./surrogate.ts";

/** Names of the losses. */
export const lossTypes = ["grpo", "dr_grpo", "bnpo", "dapo", "gspo", "cispo"] as const;

/** A loss, by its name in TRL's `loss_type`; `gspo` is TRL's `importance_sampling_level="sequence"`. */
export type LossType = typeof lossTypes[number];

/** What a loss is made of. */
export interface LossParts {
  /** Whose probabilities are compared: a token's, or the completion's by the mean of its tokens. */
  readonly level: "token" | "sequence";
  readonly surrogate: Surrogate;
  readonly average: Average;
}

/**
 * The parts of each loss. `bnpo` and `dapo` are one: TRL divides the first by the tokens of the local
 * batch, but here micro-batches never change a result and the local batch is the step. Dr. GRPO
 * also leaves the deviation out of the advantages, which is `scaleRewards: "none"`, as in TRL.
 */
export const LOSS_PARTS: Readonly<Record<LossType, LossParts>> = {
  grpo: { level: "token", surrogate: clippedSurrogate, average: sequenceMean },
  dr_grpo: { level: "token", surrogate: clippedSurrogate, average: constantMean },
  bnpo: { level: "token", surrogate: clippedSurrogate, average: tokenMean },
  dapo: { level: "token", surrogate: clippedSurrogate, average: tokenMean },
  gspo: { level: "sequence", surrogate: clippedSurrogate, average: sequenceMean },
  cispo: { level: "token", surrogate: clippedWeight, average: tokenMean },
};
