/**
 * The questions of a run: made by the built-in generator or read from files, split, given budgets, and
 * written as prompts.
 *
 * @module
 */

import {
  assignSplits,
  type Budget,
  type BudgetSpec,
  canonicalJson,
  drawBudget,
  generateQuestions,
  isPreparedFolder,
  loadRecords,
  permutation,
  type PromptTemplate,
  type QuestionRecord,
  readPrepared,
  sha256Hex,
} from "@terse/data";
import { validateGold } from "@terse/rewards";
import { type PreparedQuestion, prepareQuestion, type Tokenizer } from "@terse/rl";
import { basename } from "node:path";

/** Splits that a run uses. */
export const RUN_SPLITS = ["train", "test", "ood"] as const;

/** A split that a run uses. */
export type RunSplit = (typeof RUN_SPLITS)[number];

/** Share of a file's questions that is kept for testing if the file has no splits of its own. */
const TEST_SHARE = 0.2;

/** Which questions a run asks for. */
export interface QuestionRequest {
  /** Files, and folders made by data:prepare; none for the generator. */
  readonly paths: readonly string[];
  /** Seed of the generator, the splits, the budgets, and the choice where there are too many. */
  readonly sampleSeed: number;
  /** Questions to generate; of files, the most that are tested on. All train questions are used. */
  readonly counts: Readonly<Record<RunSplit, number>>;
  readonly budgets: BudgetSpec;
  readonly template: PromptTemplate;
  /** Questions whose prompts have more tokens are left out. */
  readonly maxPromptLength: number;
}

/** The questions of a run. */
export interface RunQuestions {
  readonly splits: Readonly<Record<RunSplit, readonly PreparedQuestion[]>>;
  /** Whether the train questions are to be taken in their order, as a curriculum asks for. */
  readonly isOrdered: boolean;
  /** Where they come from, in a line. */
  readonly description: string;
  /** SHA-256 of the questions with splits, budgets and prompts. */
  readonly hash: string;
  /** What was left out and why, a line each. */
  readonly leftOut: readonly string[];
}

/**
 * Collects the questions of a run. The same request gives the same questions in the same order.
 *
 * @throws {DataError} if a file cannot be read at all; single bad rows are left out and listed.
 * @throws {RangeError} if no question is left to train or to test on, or an id comes from two files.
 */
export async function collectQuestions(
  request: QuestionRequest,
  tokenizer: Tokenizer,
): Promise<RunQuestions> {
  const leftOut: string[] = [];
  const isGenerated = request.paths.length === 0;
  const { records, budgets, names, isOrdered } = isGenerated
    ? { ...ITSELF, records: generated(request) }
    : await loaded(request, leftOut);
  const fitting: Record<RunSplit, PreparedQuestion[]> = { train: [], test: [], ood: [] };
  const tooLong = { train: 0, test: 0, ood: 0 };
  for (const record of records) {
    if (record.split === "validation") continue;
    const key = keyOf(record);
    const budget = budgets.get(key) ?? drawBudget(request.budgets, request.sampleSeed, key, 0);
    const question = prepareQuestion(record, budget, request.template, tokenizer);
    if (question.prompt.tokenIds.length > request.maxPromptLength) tooLong[record.split]++;
    else fitting[record.split].push(question);
  }
  for (const split of RUN_SPLITS) {
    if (tooLong[split] === 0) continue;
    leftOut.push(
      `${tooLong[split]} ${split} questions whose prompts have more than ` +
        `${request.maxPromptLength} tokens (maxPromptLength)`,
    );
  }
  const splits: RunQuestions["splits"] = {
    train: fitting.train,
    test: chosen(fitting.test, "test", request, leftOut),
    ood: chosen(fitting.ood, "ood", request, leftOut),
  };
  for (const split of ["train", "test"] as const) {
    if (splits[split].length === 0) {
      throw new RangeError(
        `Cannot start: there must be at least one question to ${split} on: current number is 0. ` +
          `${leftOut.length === 0 ? "Give more data" : `Left out: ${leftOut.join("; ")}`}`,
      );
    }
  }
  const lines = RUN_SPLITS.flatMap((split) =>
    splits[split].map(({ record, budget, prompt }) =>
      canonicalJson({ split, record: { ...record }, budget: { ...budget }, prompt: prompt.text })
    )
  );
  return {
    splits,
    isOrdered,
    description: isGenerated
      ? `generated questions (seed ${request.sampleSeed})`
      : names.join(", "),
    hash: await sha256Hex(lines.join("\n")),
    leftOut,
  };
}

function generated({ sampleSeed, counts }: QuestionRequest): QuestionRecord[] {
  return RUN_SPLITS.flatMap((split) =>
    counts[split] === 0 ? [] : generateQuestions({ seed: sampleSeed, split, count: counts[split] })
  );
}

/** What the request's paths hold. */
interface LoadedQuestions {
  readonly records: readonly QuestionRecord[];
  /** Budgets that came with the questions, by their keys. */
  readonly budgets: ReadonlyMap<string, Budget>;
  /** A name for each path. */
  readonly names: readonly string[];
  readonly isOrdered: boolean;
}

