/**
 * Scoring a batch under a whole scheme: components, mixture, policy for failures, and what is carried
 * from step to step.
 *
 * @module
 */
import { isCorrect } from "../corrected/grade.ts";
import { type FailurePolicy, RewardFailedError } from "../failure_policy.ts";
import {
  type RewardBatch,
  type RewardComponent,
  type RewardStates,
  startRewardStates,
} from "../reward.ts";
import { type RewardFailure, scoreBatch, type ScoredBatch } from "../score_batch.ts";
import { nextFactor } from "./controllers.ts";
import { type AdvantageFactors, difficultyFactors } from "./difficulty.ts";
import { applyGates, type Scores } from "./gates.ts";
import { separatedWeights } from "./lexicographic.ts";
import type { Mixture } from "./mixture.ts";
import { scheduledFactor } from "./schedule.ts";
import { weightedSum } from "./weighted_sum.ts";

/** All that an arm's rewards are. */
export interface RewardScheme {
  readonly components: readonly RewardComponent[];
  readonly mixture: Mixture;
  readonly failures: FailurePolicy;
}

/** What a scheme carries from step to step; plain JSON. */
export interface RewardState {
  /** By stateful component. */
  readonly components: RewardStates;
  /** Controllers' factors by component. */
  readonly factors: Readonly<Record<string, number>>;
}

/** What is normalised within its group to become (a part of) the advantages. */
export interface RewardTerm {
  /** Factor of its normalised scores. */
  readonly weight: number;
  /** Length B; null where it does not apply, and for completions that count as never sampled. */
  readonly scores_B: readonly (number | null)[];
}

/** What B completions earned under a scheme. */
export interface MixedBatch {
  /** Weighted sums after gates; null for a completion that counts as never sampled. */
  readonly rewards_B: readonly (number | null)[];
  /** One term, the rewards, for a sum; one for each component that counts for gdpo and mo_grpo. */
  readonly terms: readonly RewardTerm[];
  /** Whether the sum of the normalised terms is normalised again over the batch. */
  readonly whiten: boolean;
  /** Factors of the advantages, length B; null if the mixture has no difficulty. */
  readonly advantageFactors_B: readonly AdvantageFactors[] | null;
  /** Unweighted scores by component as they came, each of length B. */
  readonly components: ScoredBatch["components"];
  readonly failures: readonly RewardFailure[];
  /** Weights of this step by component. */
  readonly weights: Readonly<Record<string, number>>;
  /** What is carried into the next step. */
  readonly next: RewardState;
}

/** What a scheme carries into step 1. */
export function startRewardState({ components, mixture }: RewardScheme): RewardState {
  const factors = Object.entries(mixture.factors ?? {}).flatMap(([name, factor]) =>
    factor.kind === "linear" ? [] : [[name, factor.initial] as const]
  );
  return { components: startRewardStates(components), factors: Object.fromEntries(factors) };
}

/** The weight of every component in a step. */
function weightsOf(
  { components, mixture }: RewardScheme,
  step: number,
  state: RewardState,
): Record<string, number> {
  const ranked = separatedWeights(mixture.order ?? []);
  return Object.fromEntries(components.map(({ name, weight }) => {
    const factor = mixture.factors?.[name];
    const scale = factor === undefined
      ? ranked[name] ?? 1
      : factor.kind === "linear"
      ? scheduledFactor(factor, step)
      : state.factors[name]!;
    return [name, weight * scale];
  }));
}

/** Scores outside the range that the mixture's order declares become failures. */
function withinRanges(
  scored: ScoredBatch,
  { order = [] }: Mixture,
): Pick<ScoredBatch, "components" | "failures"> {
  const failures = [...scored.failures];
  const components = { ...scored.components };
  for (const { component, low, high } of order) {
    components[component] = components[component]!.map((score, index) => {
      if (score === null || (score >= low && score <= high)) return score;
      failures.push({
        component,
        index,
        cause:
          `a score must lie within the ${low} .. ${high} of the mixture's order: it is ${score}`,
      });
      return null;
    });
  }
  return { components, failures };
}

/** The completions of which a score that counts could not be had. */
function failedCompletions(
  failures: readonly RewardFailure[],
  counts: (component: string) => boolean,
  size: number,
): Set<number> {
  const all = Array.from({ length: size }, (_, b) => b);
  return new Set(
    failures.flatMap(({ component, index }) =>
      counts(component) ? index === null ? all : [index] : []
    ),
  );
}

