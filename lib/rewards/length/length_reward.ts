/**
 * From a rule over one group's lengths to a reward over a batch: what is counted, and which completions
 * the reward is for.
 *
 * @module
 */
import { type Budget, canonicalJson, type JsonValue } from "@terse/data";
import { corrected, type RewardProfile } from "../profile.ts";
import { answerOf, isRight } from "../profile_rewards.ts";
import {
  describeCause,
  PartialRewardsError,
  type RewardBatch,
  type RewardFunction,
  type StatefulReward,
} from "../reward.ts";

/** One prompt's G completions, as a length rule sees them. */
export interface LengthGroup {
  /** Tokens that are counted. */
  readonly lengthsTokens_G: readonly number[];
  readonly correct_G: readonly boolean[];
  /** Whether the completion was cut off at the limit. */
  readonly truncated_G: readonly boolean[];
  readonly completions_G: readonly string[];
  /** All sampled tokens, whatever is counted. */
  readonly completionIds_G: readonly (readonly number[])[];
  /** What the prompt asks of the length. */
  readonly budget: Budget;
  /** Training step, from 1. */
  readonly step: number;
}

/** A published length reward: a pure function of a group. */
export interface LengthRule<Options> {
  /**
   * What the formula makes of right and wrong. `unused`: nothing; such a rule can be gated. `used`: it
   * treats them differently and is added to a reward for the answer. `rewarded`: it is itself the reward
   * for the answer, and stands in the place of one.
   */
  readonly correctness: "unused" | "used" | "rewarded";
  /** The published settings. */
  readonly defaults: Options;
  /** One score for each completion; null where the rule does not apply. */
  readonly score: (group: LengthGroup, options: Options) => (number | null)[];
}

/** A length rule that carries something from step to step. */
export interface StatefulLengthRule<Options, State extends JsonValue>
  extends Omit<LengthRule<Options>, "score"> {
  /** What is carried into step 1. */
  readonly start: (options: Options) => State;
  /** One score for each completion; null where the rule does not apply. */
  readonly score: (group: LengthGroup, options: Options, state: State) => (number | null)[];
  /** What is carried on after a step. */
  readonly next: (groups: readonly LengthGroup[], options: Options, state: State) => State;
}

/**
 * Which completions a length reward is for: all; those with an answer, as Med-U1 was released; or
 * those whose answer is right.
 */
export type LengthGate = "none" | "answered" | "correct";

/** What is counted and for whom; the same for every length rule. */
export interface LengthCounting {
  /** Default "none". The rule sees the whole group in any case. */
  readonly gate?: LengthGate;
  /** `all` (default): every sampled token, the end token included; or the thinking or answer alone. */
  readonly count?: "all" | "thinking" | "answer";
  /** Whose rules decide what is answered and what is correct. Default: corrected. */
  readonly profile?: RewardProfile;
  /** Takes every budget for one of this mode, whatever the prompt says. */
  readonly readBudgetsAs?: "exact" | "maximum";
}

/** A group with the places of its completions in the batch. */
interface PlacedGroup {
  readonly group: LengthGroup;
  readonly indices: readonly number[];
}

/** The places of each group's completions, which stand together. */
function groupIndices({ groups }: RewardBatch): number[][] {
  const found: number[][] = [];
  groups.forEach((group, index) => {
    if (index > 0 && groups[index - 1] === group) found.at(-1)!.push(index);
    else found.push([index]);
  });
  return found;
}

function countedTokens(batch: RewardBatch, index: number, count: LengthCounting["count"]): number {
  switch (count ?? "all") {
    case "all":
      return batch.completionIds[index]!.length;
    case "thinking":
      return batch.thinkingTokens[index]!;
    case "answer":
      return batch.answerTokens[index]!;
  }
}

