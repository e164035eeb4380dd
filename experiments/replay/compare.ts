/**
 * What a replay changes, summed up over the groups of an arm.
 *
 * @module
 */

import type { Cell, TableSchema } from "@terse/data";
import type { Table } from "../arm_loop.ts";
import { bestChanges, rankCorrelation, ranksOf } from "./ranks.ts";
import type { ReplayedStep } from "./replay_steps.ts";

/** A completion whose advantage changes. */
export interface ChangedSample {
  readonly step: number;
  readonly promptId: string;
  readonly sample: number;
  readonly tokens: number;
  readonly completion: string;
  readonly storedReward: number | null;
  readonly reward: number | null;
  readonly storedAdvantage: number;
  readonly advantage: number;
}

/** Means of one component, over the completions that it applies to; null if it applied to none. */
export interface ComponentMeans {
  readonly stored: number | null;
  readonly replayed: number | null;
}

/** What the replay of one arm under one seed comes to. */
export interface ReplaySummary {
  readonly steps: number;
  readonly groups: number;
  readonly completions: number;
  /** Completions without a reward: stored, and in the replay. */
  readonly excluded: { readonly stored: number; readonly replayed: number };
  /** Scores of the replay that could not be had. */
  readonly failures: number;
  /** Mean of the groups' rank correlations of stored and replayed advantages; null if none has one. */
  readonly meanRankCorrelation: number | null;
  /** Groups in which all advantages of a side are equal, so that they have no rank correlation. */
  readonly groupsWithoutRanks: number;
  /** Share of the groups in which another completion is best. */
  readonly shareBestChanges: number;
  /** Share of the completions whose advantage changes its sign, 0 being one of three. */
  readonly shareSignChanges: number;
  readonly meanReward: ComponentMeans;
  /** By component of either side. */
  readonly components: Readonly<Record<string, ComponentMeans>>;
  /** The completions whose advantages change most, the most first. */
  readonly mostChanged: readonly ChangedSample[];
}

/** Samples that are shown of each arm. */
const SHOWN_SAMPLES = 10;

/** Columns of a replay's table. */
export const REPLAY_SCHEMA = {
  step: "int",
  prompt_id: "string",
  sample: "int",
  tokens: "int",
  stored_reward: "float",
  stored_advantage: "float",
  stored_rank: "float",
  reward: "float",
  advantage: "float",
  rank: "float",
} as const satisfies TableSchema;

function cutGroups<T>(values_B: readonly T[], groupSizes: readonly number[]): T[][] {
  let start = 0;
  return groupSizes.map((size) => values_B.slice(start, start += size));
}

/** Sum and number of values, so that means need no list of them. */
class RunningMean {
  #sum = 0;
  #count = 0;

  add(value: number | null | undefined): void {
    if (value === null || value === undefined) return;
    this.#sum += value;
    this.#count++;
  }

  mean(): number | null {
    return this.#count === 0 ? null : this.#sum / this.#count;
  }
}

/** Sums replayed steps up as they come. */
export class ReplayComparison {
  #counts = { steps: 0, groups: 0, completions: 0, failures: 0, withoutRanks: 0, best: 0, sign: 0 };
  #excluded = { stored: 0, replayed: 0 };
  #correlation = new RunningMean();
  #reward = { stored: new RunningMean(), replayed: new RunningMean() };
  #components = new Map<string, { stored: RunningMean; replayed: RunningMean }>();
  #changed: ChangedSample[] = [];

  /** Takes the next step in. */
  add(replayed: ReplayedStep): void {
    const { stored, rewards_B, advantages_B } = replayed;
    this.#counts.steps++;
    this.#counts.groups += stored.groupSizes.length;
    this.#counts.completions += rewards_B.length;
    this.#counts.failures += replayed.failures;
    const groups = cutGroups(advantages_B, stored.groupSizes);
    cutGroups(stored.advantages_B, stored.groupSizes).forEach((before, p) => {
      const correlation = rankCorrelation(before, groups[p]!);
      if (correlation === null) this.#counts.withoutRanks++;
      this.#correlation.add(correlation);
      if (bestChanges(before, groups[p]!)) this.#counts.best++;
    });
    rewards_B.forEach((reward, b) => {
      const before = stored.rewards_B[b]!;
      if (before === null) this.#excluded.stored++;
      if (reward === null) this.#excluded.replayed++;
      this.#reward.stored.add(before);
      this.#reward.replayed.add(reward);
      if (Math.sign(stored.advantages_B[b]!) !== Math.sign(advantages_B[b]!)) this.#counts.sign++;
    });
    this.#addComponents(stored.components, "stored");
    this.#addComponents(replayed.components, "replayed");
    this.#keepMostChanged(replayed);
  }

  #addComponents(components: ReplayedStep["components"], side: "stored" | "replayed"): void {
    for (const [name, values] of Object.entries(components)) {
      const means = this.#components.get(name) ??
        { stored: new RunningMean(), replayed: new RunningMean() };
      this.#components.set(name, means);
      values.forEach((value) => means[side].add(value));
    }
  }

  #keepMostChanged({ stored, rewards_B, advantages_B }: ReplayedStep): void {
    const samples = advantages_B.map((advantage, b): ChangedSample => ({
      step: stored.step,
      promptId: stored.promptIds_B[b]!,
      sample: stored.samples_B[b]!,
      tokens: stored.batch.completionIds[b]!.length,
      completion: stored.batch.completions[b]!,
      storedReward: stored.rewards_B[b]!,
      reward: rewards_B[b]!,
      storedAdvantage: stored.advantages_B[b]!,
      advantage,
    })).filter(({ advantage, storedAdvantage }) => advantage !== storedAdvantage);
    const change = (sample: ChangedSample) => Math.abs(sample.advantage - sample.storedAdvantage);
    this.#changed = [...this.#changed, ...samples].sort((a, b) => change(b) - change(a))
      .slice(0, SHOWN_SAMPLES);
  }

  /** What the steps taken in come to; at least one. */
  summary(): ReplaySummary {
    const { steps, groups, completions, failures, withoutRanks, best, sign } = this.#counts;
    const means = ({ stored, replayed }: { stored: RunningMean; replayed: RunningMean }) => ({
      stored: stored.mean(),
      replayed: replayed.mean(),
    });
    return {
      steps,
      groups,
      completions,
      excluded: { ...this.#excluded },
      failures,
      meanRankCorrelation: this.#correlation.mean(),
      groupsWithoutRanks: withoutRanks,
      shareBestChanges: best / groups,
      shareSignChanges: sign / completions,
      meanReward: means(this.#reward),
      components: Object.fromEntries(
        [...this.#components].map(([name, sides]) => [name, means(sides)]),
      ),
      mostChanged: this.#changed,
    };
  }
}

/** A replayed step as a table: what each completion earned, and would have earned, with its rank. */
export function replayTable({ stored, rewards_B, advantages_B }: ReplayedStep): Table {
  const ranks = (values_B: readonly number[]) =>
    cutGroups(values_B, stored.groupSizes).flatMap(ranksOf);
  const columns: Record<keyof typeof REPLAY_SCHEMA, readonly Cell[]> = {
    step: rewards_B.map(() => stored.step),
    prompt_id: stored.promptIds_B,
    sample: stored.samples_B,
    tokens: stored.batch.completionIds.map((ids) => ids.length),
    stored_reward: stored.rewards_B,
    stored_advantage: stored.advantages_B,
    stored_rank: ranks(stored.advantages_B),
    reward: rewards_B,
    advantage: advantages_B,
    rank: ranks(advantages_B),
  };
  return { columns, schema: REPLAY_SCHEMA };
}