function mean(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function nextFactors(
  { factors = {} }: Mixture,
  state: RewardState,
  scores: Scores,
  right_B: () => readonly number[],
): Record<string, number> {
  const controllers = Object.entries(factors).flatMap(([name, factor]) =>
    factor.kind === "linear" ? [] : [[name, factor] as const]
  );
  if (controllers.length === 0) return {};
  const accuracy = mean(right_B());
  return Object.fromEntries(controllers.map(([name, controller]) => {
    const meanScore = mean(scores[name]!.filter((score) => score !== null));
    return [name, nextFactor(controller, state.factors[name]!, { meanScore, accuracy })];
  }));
}

/** The factors of every completion's advantage, by its group's share of right answers. */
function advantageFactors(
  { difficulty }: Mixture,
  { groups }: RewardBatch,
  right_B: () => readonly number[],
): AdvantageFactors[] | null {
  if (difficulty === undefined) return null;
  const byGroup = Map.groupBy(right_B().map((right, b) => ({ right, b })), ({ b }) => groups[b]!);
  return groups.map((group) =>
    difficultyFactors(difficulty, mean(byGroup.get(group)!.map(({ right }) => right))!)
  );
}

/** 1 for every right answer under the corrected rules, else 0; graded once, when first asked for. */
function gradeOnce({ completions, records }: RewardBatch): () => readonly number[] {
  let right_B: number[] | null = null;
  return () => right_B ??= completions.map((text, b) => Number(isCorrect(text, records[b]!)));
}

/**
 * Scores a batch with every component and mixes the scores as the scheme says. Order: scores, ranges,
 * gates, weights of the step, sum; then what is carried on. A completion counts as never sampled if a
 * component failed on it that counts in this step (its weight is not 0, or it decides a gate).
 *
 * @param state From {@link startRewardState} in step 1, later the `next` of the step before.
 * @throws {RewardFailedError} Under the policy `stop`, if a component that counts failed.
 * @throws {RangeError} If the batch's arrays differ in length, a name stands twice, or a weight is
 * not finite.
 *
 * @example
 * ```ts
 * import {
 *   answerReward,
 *   DEFAULT_FAILURE_POLICY,
 *   goldCompletion,
 *   lengthMaximum,
 *   mixRewards,
 *   startRewardState,
 * } from "@terse/rewards";
 * import type { QuestionRecord } from "@terse/data";
 * import { assertEquals } from "@std/assert";
 *
 * const record: QuestionRecord = {
 *   id: "1", source: "example", question: "Which vitamin prevents scurvy?", context: "",
 *   options: { A: "Vitamin C", B: "Vitamin K" }, gold: { kind: "choice", letter: "A" },
 *   split: "train", licence: "CC0-1.0", tags: [],
 * };
 * const scheme = {
 *   components: [
 *     { name: "answer", weight: 1, reward: answerReward() },
 *     { name: "length", weight: 1, reward: lengthMaximum({ tolerance: 4 }) },
 *   ],
 *   mixture: { combine: "sum", gates: [{ component: "length", by: "answer", atLeast: 1 }] },
 *   failures: DEFAULT_FAILURE_POLICY,
 * } as const;
 * const mixed = await mixRewards(scheme, {
 *   prompts: ["...", "..."], completions: [goldCompletion(record), "?"],
 *   completionIds: [[1, 2], [1]], records: [record, record],
 *   budgets: [{ mode: "maximum", tokens: 4 }, { mode: "maximum", tokens: 4 }],
 *   thinkingTokens: [1, 1], answerTokens: [1, 0], groups: [0, 0],
 *   finishReasons: ["stop", "stop"], step: 1,
 * }, startRewardState(scheme));
 * assertEquals(mixed.rewards_B, [1.5, -1]);
 * ```
 */
export async function mixRewards(
  scheme: RewardScheme,
  batch: RewardBatch,
  state: RewardState,
): Promise<MixedBatch> {
  const { components: declared, mixture, failures: policy } = scheme;
  const scored = await scoreBatch(declared, batch, {
    states: state.components,
    timeLimitSeconds: policy.timeLimitSeconds,
  });
  const { components, failures } = withinRanges(scored, mixture);
  const weights = weightsOf(scheme, batch.step, state);
  const deciding = new Set(mixture.gates?.map(({ by }) => by));
  const counts = (name: string) => weights[name] !== 0 || deciding.has(name);
  const failure = failures.find(({ component }) => counts(component));
  if (policy.onFailure === "stop" && failure !== undefined) {
    const where = failure.index === null ? "the batch" : `completion ${failure.index}`;
    throw new RewardFailedError(
      `Cannot go on after a failed reward (onFailure "stop"): "${failure.component}" must score ` +
        `${where} of step ${batch.step}: ${failure.cause}`,
    );
  }
  const size = batch.completions.length;
  const failed = failedCompletions(failures, counts, size);
  const present = (values: readonly (number | null)[]) =>
    values.map((value, b) => failed.has(b) ? null : value);
  const gated = applyGates(components, mixture.gates ?? []);
  const right_B = gradeOnce(batch);
  const rewards_B = present(weightedSum(weights, gated, size));
  return {
    rewards_B,
    terms: mixture.combine === "sum"
      ? [{ weight: 1, scores_B: rewards_B }]
      : declared.flatMap(({ name }) =>
        weights[name] === 0 ? [] : [{ weight: weights[name]!, scores_B: present(gated[name]!) }]
      ),
    whiten: mixture.combine === "gdpo",
    advantageFactors_B: advantageFactors(mixture, batch, right_B),
    components,
    failures,
    weights,
    next: {
      components: scored.states,
      factors: nextFactors(mixture, state, components, right_B),
    },
  };
}
