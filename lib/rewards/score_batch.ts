/**
 * Weighted sum of reward components, with every failure on record.
 *
 * @module
 */
import {
  describeCause,
  PartialRewardsError,
  type RewardBatch,
  type RewardComponent,
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
}

function requireBatch(batch: RewardBatch): void {
  const size = batch.completions.length;
  for (const field of ["prompts", "completionIds", "records", "budgets"] as const) {
    if (batch[field].length !== size) {
      throw new RangeError(
        `Cannot score a batch: ${field} must have one entry for each of ${size} completions: ` +
          `current length is ${batch[field].length}`,
      );
    }
  }
}

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

async function scoreComponent(
  { name, reward }: RewardComponent,
  batch: RewardBatch,
  failures: RewardFailure[],
): Promise<(number | null)[]> {
  const size = batch.completions.length;
  let values: readonly unknown[];
  try {
    values = await reward(batch);
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

/**
 * Scores a batch with every component and sums them by weight (Med-U1, arXiv 2506.12307, section
 * 3: the sum with all weights 1). Null adds 0. A component of weight 0 is scored and logged and
 * changes no reward. A component that throws, returns another length, or returns a score that is
 * not finite is recorded in `failures`, and its scores are null.
 *
 * @param components In the order in which they are summed; names must be unique.
 * @param batch B completions.
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
 *   records: [record], budgets: [{ mode: "none" }],
 * });
 * assertEquals(scored.rewards, [2]);
 * ```
 */
export async function scoreBatch(
  components: readonly RewardComponent[],
  batch: RewardBatch,
): Promise<ScoredBatch> {
  requireBatch(batch);
  requireComponents(components);
  const failures: RewardFailure[] = [];
  const rewards = Array<number>(batch.completions.length).fill(0);
  const scores: Record<string, (number | null)[]> = {};
  for (const component of components) {
    const values = await scoreComponent(component, batch, failures);
    scores[component.name] = values;
    // Skipped rather than multiplied by 0, so that observing can never add -0 or overflow.
    if (component.weight === 0) continue;
    values.forEach((value, i) => rewards[i]! += component.weight * (value ?? 0));
  }
  return { rewards, components: scores, failures };
}
