/**
 * The second stage of a step: rewards of the sampled completions.
 *
 * @module
 */
import {
  extractAnswer,
  isCorrect,
  type MixedBatch,
  mixRewards,
  type RewardBatch,
  type RewardScheme,
  type RewardState,
} from "@terse/rewards";
import type { Rollout } from "../rollout/rollout.ts";
import { countThinkingTokens } from "../rollout/thinking.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import type { PreparedQuestion } from "./question.ts";

/** Rewards of P groups of G completions; lists by completion run over B = P x G, group after group. */
export interface ScoredRollouts extends MixedBatch {
  /** The mixture's rewards; null for a completion that counts as never sampled. */
  readonly rewards_P_G: (number | null)[][];
  readonly correct_B: readonly boolean[];
  readonly thinkingTokens_B: readonly number[];
  readonly answerTokens_B: readonly number[];
}

function countAnswerTokens(text: string, tokenizer: Tokenizer): number {
  const answer = extractAnswer(text);
  return answer === null ? 0 : tokenizer.encode(answer).length;
}

/**
 * The rewards' view of P groups: one entry for each of their B completions, group after group.
 *
 * @param step Training step, from 1.
 */
export function rewardBatch(
  questions: readonly PreparedQuestion[],
  rollouts: readonly Rollout[],
  step: number,
  tokenizer: Tokenizer,
): RewardBatch {
  const rows = rollouts.flatMap(({ completions }, p) =>
    completions.map((completion) => ({ completion, question: questions[p]!, group: p }))
  );
  return {
    prompts: rows.map(({ question }) => question.prompt.text),
    completions: rows.map(({ completion }) => completion.text),
    completionIds: rows.map(({ completion }) => completion.tokenIds),
    records: rows.map(({ question }) => question.record),
    budgets: rows.map(({ question }) => question.budget),
    thinkingTokens: rows.map(({ completion }) => countThinkingTokens(completion, tokenizer)),
    answerTokens: rows.map(({ completion }) => countAnswerTokens(completion.text, tokenizer)),
    groups: rows.map(({ group }) => group),
    finishReasons: rows.map(({ completion }) => completion.finishReason),
    step,
  };
}

/**
 * Scores every completion of every group and mixes the scores. Failures of a reward are kept with their
 * cause.
 *
 * @param state Steps finished so far, and what the scheme carried out of the last one.
 * @throws {RewardFailedError} Under the policy `stop`, if a component that counts failed.
 */
export async function scoreRollouts(
  questions: readonly PreparedQuestion[],
  rollouts: readonly Rollout[],
  scheme: RewardScheme,
  state: { readonly step: number; readonly rewards: RewardState },
  tokenizer: Tokenizer,
): Promise<ScoredRollouts> {
  const batch = rewardBatch(questions, rollouts, state.step + 1, tokenizer);
  const mixed = await mixRewards(scheme, batch, state.rewards);
  return {
    ...mixed,
    rewards_P_G: splitGroups(mixed.rewards_B, rollouts),
    correct_B: batch.completions.map((text, b) => isCorrect(text, batch.records[b]!)),
    thinkingTokens_B: batch.thinkingTokens,
    answerTokens_B: batch.answerTokens,
  };
}

/** B values in the shape of the rollouts' groups. */
function splitGroups<T>(values_B: readonly T[], rollouts: readonly Rollout[]): T[][] {
  let start = 0;
  return rollouts.map(({ completions }) => values_B.slice(start, start += completions.length));
}
