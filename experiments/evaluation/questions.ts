/**
 * The questions of an evaluation: none that the policy was trained on.
 *
 * @module
 */

import {
  type Budget,
  type BudgetSpec,
  buildMessages,
  defaultTemplate,
  drawBudget,
  generateQuestions,
  normalisedText,
  type PromptTemplate,
  type QuestionRecord,
  tinyTemplate,
} from "@terse/data";
import { type PreparedQuestion, prepareQuestion, type Tokenizer } from "@terse/rl";
import type { ArmConfig } from "../arm_config.ts";
import { EVALUATED_SPLITS, type EvaluatedSplit } from "../evaluate.ts";
import type { SettingsName } from "../experiment.ts";
import {
  chosen,
  collectQuestions,
  keyOf,
  loadPaths,
  type RunQuestions,
  withUsableGold,
} from "../sources.ts";

/** The wording that a kind of model is asked in. */
export function templateFor(settings: SettingsName): PromptTemplate {
  return settings === "tiny" ? tinyTemplate : defaultTemplate;
}

/** Which questions an evaluation asks for. */
export interface HeldOutRequest {
  /** Files and prepared folders; none for the arm's own questions, or without an arm for the generator's. */
  readonly paths: readonly string[];
  readonly sampleSeed: number;
  /** Questions to generate. */
  readonly counts: Readonly<Record<EvaluatedSplit, number>>;
  /** At most so many questions of a split; null for all. */
  readonly limit: number | null;
  /** The arm whose policy is evaluated and its tokenizer; null for a model that is no arm's. */
  readonly trained: { readonly arm: ArmConfig; readonly tokenizer: Tokenizer } | null;
}

/** Questions to evaluate on. */
export interface HeldOutQuestions {
  readonly splits: Readonly<Record<EvaluatedSplit, readonly QuestionRecord[]>>;
  /** Budgets that came with the questions, by their keys: those of prepared folders, or the arm's own. */
  readonly budgets: ReadonlyMap<string, Budget>;
  /** Where they come from, in a line. */
  readonly description: string;
  /** What was left out and why, a line each. */
  readonly leftOut: readonly string[];
  /** Terms of use and known faults of the data sets. */
  readonly notices: readonly string[];
}

/**
 * Collects the questions of an evaluation: of files that tell their own splits the splits test and ood, of
 * other files all, as split test. Whatever an arm was trained on is left out, by its text.
 *
 * @throws {RangeError} if no question is left, and as {@linkcode collectQuestions} does.
 */
export async function collectHeldOut(request: HeldOutRequest): Promise<HeldOutQuestions> {
  const { paths, sampleSeed, counts, limit, trained } = request;
  const leftOut: string[] = [], notices: string[] = [];
  const own = trained === null ? null : await questionsOfArm(trained.arm, trained.tokenizer);
  let splits: Record<EvaluatedSplit, readonly QuestionRecord[]>;
  let budgets: ReadonlyMap<string, Budget> = new Map();
  let description: string;
  if (paths.length > 0) {
    const found = await fromPaths(paths, leftOut, notices);
    budgets = found.budgets;
    const seen = new Set(own?.splits.train.map(({ record }) => normalisedText(record)));
    const isNew = (record: QuestionRecord) => !seen.has(normalisedText(record));
    splits = { test: found.test.filter(isNew), ood: found.ood.filter(isNew) };
    const count = found.test.length + found.ood.length - splits.test.length - splits.ood.length;
    if (count > 0) leftOut.push(`${count} questions that the policy was trained on`);
    description = found.names.join(", ");
  } else if (own !== null) {
    const recordsOf = (split: EvaluatedSplit) => own.splits[split].map(({ record }) => record);
    splits = { test: recordsOf("test"), ood: recordsOf("ood") };
    if (sampleSeed === trained!.arm.data.sampleSeed) {
      const questions = EVALUATED_SPLITS.flatMap((split) => own.splits[split]);
      budgets = new Map(questions.map(({ record, budget }) => [keyOf(record), budget]));
    }
    leftOut.push(...own.leftOut);
    notices.push(...own.notices);
    description = `what the arm's run kept apart, of ${own.description}`;
  } else {
    const generate = (split: EvaluatedSplit) =>
      counts[split] === 0
        ? []
        : generateQuestions({ seed: sampleSeed, split, count: counts[split] });
    splits = { test: generate("test"), ood: generate("ood") };
    description = `generated questions (seed ${sampleSeed})`;
  }
  if (limit !== null) {
    const rule = { limit, seed: sampleSeed, rule: "--limit" };
    for (const split of EVALUATED_SPLITS) {
      splits[split] = chosen(splits[split], split, rule, leftOut);
    }
  }
  if (splits.test.length + splits.ood.length === 0) {
    throw new RangeError(
      `Cannot evaluate: there must be at least one question: current number is 0. ` +
        `${leftOut.length === 0 ? "Give more data" : `Left out: ${leftOut.join("; ")}`}`,
    );
  }
  return { splits, budgets, description, leftOut, notices };
}

