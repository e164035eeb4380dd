/**
 * What an evaluation is going to do: its config, its questions and the units that they are answered in.
 *
 * @module
 */

import type { BudgetSpec, PromptTemplate } from "@terse/data";
import type { BudgetControl, EngineName, PreparedQuestion, Tokenizer } from "@terse/rl";
import type { ArmConfig } from "../arm_config.ts";
import { EVALUATED_SPLITS, type EvaluatedSplit } from "../evaluate.ts";
import type { SettingsName } from "../experiment.ts";
import { lengthPenalty } from "../length_penalty.ts";
import { hashQuestions } from "../sources.ts";
import type { EvaluateOptions } from "./options.ts";
import { askQuestions, collectHeldOut, templateFor } from "./questions.ts";

/** How completions are sampled. */
export interface EvaluationSampling {
  /** Completions of each question. */
  readonly samples: number;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly budgetControl: BudgetControl;
  /** In tokens. */
  readonly maxCompletionLength: number;
  readonly seed: number;
  /** Questions handed to the sampler at a time. */
  readonly batchSize: number;
  /** Completions that decode at the same time. */
  readonly rowsAtOnce: number;
}

/** What is evaluated. */
export type EvaluatedPolicy =
  | {
    readonly kind: "model";
    readonly name: string;
    readonly sha256: string;
    /** Training steps that its weights include. */
    readonly step: number;
    readonly engine: EngineName;
  }
  | { readonly kind: "endpoint"; readonly url: string; readonly model: string };

/** Content of the folder's `config.json`: everything that the results depend on. */
export interface EvaluationConfig {
  readonly policy: EvaluatedPolicy;
  readonly data: {
    /** Absolute paths; empty for an arm's own questions or the generator's. */
    readonly paths: readonly string[];
    readonly sampleSeed: number;
    /** Name of the wording. */
    readonly template: string;
    /** SHA-256 of all questions with budgets and prompts. */
    readonly hash: string;
  };
  readonly budgets: readonly BudgetSpec[];
  readonly sampling: EvaluationSampling;
}

/** Some questions under one budget: what is answered, kept or tried again as a whole. */
export interface Unit {
  /** Names the unit in the journal. */
  readonly key: string;
  readonly budget: string;
  readonly split: EvaluatedSplit;
  readonly questions: readonly PreparedQuestion[];
  /** Which completions of each question, from 0. */
  readonly samples: readonly number[];
}

/** An evaluation before it starts. */
export interface EvaluationPlan {
  readonly config: EvaluationConfig;
  readonly units: readonly Unit[];
  readonly template: PromptTemplate;
  readonly description: string;
  /** Questions of each split. */
  readonly counts: Readonly<Record<EvaluatedSplit, number>>;
  readonly leftOut: readonly string[];
  /** Terms of use and known faults of the data sets. */
  readonly notices: readonly string[];
}

/** How tables call a budget: `none`, a number of tokens, the range of drawn ones, or two of these. */
export function budgetName(budgets: BudgetSpec): string {
  if (budgets.kind === "none") return "none";
  if (budgets.kind === "halves") {
    return `${budgetName(budgets.first)} or ${budgetName(budgets.second)}`;
  }
  const tokens = budgets.kind === "fixed" ? budgets.tokens : `${budgets.low}-${budgets.high}`;
  return `${budgets.mode === "exact" ? "exactly " : ""}${tokens}`;
}

/** What is known of the policy before its questions are collected. */
export interface PlannedPolicy {
  readonly policy: EvaluatedPolicy;
  /** Which of the default experiment's settings stand in for what neither options nor arm say. */
  readonly settings: SettingsName;
  readonly arm: ArmConfig | null;
  /** Null for a server. */
  readonly tokenizer: Tokenizer | null;
  /** Positions of the model; null for a server. */
  readonly maxPositions: number | null;
}

/**
 * Plans an evaluation. What the options leave open is as in the arm's config, or else as in the default
 * experiment for such a model. With the arm's settings the answers are those of the arm's own evaluation.
 *
 * Deviation from that: an arm with a `maxCompletionLength` of its own is given its own, not the
 * experiment's.
 *
 * @throws {RangeError} if no question is left.
 */
