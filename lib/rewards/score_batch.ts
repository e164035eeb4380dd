/**
 * Weighted sum of reward components, with every failure on record.
 *
 * @module
 */
import { weightedSum } from "./mixture/weighted_sum.ts";
import {
  describeCause,
  PartialRewardsError,
  type RewardBatch,
  type RewardComponent,
  type RewardStates,
  startRewardStates,
} from "./reward.ts";

/** A score that could not be had. */
export interface RewardFailure {
  /** Name of the component. */
  readonly component: string;
  /** The completion in the batch; null for the whole batch. */
  readonly index: number | null;
  /** What went wrong, in one line. */
  readonly cause: string;
}

/** What B completions earned. */
export interface ScoredBatch {
  /** Weighted sums, length B. */
  readonly rewards: number[];
  /** Unweighted scores by component, each of length B; null where not applicable or failed. */
  readonly components: Readonly<Record<string, (number | null)[]>>;
  /** Every score that could not be had, in order of components. */
  readonly failures: readonly RewardFailure[];
  /** What stateful components carry on, by name. */
  readonly states: RewardStates;
}

/** How a batch is scored. */
export interface ScoringOptions {
  /** What stateful components carry; by default what they carry into step 1. */
  readonly states?: RewardStates;
  /** Seconds that a component may take; by default no limit. */
  readonly timeLimitSeconds?: number;
}

function requireBatch(batch: RewardBatch): void {
  const size = batch.completions.length;
  for (const [field, values] of Object.entries(batch)) {
    if (!Array.isArray(values)) continue;
    if (values.length !== size) {
      throw new RangeError(
        `Cannot score a batch: ${field} must have one entry for each of ${size} completions: ` +
          `current length is ${values.length}`,
      );
    }
  }
}

/** Longer delays overflow the timer; there is no need to watch over so long a limit. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

function requireComponents(components: readonly RewardComponent[]): void {
  const names = new Set<string>();
  for (const { name, weight } of components) {
    if (names.has(name)) {
      throw new RangeError(
        `Cannot score a batch: component names must be unique: "${name}" stands twice`,
      );
    }
    if (!Number.isFinite(weight)) {
      throw new RangeError(
        `Cannot score a batch: the weight of "${name}" must be finite: current value is ${weight}`,
      );
    }
    names.add(name);
  }
}

/** What `scoring` resolves to, unless it takes longer than the limit. */
async function withinTime<T>(
  scoring: (signal: AbortSignal) => T | Promise<T>,
  limitSeconds: number,
): Promise<T> {
  const startMs = performance.now();
  const limitMs = limitSeconds * 1000;
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLong = () =>
    new Error(`it must take at most ${limitSeconds} s for a batch: it took longer`);
  try {
    const scores = scoring(controller.signal);
    const late = new Promise<never>((_, reject) => {
      if (limitMs > LONGEST_TIMER_MS) return;
      timer = setTimeout(() => {
        reject(tooLong());
        controller.abort();
      }, limitMs);
    });
    const settled = await Promise.race([scores, late]);
    // A synchronous reward cannot be interrupted, but its scores come too late all the same.
    if (performance.now() - startMs > limitMs) throw tooLong();
    return settled;
  } finally {
    clearTimeout(timer);
  }
}

