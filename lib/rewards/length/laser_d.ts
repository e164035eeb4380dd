/**
 * LASER-D and LASER-DE: step rewards whose targets follow difficulty and training (Liu et al., arXiv
 * 2505.15612, section 4; released code).
 *
 * @module
 */
import type { LengthGroup, StatefulLengthRule } from "./length_reward.ts";
import { repeatedTokens } from "./repetition.ts";
import { meanOf } from "./statistics.ts";

/** How a group's share of right answers ranks it: from 2/3, from 1/3, and below. */
export const DIFFICULTIES = ["easy", "medium", "hard"] as const;

/** One of {@link DIFFICULTIES}. */
export type Difficulty = (typeof DIFFICULTIES)[number];

/** Settings of {@link laserD}. */
export interface LaserDOptions {
  /** Alpha, what a right answer within its target earns on top. */
  readonly bonus: number;
  /** The target of every difficulty until the first choice, in tokens. */
  readonly firstTargetTokens: number;
  /** Targets that there are to choose from, ascending, in tokens. */
  readonly candidatesTokens: readonly number[];
  /** Steps after which targets are chosen anew. */
  readonly everySteps: number;
  /** LASER-DE: a wrong answer beyond its target that does not repeat itself earns the bonus as well. */
  readonly exploreWhenWrong: boolean;
}

/** Lengths seen since the last choice, and the targets in force. */
export type LaserDState = {
  readonly targetsTokens: Readonly<Record<Difficulty, number>>;
  readonly lengthsTokens: Readonly<Record<Difficulty, readonly number[]>>;
};

/** The difficulty of a group. */
export function difficultyOf(correct_G: readonly boolean[]): Difficulty {
  const accuracy = meanOf(correct_G.map(Number));
  return accuracy >= 2 / 3 ? "easy" : accuracy >= 1 / 3 ? "medium" : "hard";
}

/** Fewest right answers in a group of that difficulty; a hard one is taken to have one. */
function fewestRight(difficulty: Difficulty, groupSize: number): number {
  if (difficulty === "hard") return 1;
  return Math.floor(groupSize * (difficulty === "easy" ? 2 : 1) / 3);
}

/**
 * The smallest candidate within which at least one right answer of a group is expected: the share of the
 * lengths seen that lie within it, times the fewest right answers of the difficulty, rounded down, is at
 * least 1 (the release's "floor"). The largest candidate if none is, or if nothing was seen.
 *
 * @param candidatesTokens Ascending.
 */
export function chooseTarget(
  lengthsTokens: readonly number[],
  difficulty: Difficulty,
  groupSize: number,
  candidatesTokens: readonly number[],
): number {
  const right = fewestRight(difficulty, groupSize);
  const chosen = candidatesTokens.find((candidate) => {
    const within = lengthsTokens.filter((length) => length <= candidate).length;
    return Math.floor(within * right / lengthsTokens.length) >= 1;
  });
  return chosen ?? candidatesTokens.at(-1)!;
}

const NOTHING_SEEN: LaserDState["lengthsTokens"] = { easy: [], medium: [], hard: [] };

function seenBy(
  before: LaserDState["lengthsTokens"],
  groups: readonly LengthGroup[],
): LaserDState["lengthsTokens"] {
  const seen: Record<Difficulty, number[]> = {
    easy: [...before.easy],
    medium: [...before.medium],
    hard: [...before.hard],
  };
  for (const { correct_G, lengthsTokens_G } of groups) {
    seen[difficultyOf(correct_G)].push(...lengthsTokens_G);
  }
  return seen;
}

/**
 * LASER-D: c + a c 1[L <= T_d], a = 0.5, with a target T_d for each difficulty, chosen anew every 20
 * steps by {@link chooseTarget}. With `exploreWhenWrong` LASER-DE: also + a for a wrong answer with
 * L > T_d that does not repeat itself.
 *
 * Deviations: the release measures lengths on a monitoring set, here those of the steps since the last
 * choice are taken; where no candidate will do it takes the batch's longest completion, here the
 * largest candidate. The release calls a completion repetitive if a short n-gram recurs a few times, which
 * nearly every completion's does; here if a run of tokens longer than a tenth of it does. A wrong
 * answer earns 0, not -0.5.
 */
export const laserD: StatefulLengthRule<LaserDOptions, LaserDState> = {
  correctness: "rewarded",
  defaults: {
    bonus: 0.5,
    firstTargetTokens: 4_096,
    candidatesTokens: Array.from({ length: 15 }, (_, i) => 2_048 + 1_024 * i),
    everySteps: 20,
    exploreWhenWrong: false,
  },
  start: ({ firstTargetTokens }) => ({
    targetsTokens: {
      easy: firstTargetTokens,
      medium: firstTargetTokens,
      hard: firstTargetTokens,
    },
    lengthsTokens: NOTHING_SEEN,
  }),
  score: (group, { bonus, exploreWhenWrong }, { targetsTokens }) => {
    const target = targetsTokens[difficultyOf(group.correct_G)];
    return group.lengthsTokens_G.map((length, g) => {
      if (group.correct_G[g]) return length <= target ? 1 + bonus : 1;
      const explores = exploreWhenWrong && length > target &&
        !isRepetitive(group.completionIds_G[g]!);
      return explores ? bonus : 0;
    });
  },
  next: (groups, { candidatesTokens, everySteps }, state) => {
    const lengthsTokens = seenBy(state.lengthsTokens, groups);
    if (groups[0]!.step % everySteps !== 0) return { ...state, lengthsTokens };
    const groupSize = Math.max(...groups.map(({ correct_G }) => correct_G.length));
    const target = (difficulty: Difficulty) =>
      chooseTarget(lengthsTokens[difficulty], difficulty, groupSize, candidatesTokens);
    return {
      targetsTokens: { easy: target("easy"), medium: target("medium"), hard: target("hard") },
      lengthsTokens: NOTHING_SEEN,
    };
  },
};

/** Whether a run of tokens longer than a tenth of the completion, and than 3 tokens, stands twice. */
function isRepetitive(completionIds: readonly number[]): boolean {
  const size = Math.max(4, Math.ceil(completionIds.length / 10));
  return repeatedTokens(completionIds, size) > 0;
}
