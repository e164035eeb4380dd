/**
 * What one arm under one seed is told: everything that its results depend on, and nothing else, so that
 * equal configs mean equal results and a resumed run can be checked against the one it goes on with.
 *
 * @module
 */

import type { BudgetSpec, PromptTemplate } from "@terse/data";
import type { FailurePolicy, Mixture, RewardComponent } from "@terse/rewards";
import type { EngineName, EngineSettings } from "@terse/rl";
import type { AddedReward } from "./added_rewards.ts";
import type {
  Experiment,
  ExperimentSettings,
  SettingsName,
  TrainingSettings,
} from "./experiment.ts";
import { findArm, rewardScheme, START_ARM } from "./experiment.ts";

/** Content of an arm folder's `config.json`. */
export interface ArmConfig {
  readonly experiment: {
    readonly name: string;
    /** Absolute path of the file that declares it. */
    readonly path: string;
    readonly sha256: string;
  };
  /** Name of the arm; `start` for the policy before training. */
  readonly arm: string;
  readonly seed: number;
  /** Training steps; 0 for `start` and other arms that are not trained. */
  readonly steps: number;
  readonly settings: SettingsName;
  readonly engine: EngineName;
  readonly engineSettings: EngineSettings;
  readonly model: {
    /** `tiny`, `smollm2`, or an absolute path. */
    readonly name: string;
    /** SHA-256 of its weights. */
    readonly sha256: string;
  };
  readonly data: {
    /** Absolute paths; empty for the generator. */
    readonly paths: readonly string[];
    readonly sampleSeed: number;
    /** The wording of the prompts, whole, so that a resumed run needs no file of it. */
    readonly template: PromptTemplate;
    /** SHA-256 of the questions with their splits and budgets. */
    readonly hash: string;
  };
  /** Users' rewards from the command line. */
  readonly addedRewards: readonly AddedReward[];
  /** The components that training mixes; their functions live in the experiment's file or their own. */
  readonly rewards: readonly Omit<RewardComponent, "reward">[];
  readonly mixture: Mixture;
  readonly failures: FailurePolicy;
  /** The experiment's, with the arm's overrides in place. */
  readonly training: TrainingSettings;
  readonly checkpointEvery: number;
  readonly keepCheckpoints: ExperimentSettings["keepCheckpoints"];
  readonly budgets: BudgetSpec;
  readonly tolerance: ExperimentSettings["tolerance"];
  readonly questions: ExperimentSettings["questions"];
  readonly evaluation: ExperimentSettings["evaluation"];
}

/** What the arms of a run have in common. */
export type SharedConfig = Pick<
  ArmConfig,
  "experiment" | "settings" | "engine" | "engineSettings" | "model" | "data" | "addedRewards"
>;

/** Components as a config writes them. */
export function describeComponents(components: readonly RewardComponent[]): ArmConfig["rewards"] {
  return components.map(({ name, weight, module }) =>
    module === undefined ? { name, weight } : { name, weight, module }
  );
}

/**
 * The config of one arm under one seed.
 *
 * @param experiment A checked experiment.
 * @param shared What all arms have in common.
 * @param name An arm of the experiment, or `start`.
 * @param seed The arm's seed.
 * @param steps Training steps; an arm that is not trained takes none whatever is given.
 */
export function makeArmConfig(
  experiment: Experiment,
  shared: SharedConfig,
  name: string,
  seed: number,
  steps: number,
): ArmConfig {
  const settings = experiment.settings[shared.settings];
  const isStart = name === START_ARM;
  const arm = findArm(experiment, isStart ? experiment.referenceArm : name);
  const { components, mixture, failures } = rewardScheme(arm, settings, shared.addedRewards);
  return {
    ...shared,
    arm: name,
    seed,
    steps: isStart || arm.isTrained === false ? 0 : steps,
    rewards: describeComponents(components),
    mixture,
    failures,
    training: { ...settings.training, ...(isStart ? {} : arm.overrides) },
    checkpointEvery: settings.checkpointEvery,
    keepCheckpoints: settings.keepCheckpoints,
    budgets: settings.budgets,
    tolerance: settings.tolerance,
    questions: settings.questions,
    evaluation: settings.evaluation,
  };
}