function placeGroup(
  batch: RewardBatch,
  indices: readonly number[],
  { count, profile = corrected, readBudgetsAs }: LengthCounting,
): PlacedGroup {
  const asked = batch.budgets[indices[0]!]!;
  if (indices.some((index) => canonicalJson(batch.budgets[index]!) !== canonicalJson(asked))) {
    throw new RangeError(
      `Cannot score the lengths of a group: its completions must have one prompt and so one budget: ` +
        `current budgets of group ${batch.groups[indices[0]!]} differ`,
    );
  }
  let correct_G: readonly boolean[] | null = null;
  const group: LengthGroup = {
    lengthsTokens_G: indices.map((index) => countedTokens(batch, index, count)),
    // Graded when first asked for: most rules for budgets never ask.
    get correct_G() {
      return correct_G ??= indices.map((index) => isRight(batch, index, profile));
    },
    truncated_G: indices.map((index) => batch.finishReasons[index] === "length"),
    completions_G: indices.map((index) => batch.completions[index]!),
    completionIds_G: indices.map((index) => batch.completionIds[index]!),
    budget: asked.mode === "none" || readBudgetsAs === undefined
      ? asked
      : { mode: readBudgetsAs, tokens: asked.tokens },
    step: batch.step,
  };
  return { group, indices };
}

function passesGate(
  batch: RewardBatch,
  { group, indices }: PlacedGroup,
  g: number,
  { gate = "none", profile = corrected }: LengthCounting,
): boolean {
  if (gate === "none") return true;
  if (gate === "answered") return answerOf(batch, indices[g]!, profile) !== null;
  return group.correct_G[g]!;
}

function requireGate(
  correctness: LengthRule<unknown>["correctness"],
  { gate }: LengthCounting,
): void {
  if (gate !== "correct" || correctness === "unused") return;
  throw new RangeError(
    `Cannot gate a length reward by correctness: the gate must be "none" or "answered" for a rule ` +
      `that tells right from wrong itself: current value is "${gate}"`,
  );
}

/** Scores group by group; a group that cannot be scored does not lose the others. */
function scoreGroups(
  batch: RewardBatch,
  counting: LengthCounting,
  score: (group: LengthGroup) => (number | null)[],
): (number | null)[] {
  const values = Array<number | null>(batch.completions.length).fill(null);
  const failures: { index: number; cause: string }[] = [];
  for (const indices of groupIndices(batch)) {
    try {
      const placed = placeGroup(batch, indices, counting);
      score(placed.group).forEach((value, g) => {
        if (passesGate(batch, placed, g, counting)) values[indices[g]!] = value;
      });
    } catch (error) {
      const cause = describeCause(error);
      failures.push(...indices.map((index) => ({ index, cause })));
    }
  }
  if (failures.length > 0) throw new PartialRewardsError(values, failures);
  return values;
}

/**
 * Makes a reward of a length rule.
 *
 * @param rule E.g. `kimi`, `cosine`, `laser`.
 * @param options Where they differ from the rule's published defaults.
 * @param counting What is counted and for whom.
 * @returns A reward that fails group by group where a record cannot be graded.
 * @throws {RangeError} If a rule that tells right from wrong itself is gated by correctness.
 *
 * @example
 * ```ts
 * import { cosine, lengthReward, medU1Maximum } from "@terse/rewards";
 * import { assertThrows } from "@std/assert";
 * const components = [
 *   { name: "cosine", weight: 1, reward: lengthReward(cosine, { maxTokens: 4096 }) },
 *   { name: "short", weight: 1, reward: lengthReward(medU1Maximum, {}, { gate: "correct" }) },
 * ];
 * assertThrows(() => lengthReward(cosine, {}, { gate: "correct" }), RangeError);
 * ```
 */
export function lengthReward<Options>(
  rule: LengthRule<Options>,
  options: Partial<Options> = {},
  counting: LengthCounting = {},
): RewardFunction {
  requireGate(rule.correctness, counting);
  const settings = { ...rule.defaults, ...options };
  return (batch) => scoreGroups(batch, counting, (group) => rule.score(group, settings));
}

/**
 * {@link lengthReward} of a rule that carries something from step to step.
 *
 * @throws {RangeError} If a rule that tells right from wrong itself is gated by correctness.
 */
export function statefulLengthReward<Options, State extends JsonValue>(
  rule: StatefulLengthRule<Options, State>,
  options: Partial<Options> = {},
  counting: LengthCounting = {},
): StatefulReward {
  requireGate(rule.correctness, counting);
  const settings = { ...rule.defaults, ...options };
  return {
    start: rule.start(settings),
    // The caller hands back what start and next have made.
    score: (batch, state) =>
      scoreGroups(batch, counting, (group) => rule.score(group, settings, state as State)),
    next: (batch, state) => {
      const groups = groupIndices(batch).map((indices) =>
        placeGroup(batch, indices, counting).group
      );
      return rule.next(groups, settings, state as State);
    },
  };
}
