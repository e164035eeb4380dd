/**
 * What an experiment is: a question, settings for the two kinds of model, and arms that differ in their
 * rewards. Plain frozen objects; the only functions in them are the rewards.
 *
 * @module
 */

import type { BudgetSpec, PromptTemplate } from "@terse/data";
import {
  DEFAULT_FAILURE_POLICY,
  type FailurePolicy,
  type Mixture,
  type RewardComponent,
  type RewardScheme,
  WEIGHTED_SUM,
} from "@terse/rewards";
import type { BudgetControl, GrpoConfig, LoraSettings } from "@terse/rl";
import { type AddedReward, addRewards } from "./added_rewards.ts";
import { checkExperiment } from "./experiment_schema.ts";

/** The arm that every experiment has: the policy before training, evaluated like the others. */
export const START_ARM = "start";

/** How a policy is trained, in TRL's words (camelCase). Lengths in tokens. */
export interface TrainingSettings extends GrpoConfig {
  /** P, different prompts in a step. */
  readonly numPrompts: number;
  /** Questions with a longer prompt are left out, and counted. */
  readonly maxPromptLength: number;
  /** Steps in a row whose loss or gradient may be not finite; they update nothing. One more ends the arm. */
  readonly maxSkippedSteps: number;
  /** The low-rank adapter that is trained in place of the weights; null trains all weights. */
  readonly lora: LoraSettings | null;
  /**
   * `forced`: thinking that reaches the question's budget is closed in decoding, in training and in
   * evaluation, and the answer is decoded; the forced tokens count in lengths and are not trained on.
   */
  readonly budgetControl: BudgetControl;
}

/** Which of an arm's checkpoints are kept: the newest ones, and the best one. */
export interface KeptCheckpoints {
  /** How many of the newest; at least 2, as the older stands in if the newest is damaged. */
  readonly last: number;
  /** The best one has the highest mean training reward of this many steps up to it. */
  readonly bestOver: number;
}

/** Everything but the rewards that a run with one kind of model needs. */
export interface ExperimentSettings {
  /** How every arm is trained, but for its overrides. */
  readonly training: TrainingSettings;
  /** Training steps of each arm. */
  readonly steps: number;
  /** Number of seeds of each arm; they are 1 .. seeds. */
  readonly seeds: number;
  /** Steps between checkpoints. */
  readonly checkpointEvery: number;
  /** Which checkpoints stay on disk. */
  readonly keepCheckpoints: KeptCheckpoints;
  /**
   * Which budget a prompt names. Drawn once for each question, the same in all arms, seeds and epochs,
   * so that arms differ in nothing but rewards and overrides.
   */
  readonly budgets: BudgetSpec;
  /** Tokens over which a length reward goes from its centre to its limit. */
  readonly tolerance: { readonly exact: number; readonly maximum: number };
  /** What a failed reward costs; by default {@link DEFAULT_FAILURE_POLICY}. */
  readonly failures?: FailurePolicy | undefined;
  /** Questions that the built-in generator makes; of files, the most that are tested on. */
  readonly questions: { readonly train: number; readonly test: number; readonly ood: number };
  /** Wording of the prompts; by default the one that suits the kind of model. */
  readonly template?: PromptTemplate | undefined;
  /** How the policy is sampled when it is evaluated. */
  readonly evaluation: {
    readonly temperature: number;
    readonly topK: number;
    readonly topP: number;
    readonly minP: number;
    /** Completions of each question. */
    readonly samples: number;
    /** Questions handed to the sampler at a time; training's rowsAtOnce of them decode together. */
    readonly batchSize: number;
  };
}

/** One way to reward the policy. */
export interface Arm {
  /** Lower-case letters, digits and underscores; names the arm's folder. */
  readonly name: string;
  /** Name for tables and charts. */
  readonly title: string;
  /** What it is rewarded for, in a sentence or two. */
  readonly description: string;
  /** Builds the rewards for the settings of the run; called again in each process. */
  readonly rewards: (settings: ExperimentSettings) => readonly RewardComponent[];
  /** How the components' scores are mixed; by default their weighted sum. */
  readonly mixture?: Mixture;
  /** Training settings in which this arm differs from the others; questions are the same for all. */
  readonly overrides?: Partial<Omit<TrainingSettings, "maxPromptLength">>;
  /** False for the policy before training, evaluated under the overrides; by default it is trained. */
  readonly isTrained?: boolean;
}

/** A declared experiment. */
export interface Experiment {
  /** Lower-case letters, digits and underscores; begins the run folder's name. */
  readonly name: string;
  /** Name for the report. */
  readonly title: string;
  /** What the experiment asks, in a sentence. */
  readonly question: string;
  /** What a reader needs to know to read the results. */
  readonly description: string;
  /** The arm that the others are compared with. */
  readonly referenceArm: string;
  /** In the order of tables and charts. */
  readonly arms: readonly Arm[];
  /** `tiny` for the built-in tiny policy, `llm` for language models. */
  readonly settings: { readonly tiny: ExperimentSettings; readonly llm: ExperimentSettings };
}

/** Which of an experiment's settings a run takes. */
export type SettingsName = keyof Experiment["settings"];

/**
 * Checks an experiment and freezes it. The file that declares one exports it as its default.
 *
 * @example
 * ```ts
 * import { defineExperiment, lengthPenalty } from "@terse/experiments";
 * import { assertEquals, assertThrows } from "@std/assert";
 * const longer = defineExperiment({
 *   ...lengthPenalty,
 *   name: "no_kl",
 *   referenceArm: "none",
 *   arms: lengthPenalty.arms.map((arm) => ({ ...arm, overrides: { beta: 0 } })),
 * });
 * assertEquals(longer.arms[1]?.overrides, { beta: 0 });
 * assertThrows(() => defineExperiment({ ...longer, referenceArm: "nil" }), TypeError);
 * ```
 * @throws {TypeError} naming the arm, the key, the value found, and what it must be.
 */
export function defineExperiment(experiment: Experiment): Experiment {
  checkExperiment(experiment);
  return deepFreeze(experiment);
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}

/** The arm of that name. */
export function findArm(experiment: Experiment, name: string): Arm {
  const arm = experiment.arms.find((candidate) => candidate.name === name);
  if (arm === undefined) {
    const names = experiment.arms.map((candidate) => candidate.name).join(", ");
    throw new RangeError(
      `Cannot find an arm of ${experiment.name}: the name must be one of ${names}: ` +
        `current value is ${JSON.stringify(name)}`,
    );
  }
  return arm;
}

/**
 * All that an arm's rewards are under the settings of a run.
 *
 * @param added Rewards from the command line, behind the arm's own.
 * @throws {RangeError} if an added reward has the name of another component.
 *
 * @example
 * ```ts
 * import { findArm, lengthPenalty, rewardScheme } from "@terse/experiments";
 * import { assertEquals } from "@std/assert";
 * const scheme = rewardScheme(findArm(lengthPenalty, "exact"), lengthPenalty.settings.tiny);
 * assertEquals(scheme.components.map(({ name }) => name), ["format", "answer", "length"]);
 * assertEquals(scheme.mixture, { combine: "sum" });
 * ```
 */
export function rewardScheme(
  arm: Arm,
  settings: ExperimentSettings,
  added: readonly AddedReward[] = [],
): RewardScheme {
  return {
    components: addRewards(arm.rewards(settings), added),
    mixture: arm.mixture ?? WEIGHTED_SUM,
    failures: settings.failures ?? DEFAULT_FAILURE_POLICY,
  };
}