async function scoreComponent(
  { name, reward }: RewardComponent,
  batch: RewardBatch,
  states: RewardStates,
  limitSeconds: number,
  failures: RewardFailure[],
): Promise<(number | null)[]> {
  const size = batch.completions.length;
  let values: readonly unknown[];
  try {
    values = await withinTime<readonly unknown[]>(
      (signal) =>
        typeof reward === "function" ? reward(batch, signal) : reward.score(batch, states[name]!),
      limitSeconds,
    );
  } catch (error) {
    if (error instanceof PartialRewardsError) {
      failures.push(...error.failures.map((failure) => ({ component: name, ...failure })));
      values = error.values;
    } else {
      failures.push({ component: name, index: null, cause: describeCause(error) });
      return Array<null>(size).fill(null);
    }
  }
  if (!Array.isArray(values) || values.length !== size) {
    const found = Array.isArray(values) ? `${values.length} scores` : typeof values;
    failures.push({
      component: name,
      index: null,
      cause: `the reward must return ${size} scores: it returned ${found}`,
    });
    return Array<null>(size).fill(null);
  }
  return Array.from(values, (value: unknown, index) => {
    if (value === null || (typeof value === "number" && Number.isFinite(value))) return value;
    failures.push({
      component: name,
      index,
      cause: `a score must be a finite number or null: the reward returned ${String(value)}`,
    });
    return null;
  });
}

/** What the components carry on; one that fails to say carries on what it had. */
function nextStates(
  components: readonly RewardComponent[],
  batch: RewardBatch,
  states: RewardStates,
  failures: RewardFailure[],
): RewardStates {
  const next: Record<string, RewardStates[string]> = {};
  for (const { name, reward } of components) {
    if (typeof reward === "function") continue;
    try {
      next[name] = reward.next(batch, states[name]!);
    } catch (error) {
      next[name] = states[name]!;
      failures.push({ component: name, index: null, cause: describeCause(error) });
    }
  }
  return next;
}

/**
 * Scores a batch with every component and sums them by weight, {@link weightedSum}. A component of
 * weight 0 is scored and logged and changes no reward. A component that throws, returns another
 * length, takes too long, or returns a score that is not finite is recorded in `failures`, and its
 * scores are null.
 *
 * The time limit ends the wait for an asynchronous reward; a synchronous one holds the process until
 * it returns, and fails then. A user's own module runs apart and is ended ({@link moduleReward}).
 *
 * @param components In the order in which they are summed; names must be unique.
 * @param batch B completions.
 * @param options What stateful components carry, and the time limit.
 * @throws {RangeError} If the batch's arrays differ in length, a name stands twice, or a weight is
 * not finite.
 *
 * @example
 * ```ts
 * import { answerReward, formatReward, goldCompletion, scoreBatch } from "@terse/rewards";
 * import type { QuestionRecord } from "@terse/data";
 * import { assertEquals } from "@std/assert";
 *
 * const record: QuestionRecord = {
 *   id: "1", source: "example", question: "Which vitamin prevents scurvy?", context: "",
 *   options: { A: "Vitamin C", B: "Vitamin K" }, gold: { kind: "choice", letter: "A" },
 *   split: "train", licence: "CC0-1.0", tags: [],
 * };
 * const scored = await scoreBatch([
 *   { name: "format", weight: 1, reward: formatReward() },
 *   { name: "answer", weight: 1, reward: answerReward() },
 * ], {
 *   prompts: ["..."], completions: [goldCompletion(record)], completionIds: [[1, 2]],
 *   records: [record], budgets: [{ mode: "none" }], thinkingTokens: [1],
 *   answerTokens: [1], groups: [0], finishReasons: ["stop"], step: 1,
 * });
 * assertEquals(scored.rewards, [2]);
 * ```
 */
export async function scoreBatch(
  components: readonly RewardComponent[],
  batch: RewardBatch,
  options: ScoringOptions = {},
): Promise<ScoredBatch> {
  requireBatch(batch);
  requireComponents(components);
  const { states = startRewardStates(components), timeLimitSeconds = Infinity } = options;
  const failures: RewardFailure[] = [];
  const scores: Record<string, (number | null)[]> = {};
  for (const component of components) {
    scores[component.name] = await scoreComponent(
      component,
      batch,
      states,
      timeLimitSeconds,
      failures,
    );
  }
  const weights = Object.fromEntries(components.map(({ name, weight }) => [name, weight]));
  return {
    rewards: weightedSum(weights, scores, batch.completions.length),
    components: scores,
    states: nextStates(components, batch, states, failures),
    failures,
  };
}
