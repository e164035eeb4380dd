/**
 * What happens when a score cannot be had.
 *
 * @module
 */

/** What a failed score costs. It is recorded with its cause in any case. */
export interface FailurePolicy {
  /**
   * `exclude`: the completion counts as never sampled, and training goes on. `stop`: the arm ends
   * with the cause as its error; it can be resumed from its last checkpoint.
   */
  readonly onFailure: "exclude" | "stop";
  /** Seconds that a reward may take for a batch. */
  readonly timeLimitSeconds: number;
}

/** Failed scores are left out; a minute for each reward and batch. */
export const DEFAULT_FAILURE_POLICY: FailurePolicy = { onFailure: "exclude", timeLimitSeconds: 60 };

/** Thrown under the policy `stop`: names the component, the completion and the cause. */
export class RewardFailedError extends Error {
  /** The class's name. */
  override readonly name = "RewardFailedError";
}
