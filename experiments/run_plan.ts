/**
 * What a run is going to do: its arms, seeds and files, written down before anything is trained.
 *
 * @module
 */

import {
  defaultTemplate,
  hashTemplate,
  loadTemplate,
  type PromptTemplate,
  tinyTemplate,
} from "@terse/data";
import {
  availableMemoryBytes,
  chooseEngine,
  ENGINE_FINDERS,
  type EngineSettings,
  type ModelConfig,
  modelPath,
  type PreparedQuestion,
  readModel,
} from "@terse/rl";
import type { AblateOptions } from "./ablate_options.ts";
import { addRewards } from "./added_rewards.ts";
import {
  type ArmConfig,
  describeComponents,
  makeArmConfig,
  type SharedConfig,
} from "./arm_config.ts";
import { auditExperiment, type AuditFile } from "./audit/audit_arms.ts";
import { EVALUATED_SPLITS } from "./evaluate.ts";
import { type Experiment, findArm, type SettingsName, START_ARM } from "./experiment.ts";
import type { LoadedExperiment } from "./experiment_file.ts";
import { questionRequest } from "./grpo_program.ts";
import type { Provenance } from "./provenance.ts";
import { collectQuestions, RUN_SPLITS, type RunSplit } from "./sources.ts";

/** What was found out about engine, model and data before the arms start. */
export interface Preparation {
  readonly engine: {
    readonly name: SharedConfig["engine"];
    readonly reason: string;
    readonly hint: string | null;
  };
  readonly model: {
    readonly name: string;
    readonly sha256: string;
    readonly parameters: number;
    readonly path: string;
    readonly config: ModelConfig;
  };
  readonly data: {
    readonly description: string;
    readonly hash: string;
    readonly counts: Readonly<Record<RunSplit, number>>;
    /** Tokens of the longest prompt that is trained on, and of the longest one that is evaluated. */
    readonly promptTokens: { readonly trained: number; readonly evaluated: number };
    readonly leftOut: readonly string[];
    readonly notices: readonly string[];
    readonly template: PromptTemplate;
    /** SHA-256 of the template. */
    readonly templateHash: string;
  };
  /** Free memory of the machine, in bytes. */
  readonly availableBytes: number;
  /** The audit of the arms' rewards; null for a run that goes on. */
  readonly audit: AuditFile | null;
}

/** Questions of the data that are audited, so that it takes no time to speak of. */
const AUDITED_QUESTIONS = 200;

/** Seconds for the audit of all arms; the project's own rewards take less than one. */
const AUDIT_SECONDS = 20;

/** Content of `experiment.json`. */
export interface RunFile {
  readonly name: string;
  readonly title: string;
  readonly question: string;
  readonly description: string;
  readonly engine: EngineSettings & { readonly name: string; readonly reason: string };
  readonly model: { readonly name: string; readonly parameters: number; readonly path: string };
  readonly data: {
    readonly description: string;
    readonly hash: string;
    readonly counts: Readonly<Record<RunSplit, number>>;
    readonly template: { readonly name: string; readonly hash: string };
  };
  /** Users' rewards from the command line, in every arm. */
  readonly addedRewards: ArmConfig["rewards"];
  readonly seeds: readonly number[];
  readonly steps: number;
  readonly arms: readonly {
    readonly name: string;
    readonly title: string;
    readonly description: string;
  }[];
  readonly commit: string;
  readonly denoVersion: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly host: { readonly cores: number; readonly memoryBytes: number };
  readonly evaluation: {
    readonly temperature: number;
    readonly samples: number;
    readonly splits: readonly string[];
  };
  readonly baselineArm: string;
  readonly referenceArm: string;
}

/** A run before it starts. */
export interface RunPlan {
  readonly runFile: RunFile;
  /** One for each arm and seed, in the order in which they start. */
  readonly configs: readonly ArmConfig[];
}

/** Which of the experiment's settings a model takes. */
export function settingsFor(model: string): SettingsName {
  return model === "tiny" ? "tiny" : "llm";
}

/** The wording that a run asks in: a file's, the experiment's, or the one that suits the model. */
async function chooseTemplate(
  { settings }: Experiment,
  { template, model }: AblateOptions,
): Promise<PromptTemplate> {
  if (template !== null) return await loadTemplate(template);
  const name = settingsFor(model);
  return settings[name].template ?? (name === "tiny" ? tinyTemplate : defaultTemplate);
}