/** Questions without anything else to them. */
const ITSELF: Omit<LoadedQuestions, "records"> = {
  budgets: new Map(),
  names: [],
  isOrdered: false,
};

async function loaded(request: QuestionRequest, leftOut: string[]): Promise<LoadedQuestions> {
  const budgets = new Map<string, Budget>();
  const names: string[] = [];
  let isOrdered = false;
  const withSplits: QuestionRecord[] = [];
  const withoutSplits: QuestionRecord[] = [];
  const pathOfKey = new Map<string, string>();
  for (const path of request.paths) {
    let records: readonly QuestionRecord[];
    const isPrepared = await isPreparedFolder(path);
    if (isPrepared) {
      const prepared = await readPrepared(path);
      records = prepared.records;
      isOrdered ||= prepared.isOrdered;
      prepared.budgets?.forEach((budget, i) => budgets.set(keyOf(records[i]!), budget));
      names.push(`${basename(path)} (prepared data ${prepared.hash})`);
    } else {
      const { records: found, skipped } = await loadRecords(path, { onBadRow: "skip" });
      records = found;
      names.push(basename(path));
      const [bad] = skipped;
      if (bad !== undefined) {
        leftOut.push(
          `${skipped.length} rows of ${path}; the first is row ${bad.row}: ${bad.field} must be ` +
            `${bad.rule}: current value is ${bad.found}`,
        );
      }
    }
    for (const record of records) {
      const key = keyOf(record);
      const other = pathOfKey.get(key);
      if (other !== undefined) {
        throw new RangeError(
          `Cannot use ${path}: ids must be unique in a source: ${key} is also in ${other}. ` +
            `Give each file once`,
        );
      }
      pathOfKey.set(key, path);
    }
    // Files that tell their own splits keep them.
    const hasSplits = isPrepared || records.some((record) => record.split !== "train");
    (hasSplits ? withSplits : withoutSplits).push(...records);
  }
  const assigned = assignSplits(withoutSplits, { seed: request.sampleSeed, test: TEST_SHARE });
  const records = withUsableGold([...withSplits, ...assigned], leftOut);
  return { records, budgets, names, isOrdered };
}

function withUsableGold(records: readonly QuestionRecord[], leftOut: string[]): QuestionRecord[] {
  const causes: string[] = [];
  const usable = records.filter((record) => {
    try {
      validateGold(record);
      return true;
    } catch (error) {
      causes.push(error instanceof Error ? error.message : String(error));
      return false;
    }
  });
  if (causes.length > 0) {
    leftOut.push(`${causes.length} questions that cannot be graded; the first: ${causes[0]}`);
  }
  return usable;
}

/** At most the requested number of a split's questions, a keyed choice in their order. */
function chosen(
  questions: readonly PreparedQuestion[],
  split: "test" | "ood",
  { counts, sampleSeed }: QuestionRequest,
  leftOut: string[],
): readonly PreparedQuestion[] {
  const { length } = questions;
  const limit = counts[split];
  if (length <= limit) return questions;
  leftOut.push(`${length - limit} of ${length} ${split} questions (settings.questions.${split})`);
  const kept = permutation(length, `choice of ${split}`, sampleSeed).slice(0, limit);
  return kept.sort((a, b) => a - b).map((index) => questions[index]!);
}

function keyOf(record: QuestionRecord): string {
  return `${record.source}/${record.id}`;
}

/**
 * The questions of a training step: epoch after epoch in an order keyed by seed and epoch. The few
 * questions that do not fill an epoch's last step are left for another epoch.
 *
 * @example
 * ```ts
 * import { questionsOfStep } from "./sources.ts";
 * import { assertEquals } from "@std/assert";
 * const epoch = [1, 2].flatMap((step) => questionsOfStep(["a", "b", "c", "d"], 2, 7, step));
 * assertEquals(epoch.toSorted(), ["a", "b", "c", "d"]);
 * ```
 * @param questions At least numPrompts questions.
 * @param numPrompts P, different questions in a step.
 * @param step From 1.
 * @param isOrdered Takes the questions in the order given, in every epoch.
 * @throws {RangeError} if there are fewer than numPrompts questions.
 */
export function questionsOfStep<Question>(
  questions: readonly Question[],
  numPrompts: number,
  seed: number,
  step: number,
  isOrdered = false,
): Question[] {
  const stepsPerEpoch = Math.floor(questions.length / numPrompts);
  if (stepsPerEpoch < 1) {
    throw new RangeError(
      `Cannot train: there must be at least numPrompts = ${numPrompts} questions to train on: ` +
        `current number is ${questions.length}`,
    );
  }
  const epoch = Math.floor((step - 1) / stepsPerEpoch);
  const start = ((step - 1) % stepsPerEpoch) * numPrompts;
  if (isOrdered) return questions.slice(start, start + numPrompts);
  const order = permutation(questions.length, "order of questions", seed, epoch);
  return order.slice(start, start + numPrompts).map((index) => questions[index]!);
}
