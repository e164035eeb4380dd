/**
 * What an arm computes: GRPO on the run's questions with the arm's rewards.
 *
 * @module
 */

import { type RewardScheme, startRewardState } from "@terse/rewards";
import {
  adaptPolicy,
  cloneWeights,
  controlBudget,
  createAdamWState,
  disposeWeights,
  type GrpoState,
  loadCheckpoint,
  loadPolicy,
  type PreparedQuestion,
  sampleRollouts,
  saveCheckpoint,
  trainableWeights,
  trainStep,
} from "@terse/rl";
import { type ArmConfig, describeComponents } from "./arm_config.ts";
import type { ArmProgram } from "./arm_loop.ts";
import { evaluatePolicy } from "./evaluate.ts";
import { type Experiment, findArm, rewardScheme, START_ARM } from "./experiment.ts";
import { furtherQuestionsOfStep } from "./further_questions.ts";
import { firstDifference } from "./run_folder.ts";
import { collectQuestions, type QuestionRequest, questionsOfStep } from "./sources.ts";
import { evaluationTable, rolloutTable } from "./tables.ts";

/**
 * The questions that an experiment's settings and a run's data ask for.
 *
 * @param onBadRow What becomes of rows that cannot be used; a run's plan has decided it before its arms
 *   start.
 */
export function questionRequest(
  experiment: Experiment,
  config: Pick<ArmConfig, "settings"> & { readonly data: Omit<ArmConfig["data"], "hash"> },
  onBadRow: "fail" | "skip" = "skip",
): QuestionRequest {
  const settings = experiment.settings[config.settings];
  return {
    paths: config.data.paths,
    sampleSeed: config.data.sampleSeed,
    counts: settings.questions,
    budgets: settings.budgets,
    template: config.data.template,
    maxPromptLength: settings.training.maxPromptLength,
    onBadRow,
  };
}

/** Refuses rewards that are no longer those of the config, e.g. after a user's file has changed. */
function requireRewards(config: ArmConfig, { components }: RewardScheme): void {
  const difference = firstDifference(config.rewards, describeComponents(components), "rewards");
  if (difference === null) return;
  const { key, found, asked } = difference;
  throw new Error(
    `Cannot go on with this arm: ${key} must be the ${JSON.stringify(found)} of its config.json: ` +
      `current value is ${JSON.stringify(asked)}. Restore the reward's file or start another run`,
  );
}

/**
 * Loads the model and the questions and makes the program of one arm. The engine must be loaded.
 *
 * @param experiment The experiment that the config names.
 * @param config The arm's config.
 * @param log Takes a line for the arm's log.
 * @throws {Error} if the questions or rewards are not those that the config was made for.
 */
export async function grpoProgram(
  experiment: Experiment,
  config: ArmConfig,
  log: (line: string) => void,
): Promise<ArmProgram<GrpoState>> {
  const { seed, training, evaluation } = config;
  // Whoever takes its weights over owns them: a frozen reference, one that follows, or the policy itself.
  const loaded = await loadPolicy(config.model.name);
  const { tokenizer } = loaded;
  const { beta, syncRefModel } = training;
  const refPolicy = beta !== 0 && syncRefModel === null ? loaded : null;
  const questions = await collectQuestions(questionRequest(experiment, config), tokenizer);
  if (questions.hash !== config.data.hash) {
    throw new Error(
      `Cannot go on with this arm: the questions must have the hash ${config.data.hash} of its ` +
        `config.json: current hash is ${questions.hash}. Restore the data or start another run`,
    );
  }
  const settings = experiment.settings[config.settings];
  const arm = config.arm === START_ARM ? experiment.referenceArm : config.arm;
  const scheme = rewardScheme(findArm(experiment, arm), settings, config.addedRewards);
  requireRewards(config, scheme);
  const controlled = (asked: readonly PreparedQuestion[]) =>
    asked.map((question) => controlBudget(question, training.budgetControl));
  const { train, test, ood } = questions.splits;
  const splits = { train: controlled(train), test: controlled(test), ood: controlled(ood) };
  const yardstick = findArm(experiment, experiment.referenceArm).rewards(settings);

  return {
    start() {
      const policy = training.lora !== null
        ? adaptPolicy(loaded, training.lora, seed)
        : { ...loaded, weights: beta === 0 ? loaded.weights : cloneWeights(loaded.weights) };
      return Promise.resolve({
        step: 0,
        policy,
        optimizer: createAdamWState(trainableWeights(policy.weights)),
        rewards: startRewardState(scheme),
        refWeights: syncRefModel === null ? null : loaded.weights,
      });
    },
    async load(folder) {
      const state = await loadCheckpoint(folder, tokenizer, loaded.weights);
      if (refPolicy === null && training.lora === null) disposeWeights(loaded.weights);
      return state;
    },
    save: saveCheckpoint,
    async train(state, step) {
      const { isOrdered } = questions;
      const chosen = questionsOfStep(splits.train, training.numPrompts, seed, step, isOrdered);
      const further = furtherQuestionsOfStep(splits.train, seed, step);
      const next = await trainStep(state, refPolicy, chosen, scheme, training, seed, further);
      const [failure] = next.record.scored.failures;
      if (failure !== undefined) {
        const count = next.record.scored.failures.length;
        log(
          `step ${step}: ${count} failures of rewards, first of ${failure.component}: ${failure.cause}`,
        );
      }
      return {
        state: next.state,
        metrics: next.record.metrics,
        rollouts: rolloutTable(step, next.record),
      };
    },
    async evaluate({ policy }, step, onProgress, stopping) {
      const result = await evaluatePolicy({
        questions: splits,
        step,
        batchSize: evaluation.batchSize,
        sample: (prompts) =>
          sampleRollouts(policy, prompts, {
            groupSize: evaluation.samples,
            // The experiment's, not the arm's: all arms have the same room to answer.
            maxCompletionLength: settings.training.maxCompletionLength,
            temperature: evaluation.temperature,
            topK: evaluation.topK,
            topP: evaluation.topP,
            minP: evaluation.minP,
            rowsAtOnce: settings.training.rowsAtOnce,
            seed,
            // The same random numbers for all arms, so that they differ by their policies alone.
            step: 0,
            purpose: "evaluation",
          }),
        rewards: yardstick,
        timeLimitSeconds: scheme.failures.timeLimitSeconds,
        tokenizer,
        onProgress,
        stopping,
      });
      return result === null
        ? null
        : { evaluation: result.evaluation, rows: evaluationTable(result.rows) };
    },
  };
}