/**
 * Looks at the machine, the model and the data. Nothing of the engine is loaded.
 *
 * @throws {Error} if the engine, the model or the data cannot be used, saying what to do.
 */
export async function prepareRun(
  experiment: Experiment,
  options: AblateOptions,
): Promise<Preparation> {
  const engine = await chooseEngine(options.engine, ENGINE_FINDERS);
  const path = modelPath(options.model);
  const { config, tensors, tokenizer, sha256 } = await readModel(path);
  const parameters = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
  const template = await chooseTemplate(experiment, options);
  const questions = await collectQuestions(
    questionRequest(experiment, {
      settings: settingsFor(options.model),
      data: { paths: options.data, sampleSeed: options.sampleSeed, template },
    }, options.onBadRow),
    tokenizer,
  );
  const { splits, description, hash, leftOut, notices } = questions;
  const audit = options.resume ? null : await auditExperiment(
    experiment,
    settingsFor(options.model),
    splits.train.slice(0, AUDITED_QUESTIONS).map(({ record }) => record),
    options.arms,
    options.rewards,
    AUDIT_SECONDS,
  );
  const counts = { train: 0, test: 0, ood: 0 };
  for (const split of RUN_SPLITS) counts[split] = splits[split].length;
  return {
    engine,
    model: { name: options.model, sha256, parameters, path, config },
    data: {
      description,
      hash,
      counts,
      promptTokens: {
        trained: longestPrompt(splits.train),
        evaluated: longestPrompt([...splits.test, ...splits.ood]),
      },
      leftOut,
      notices,
      template,
      templateHash: await hashTemplate(template),
    },
    availableBytes: availableMemoryBytes(),
    audit,
  };
}

function longestPrompt(questions: readonly PreparedQuestion[]): number {
  return questions.reduce((most, { prompt }) => Math.max(most, prompt.tokenIds.length), 0);
}

/**
 * Plans the arms and seeds of a run: for each seed the policy before training, then the arms.
 *
 * @throws {RangeError} if an arm asked for is not one of the experiment's.
 */
export function planRun(
  loaded: LoadedExperiment,
  options: AblateOptions,
  { engine, model, data }: Preparation,
  { commit, denoVersion, host }: Provenance,
  startedAt: string,
): RunPlan {
  const { experiment } = loaded;
  const settingsName = settingsFor(options.model);
  const settings = experiment.settings[settingsName];
  const shared: SharedConfig = {
    experiment: { name: experiment.name, path: loaded.path, sha256: loaded.sha256 },
    settings: settingsName,
    engine: engine.name,
    engineSettings: options.engineSettings,
    model: { name: model.name, sha256: model.sha256 },
    data: {
      paths: options.data,
      sampleSeed: options.sampleSeed,
      template: data.template,
      hash: data.hash,
    },
    addedRewards: options.rewards,
  };
  const arms = options.arms?.map((name) => findArm(experiment, name)) ?? experiment.arms;
  const steps = options.steps ?? settings.steps;
  const seeds = Array.from({ length: options.seeds ?? settings.seeds }, (_, i) => i + 1);
  const names = [START_ARM, ...arms.map((arm) => arm.name)];
  return {
    configs: seeds.flatMap((seed) =>
      names.map((name) => makeArmConfig(experiment, shared, name, seed, steps))
    ),
    runFile: {
      name: experiment.name,
      title: experiment.title,
      question: experiment.question,
      description: experiment.description,
      engine: { name: engine.name, reason: engine.reason, ...options.engineSettings },
      model: { name: model.name, parameters: model.parameters, path: model.path },
      data: {
        description: data.description,
        hash: data.hash,
        counts: data.counts,
        template: { name: data.template.name, hash: data.templateHash },
      },
      addedRewards: describeComponents(addRewards([], options.rewards)),
      seeds,
      steps,
      arms: [
        {
          name: START_ARM,
          title: "Before training",
          description: "The policy that every arm starts from.",
        },
        ...arms.map(({ name, title, description }) => ({ name, title, description })),
      ],
      commit,
      denoVersion,
      startedAt,
      host,
      evaluation: {
        temperature: settings.evaluation.temperature,
        samples: settings.evaluation.samples,
        splits: EVALUATED_SPLITS.filter((split) => data.counts[split] > 0),
      },
      baselineArm: START_ARM,
      referenceArm: names.includes(experiment.referenceArm) ? experiment.referenceArm : START_ARM,
    },
  };
}
