/**
 * Factors of weights that answer to what the policy does. Their state is one number.
 *
 * @module
 */

/**
 * A Lagrange multiplier l of the constraint "the mean score of this component is at most `limit`":
 * l <- max(0, l + rate (mean - limit)). With the component a cost c of weight -1, the reward is r - l c.
 */
export interface LagrangianController {
  readonly kind: "lagrangian";
  /** l in step 1. */
  readonly initial: number;
  readonly rate: number;
  /** The mean score allowed. */
  readonly limit: number;
}

/**
 * A factor that grows while the policy is more often right than `target` and shrinks while it is less
 * often: l <- max(0, l + rate (accuracy - target)), after arXiv 2505.18298.
 */
export interface AccuracyController {
  readonly kind: "accuracy";
  /** l in step 1. */
  readonly initial: number;
  readonly rate: number;
  /** Accuracy (0 .. 1) at which the factor stands still. */
  readonly target: number;
}

/** A controller of one component's weight. */
export type Controller = LagrangianController | AccuracyController;

/** What a step has shown a controller; null where nothing was to be seen. */
export interface Observation {
  /** Mean of the component's scores, as they came, over the completions that it applies to. */
  readonly meanScore: number | null;
  /** Share of right answers under the corrected rules. */
  readonly accuracy: number | null;
}

/**
 * The factor for the next step; the same factor if nothing was observed.
 *
 * @example
 * ```ts
 * import { nextFactor } from "@terse/rewards";
 * import { assertEquals } from "@std/assert";
 * const cost = { kind: "lagrangian", initial: 0, rate: 0.5, limit: 0.25 } as const;
 * assertEquals(nextFactor(cost, 1, { meanScore: 0.75, accuracy: 0.5 }), 1.25);
 * assertEquals(nextFactor(cost, 0.1, { meanScore: 0, accuracy: 0.5 }), 0);
 * ```
 */
export function nextFactor(
  controller: Controller,
  factor: number,
  { meanScore, accuracy }: Observation,
): number {
  switch (controller.kind) {
    case "lagrangian":
      if (meanScore === null) return factor;
      return Math.max(0, factor + controller.rate * (meanScore - controller.limit));
    case "accuracy":
      if (accuracy === null) return factor;
      return Math.max(0, factor + controller.rate * (accuracy - controller.target));
  }
}
