/**
 * The second stage of a step: rewards of the sampled completions.
 *
 * @module
 */
import {
  isCorrect,
  type RewardComponent,
  type RewardFailure,
  scoreBatch,
  type ScoredBatch,
} from "@terse/rewards";
import type { Completion, Rollout } from "../rollout/rollout.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import type { PreparedQuestion } from "./question.ts";

/** Rewards of P groups of G completions; lists by completion run over B = P x G, group after group. */
export interface ScoredRollouts {
  /** Weighted sums; null where a component that counts failed. */
  readonly rewards_P_G: (number | null)[][];
  /** Unweighted scores by component. */
  readonly components: ScoredBatch["components"];
  readonly failures: readonly RewardFailure[];
  readonly correct_B: readonly boolean[];
  readonly thinkingTokens_B: readonly number[];
}

/**
 * Tokens of a completion's thinking: all before `</think>`, the opening tag not counted; without a
 * closing tag, everything was thinking.
 */
export function countThinkingTokens(completion: Completion, tokenizer: Tokenizer): number {
  const end = completion.text.indexOf("</think>");
  if (end < 0) return completion.tokenIds.length;
  const thinking = completion.text.slice(0, end).replace(/^\s*<think>/, "");
  return tokenizer.encode(thinking).length;
}

/** Scores every completion of every group. Failures of a reward are kept with their cause. */
export async function scoreRollouts(
  questions: readonly PreparedQuestion[],
  rollouts: readonly Rollout[],
  rewards: readonly RewardComponent[],
  tokenizer: Tokenizer,
): Promise<ScoredRollouts> {
  const rows = rollouts.flatMap(({ completions }, p) =>
    completions.map((completion) => ({ completion, question: questions[p]! }))
  );
  const scored = await scoreBatch(rewards, {
    prompts: rows.map(({ question }) => question.prompt.text),
    completions: rows.map(({ completion }) => completion.text),
    completionIds: rows.map(({ completion }) => completion.tokenIds),
    records: rows.map(({ question }) => question.record),
    budgets: rows.map(({ question }) => question.budget),
  });
  const failed = new Set(
    scored.failures.flatMap(({ component, index }) => {
      if (rewards.find(({ name }) => name === component)?.weight === 0) return [];
      return index === null ? rows.map((_, b) => b) : [index];
    }),
  );
  let b = 0;
  return {
    rewards_P_G: rollouts.map(({ completions }) =>
      completions.map(() => {
        const at = b++;
        return failed.has(at) ? null : scored.rewards[at]!;
      })
    ),
    components: scored.components,
    failures: scored.failures,
    correct_B: rows.map(({ completion, question }) => isCorrect(completion.text, question.record)),
    thinkingTokens_B: rows.map(({ completion }) => countThinkingTokens(completion, tokenizer)),
  };
}
