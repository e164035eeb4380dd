/**
 * What a reward is: a function of a batch of completions.
 *
 * @module
 */
import type { Budget, JsonValue, QuestionRecord } from "@terse/data";

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
  /** Tokens of each completion's thinking. */
  readonly thinkingTokens: readonly number[];
  /** Tokens of each completion's answer, the text between the answer's tags; 0 where there is none. */
  readonly answerTokens: readonly number[];
  /** Number of the group that each completion belongs to; a group's completions stand together. */
  readonly groups: readonly number[];
  /** `stop`: the completion ended by itself; `length`: it was cut off at the limit. */
  readonly finishReasons: readonly ("stop" | "length")[];
  /** Training step, from 1. */
  readonly step: number;
}

/**
 * Scores B completions; null means that the reward does not apply to that completion. The signal aborts
 * when the time limit is over and nobody waits for the scores any more.
 */
export interface RewardFunction {
  (batch: RewardBatch, signal?: AbortSignal): (number | null)[] | Promise<(number | null)[]>;
  /** Thresholds that the reward holds its measures against, for the auditor. */
  readonly thresholds?: readonly ScoreThreshold[];
}

/** A threshold and the sum of measures that must reach it. */
export interface ScoreThreshold {
  readonly threshold: number;
  /** The measures with the lowest and highest values that they can add to the sum. */
  readonly terms: readonly {
    readonly name: string;
    readonly low: number;
    readonly high: number;
  }[];
}

/**
 * A reward that carries something from step to step. What it carries is plain JSON and belongs to the
 * caller, who keeps it in the checkpoint; the reward itself keeps nothing.
 */
export interface StatefulReward {
  /** What is carried into step 1. */
  readonly start: JsonValue;
  /** Scores the batch; null means that the reward does not apply to that completion. */
  readonly score: (
    batch: RewardBatch,
    state: JsonValue,
  ) => (number | null)[] | Promise<(number | null)[]>;
  /** What is carried on, once the batch has been scored. */
  readonly next: (batch: RewardBatch, state: JsonValue) => JsonValue;
}

/** A reward's place in the sum. The score and its weight are kept apart; weight 0 only observes. */
export interface RewardComponent {
  /** Unique within a list of components; the name under which scores are logged. */
  readonly name: string;
  /** Factor in the sum; any finite number. */
  readonly weight: number;
  /** Scores the batch. */
  readonly reward: RewardFunction | StatefulReward;
  /** The user's file that the reward comes from, for the record; absent for the project's own. */
  readonly module?: { readonly path: string; readonly sha256: string };
}

/** What the components carry from step to step, by name; those that carry nothing are not in it. */
export type RewardStates = Readonly<Record<string, JsonValue>>;

/** What the components carry into step 1. */
export function startRewardStates(components: readonly RewardComponent[]): RewardStates {
  return Object.fromEntries(
    components.flatMap(({ name, reward }) =>
      typeof reward === "function" ? [] : [[name, reward.start] as const]
    ),
  );
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