export async function planEvaluation(
  options: EvaluateOptions,
  { policy, settings: name, arm, tokenizer, maxPositions }: PlannedPolicy,
): Promise<EvaluationPlan> {
  const settings = arm ?? lengthPenalty.settings[name];
  const { training, evaluation } = settings;
  const sampleSeed = options.sampleSeed ?? arm?.data.sampleSeed ?? 0;
  const sampling: EvaluationSampling = {
    samples: options.samples ?? evaluation.samples,
    temperature: options.temperature ?? evaluation.temperature,
    topK: options.topK ?? evaluation.topK,
    topP: options.topP ?? evaluation.topP,
    minP: options.minP ?? evaluation.minP,
    budgetControl: options.budgetControl ?? training.budgetControl,
    maxCompletionLength: options.maxCompletionLength ?? training.maxCompletionLength,
    seed: options.seed ?? arm?.seed ?? 1,
    batchSize: evaluation.batchSize,
    rowsAtOnce: training.rowsAtOnce,
  };
  const heldOut = await collectHeldOut({
    paths: options.data,
    sampleSeed,
    counts: settings.questions,
    limit: options.limit,
    trained: arm === null || tokenizer === null ? null : { arm, tokenizer },
  });
  const leftOut = [...heldOut.leftOut];
  const template = arm?.data.template ?? templateFor(name);
  const isPrepared = options.budgets === null && options.data.length > 0 &&
    heldOut.budgets.size > 0;
  const givenBudgets = options.budgets === null ? heldOut.budgets : new Map();
  const budgets = options.budgets ?? [settings.budgets];
  const room = (maxPositions ?? Infinity) - sampling.maxCompletionLength;
  const asked = budgets.flatMap((spec) =>
    EVALUATED_SPLITS.map((split) => ({
      budget: isPrepared ? "as prepared" : budgetName(spec),
      split,
      questions: askQuestions(heldOut.splits[split], {
        budgets: spec,
        givenBudgets,
        sampleSeed,
        template,
        tokenizer,
        maxPromptLength: Math.min(training.maxPromptLength, room),
      }, leftOut),
    }))
  );
  if (asked.every(({ questions }) => questions.length === 0)) {
    throw new RangeError(
      `Cannot evaluate: there must be at least one question: current number is 0. Left out: ` +
        `${leftOut.join("; ")}. Lower --max-completion-length (${sampling.maxCompletionLength})`,
    );
  }
  const hash = await hashQuestions(
    asked.flatMap(({ split, questions }) => questions.map((question) => ({ split, question }))),
  );
  return {
    config: {
      policy,
      data: { paths: options.data, sampleSeed, template: template.name, hash },
      budgets,
      sampling,
    },
    units: policy.kind === "endpoint" ? requestUnits(asked, sampling) : batchUnits(asked, sampling),
    template,
    description: heldOut.description,
    counts: { test: heldOut.splits.test.length, ood: heldOut.splits.ood.length },
    leftOut,
    notices: heldOut.notices,
  };
}

type AskedQuestions = Pick<Unit, "budget" | "split" | "questions">;

/** Units of a policy that computes here: batches of questions with all their completions. */
function batchUnits(
  asked: readonly AskedQuestions[],
  { samples, batchSize }: EvaluationSampling,
): Unit[] {
  return asked.flatMap(({ budget, split, questions }) =>
    Array.from({ length: Math.ceil(questions.length / batchSize) }, (_, b) => ({
      key: `${budget}/${split}/${b}`,
      budget,
      split,
      questions: questions.slice(b * batchSize, (b + 1) * batchSize),
      samples: Array.from({ length: samples }, (_, i) => i),
    }))
  );
}

/** Units of a server: single requests. */
function requestUnits(asked: readonly AskedQuestions[], { samples }: EvaluationSampling): Unit[] {
  return asked.flatMap(({ budget, split, questions }) =>
    questions.flatMap((question, q) =>
      Array.from({ length: samples }, (_, i) => ({
        key: `${budget}/${split}/${q}/${i}`,
        budget,
        split,
        questions: [question],
        samples: [i],
      }))
    )
  );
}
