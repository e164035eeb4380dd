/**
 * What a reward is: a function of a batch of completions.
 *
 * @module
 */
import type { Budget, QuestionRecord } from "@terse/data";

/** A batch of B completions to score. All arrays have length B. */
export interface RewardBatch {
  /** Prompt texts as fed to the policy. */
  readonly prompts: readonly string[];
  /** Decoded texts without the prompt and without the end token. */
  readonly completions: readonly string[];
  /** Sampled tokens, the end token included where one was sampled. */
  readonly completionIds: readonly (readonly number[])[];
  /** The questions that the completions answer. */
  readonly records: readonly QuestionRecord[];
  /** What each prompt asks of the length. */
  readonly budgets: readonly Budget[];
}

/** Scores B completions; null means that the reward does not apply to that completion. */
export type RewardFunction = (
  batch: RewardBatch,
) => (number | null)[] | Promise<(number | null)[]>;

/** A reward's place in the sum. The score and its weight are kept apart; weight 0 only observes. */
export interface RewardComponent {
  /** Unique within a list of components; the name under which scores are logged. */
  readonly name: string;
  /** Factor in the sum; any finite number. */
  readonly weight: number;
  /** Scores the batch. */
  readonly reward: RewardFunction;
}

/** Thrown by {@link rewardEach} when some completions could not be scored; carries the scores of the others. */
export class PartialRewardsError extends Error {
  /** The class's name. */
  override readonly name = "PartialRewardsError";
  /** Length B; null where scoring failed or the reward does not apply. */
  readonly values: readonly (number | null)[];
  /** The completions that failed and why. */
  readonly failures: readonly { readonly index: number; readonly cause: string }[];

  /** Takes the B values and the failed completions. */
  constructor(
    values: readonly (number | null)[],
    failures: readonly { readonly index: number; readonly cause: string }[],
  ) {
    super(`Cannot score ${failures.length} of ${values.length} completions: ${failures[0]?.cause}`);
    this.values = values;
    this.failures = failures;
  }
}

/** One line that says what went wrong: the error's type and message. */
export function describeCause(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/**
 * Makes a batch reward of a score for one completion. A completion that cannot be scored does not
 * lose the scores of the others.
 *
 * @param score Score of completion `index` of the batch, or null where the reward does not apply.
 * @returns A reward that throws {@link PartialRewardsError} if any completion could not be scored.
 *
 * @example
 * ```ts
 * import { rewardEach } from "@terse/rewards";
 * const shortness = rewardEach((batch, index) => -batch.completionIds[index]!.length);
 * ```
 */
export function rewardEach(
  score: (batch: RewardBatch, index: number) => number | null,
): RewardFunction {
  return (batch) => {
    const failures: { index: number; cause: string }[] = [];
    const values = batch.completions.map((_, index) => {
      try {
        return score(batch, index);
      } catch (error) {
        failures.push({ index, cause: describeCause(error) });
        return null;
      }
    });
    if (failures.length > 0) throw new PartialRewardsError(values, failures);
    return values;
  };
}
