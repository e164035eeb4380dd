/**
 * The shape of a user's own reward, as TRL's users know it.
 *
 * @module
 */
import type { Budget, GoldAnswer, QuestionRecord } from "@terse/data";
import type { RewardBatch } from "../reward.ts";

/**
 * What a user's reward is given: B prompts and completions, and the columns of the data by name, each a
 * list of length B, as TRL passes them.
 */
export interface UserRewardInput {
  /** Prompt texts as fed to the policy. */
  readonly prompts: readonly string[];
  /** Decoded texts without the prompt and without the end token. */
  readonly completions: readonly string[];
  /** Sampled tokens. */
  readonly completionIds: readonly (readonly number[])[];
  /** The gold answer as text: the letter, the number or date, or the text itself. */
  readonly answer: readonly string[];
  /** The gold answer with its kind and limits. */
  readonly gold: readonly GoldAnswer[];
  readonly id: readonly string[];
  readonly source: readonly string[];
  readonly question: readonly string[];
  readonly context: readonly string[];
  readonly options: readonly QuestionRecord["options"][];
  readonly tags: readonly (readonly string[])[];
  /** What each prompt asks of the length. */
  readonly budget: readonly Budget[];
  /** Number of the group of each completion. */
  readonly group: readonly number[];
  readonly finishReason: readonly ("stop" | "length")[];
  /** Training step, from 1: one number, not a column. */
  readonly step: number;
}

/**
 * A user's reward: the one function that its file exports. A number for each completion, or null where
 * the reward does not apply.
 */
export type UserReward = (
  input: UserRewardInput,
) => readonly (number | null)[] | Promise<readonly (number | null)[]>;

/** A batch as a user's reward sees it. */
export function userRewardInput(batch: RewardBatch): UserRewardInput {
  const column = <K extends keyof QuestionRecord>(name: K) => batch.records.map((row) => row[name]);
  const gold = column("gold");
  return {
    prompts: batch.prompts,
    completions: batch.completions,
    completionIds: batch.completionIds,
    answer: gold.map((value) => value.kind === "choice" ? value.letter : value.answer),
    gold,
    id: column("id"),
    source: column("source"),
    question: column("question"),
    context: column("context"),
    options: column("options"),
    tags: column("tags"),
    budget: batch.budgets,
    group: batch.groups,
    finishReason: batch.finishReasons,
    step: batch.step,
  };
}