async function fromPaths(paths: readonly string[], leftOut: string[], notices: string[]) {
  const { withSplits, withoutSplits, budgets, names } = await loadPaths(
    paths,
    "skip",
    leftOut,
    notices,
  );
  const test = [...withSplits.filter(({ split }) => split === "test"), ...withoutSplits];
  const ood = withSplits.filter(({ split }) => split === "ood");
  const others = withSplits.length + withoutSplits.length - test.length - ood.length;
  if (others > 0) leftOut.push(`${others} questions in splits to train and to validate on`);
  const usable = (records: readonly QuestionRecord[]) => withUsableGold(records, "skip", leftOut);
  return { test: usable(test), ood: usable(ood), budgets, names };
}

/** The questions that an arm's run had. */
async function questionsOfArm(arm: ArmConfig, tokenizer: Tokenizer): Promise<RunQuestions> {
  const questions = await collectQuestions({
    paths: arm.data.paths,
    sampleSeed: arm.data.sampleSeed,
    counts: arm.questions,
    budgets: arm.budgets,
    template: arm.data.template,
    maxPromptLength: arm.training.maxPromptLength,
    onBadRow: "skip",
  }, tokenizer);
  if (questions.hash !== arm.data.hash) {
    throw new Error(
      `Cannot evaluate arm ${arm.arm}: the questions of its run must have the hash ` +
        `${arm.data.hash} of its config.json: current hash is ${questions.hash}. Restore its data, ` +
        `or what it was trained on cannot be kept out`,
    );
  }
  return questions;
}

/** A question whose prompt a server is going to write, from the messages shown. */
function prepareForServer(
  record: QuestionRecord,
  budget: Budget,
  template: PromptTemplate,
): PreparedQuestion {
  const text = buildMessages(record, budget, template)
    .map(({ role, content }) => `[${role}]\n${content}`).join("\n\n");
  return { record, budget, prompt: { key: keyOf(record), text, tokenIds: [] } };
}

/** How questions are asked. */
export interface AskingOptions {
  readonly budgets: BudgetSpec;
  /** Budgets that stand before those drawn from `budgets`, by the questions' keys. */
  readonly givenBudgets: ReadonlyMap<string, Budget>;
  readonly sampleSeed: number;
  readonly template: PromptTemplate;
  /** The tokenizer that prompts are written for; null for a server, which writes them itself. */
  readonly tokenizer: Tokenizer | null;
  /** Questions with a longer prompt are left out; of no effect without a tokenizer. */
  readonly maxPromptLength: number;
}

/**
 * Writes one split's questions under one budget.
 *
 * @param leftOut Takes a line if prompts are too long.
 */
export function askQuestions(
  records: readonly QuestionRecord[],
  { budgets, givenBudgets, sampleSeed, template, tokenizer, maxPromptLength }: AskingOptions,
  leftOut: string[],
): PreparedQuestion[] {
  const prepared = records.map((record): PreparedQuestion => {
    const key = keyOf(record);
    const budget = givenBudgets.get(key) ?? drawBudget(budgets, sampleSeed, key, 0);
    return tokenizer === null
      ? prepareForServer(record, budget, template)
      : prepareQuestion(record, budget, template, tokenizer);
  });
  const fitting = prepared.filter(({ prompt }) => prompt.tokenIds.length <= maxPromptLength);
  if (fitting.length < prepared.length) {
    leftOut.push(
      `${prepared.length - fitting.length} questions whose prompts have more than ` +
        `${maxPromptLength} tokens`,
    );
  }
  return fitting;
}
