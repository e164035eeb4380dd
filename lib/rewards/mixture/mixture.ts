/**
 * How the scores of several components become what a policy learns from. A mixture is a plain object.
 *
 * @module
 */
import type { Controller } from "./controllers.ts";
import type { DifficultyWeight } from "./difficulty.ts";
import type { Gate } from "./gates.ts";
import type { Level } from "./lexicographic.ts";
import type { Schedule } from "./schedule.ts";

/** What a component's weight is multiplied by in a step. */
export type Factor = Schedule | Controller;

/** A mixture of reward components. Components that it does not name count with their own weight. */
export interface Mixture {
  /**
   * `sum`: advantages of the weighted sum (GRPO, Med-U1). `gdpo`: each component is normalised in its
   * group, then the weighted sum of those is normalised over the batch (GDPO, arXiv 2601.05242).
   * `mo_grpo`: as gdpo, without the last normalisation (MO-GRPO, arXiv 2509.22047).
   */
  readonly combine: "sum" | "gdpo" | "mo_grpo";
  /** Components that count only where another has earned enough. */
  readonly gates?: readonly Gate[] | undefined;
  /** Components whose weights are set so that each outranks all that follow it. */
  readonly order?: readonly Level[] | undefined;
  /** Factors of components' weights that change over the steps. */
  readonly factors?: Readonly<Record<string, Factor>> | undefined;
  /** Weights advantages by the share of right answers in their group (GRPO-LEAD). */
  readonly difficulty?: DifficultyWeight | undefined;
}

/** The mixture of an arm that declares none: the weighted sum. */
export const WEIGHTED_SUM: Mixture = { combine: "sum" };
