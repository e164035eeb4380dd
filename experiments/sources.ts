/**
 * The questions of a run: made by the built-in generator or read from files, split, given budgets, and
 * written as prompts.
 *
 * @module
 */

import {
  assignSplits,
  type BadRow,
  type Budget,
  type BudgetSpec,
  canonicalJson,
  drawBudget,
  findDataFiles,
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

/** Bad rows of a file that are named one by one. */
const LISTED_ROWS = 10;

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
  /** `fail` throws at the first row that cannot be used, `skip` leaves such rows out. */
  readonly onBadRow: "fail" | "skip";
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
  /** Terms of use and known faults of the data sets. */
  readonly notices: readonly string[];
}

/**
 * Collects the questions of a run. The same request gives the same questions in the same order.
 *
 * @throws {DataError} if a file cannot be read at all, or a row of it cannot where rows are not skipped.
 * @throws {GoldAnswerError} if a question cannot be graded and rows are not skipped.
 * @throws {RangeError} if no question is left to train or to test on, or an id comes from two files.
 */
export async function collectQuestions(
  request: QuestionRequest,
  tokenizer: Tokenizer,
): Promise<RunQuestions> {
  const leftOut: string[] = [];
  const notices: string[] = [];
  const isGenerated = request.paths.length === 0;
  const { records, budgets, names, isOrdered } = isGenerated
    ? { ...ITSELF, records: generated(request) }
    : await loaded(request, leftOut, notices);
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
    test: chosen(fitting.test, "test", limitOf(request, "test"), leftOut),
    ood: chosen(fitting.ood, "ood", limitOf(request, "ood"), leftOut),
  };
  for (const split of ["train", "test"] as const) {
    if (splits[split].length === 0) {
      throw new RangeError(
        `Cannot start: there must be at least one question to ${split} on: current number is 0. ` +
          `${leftOut.length === 0 ? "Give more data" : `Left out: ${leftOut.join("; ")}`}`,
      );
    }
  }
  return {
    splits,
    isOrdered,
    description: isGenerated
      ? `generated questions (seed ${request.sampleSeed})`
      : names.join(", "),
    hash: await hashQuestions(
      RUN_SPLITS.flatMap((split) => splits[split].map((question) => ({ split, question }))),
    ),
    leftOut,
    notices,
  };
}

/** SHA-256 of questions with their splits, budgets and prompts, in their order. */
export function hashQuestions(
  questions: readonly { readonly split: RunSplit; readonly question: PreparedQuestion }[],
): Promise<string> {
  const lines = questions.map(({ split, question: { record, budget, prompt } }) =>
    canonicalJson({ split, record: { ...record }, budget: { ...budget }, prompt: prompt.text })
  );
  return sha256Hex(lines.join("\n"));
}

function limitOf({ counts, sampleSeed }: QuestionRequest, split: "test" | "ood") {
  return { limit: counts[split], seed: sampleSeed, rule: `settings.questions.${split}` };
}

function generated({ sampleSeed, counts }: QuestionRequest): QuestionRecord[] {
  return RUN_SPLITS.flatMap((split) =>
    counts[split] === 0 ? [] : generateQuestions({ seed: sampleSeed, split, count: counts[split] })
  );
}

/** What paths hold. */
export interface LoadedQuestions {
  /** Of files that tell their own splits, and of prepared folders. */
  readonly withSplits: readonly QuestionRecord[];
  /** Of the other files. */
  readonly withoutSplits: readonly QuestionRecord[];
  /** Budgets that came with the questions, by their keys. */
  readonly budgets: ReadonlyMap<string, Budget>;
  /** A name for each path. */
  readonly names: readonly string[];
  readonly isOrdered: boolean;
}

/** Questions without anything else to them. */
const ITSELF: Pick<LoadedQuestions, "budgets" | "names" | "isOrdered"> = {
  budgets: new Map<string, Budget>(),
  names: [],
  isOrdered: false,
};

async function loaded(request: QuestionRequest, leftOut: string[], notices: string[]) {
  const { paths, sampleSeed: seed, onBadRow } = request;
  const { withSplits, withoutSplits, ...rest } = await loadPaths(paths, onBadRow, leftOut, notices);
  const assigned = assignSplits(withoutSplits, { seed, test: TEST_SHARE });
  return { ...rest, records: withUsableGold([...withSplits, ...assigned], onBadRow, leftOut) };
}

/** The files to read: of a folder that is not a prepared one, each of its data files. */
async function expandFolders(paths: readonly string[]): Promise<string[]> {
  const expanded = await Promise.all(
    paths.map(async (path) => await isPreparedFolder(path) ? [path] : await findDataFiles(path)),
  );
  return expanded.flat();
}

/**
 * Reads question files, folders of them, and prepared folders. Rows that are skipped are told of in `leftOut`, terms of use
 * and known faults in `notices`.
 *
 * @throws {DataError} if a file cannot be read at all, or a row of it cannot where rows are not skipped.
 * @throws {RangeError} if an id comes from two files, or a folder holds no data.
 */
export async function loadPaths(
  paths: readonly string[],
  onBadRow: "fail" | "skip",
  leftOut: string[],
  notices: string[],
): Promise<LoadedQuestions> {
  const budgets = new Map<string, Budget>();
  const names: string[] = [];
  let isOrdered = false;
  const withSplits: QuestionRecord[] = [];
  const withoutSplits: QuestionRecord[] = [];
  const pathOfKey = new Map<string, string>();
  for (const path of await expandFolders(paths)) {
    let records: readonly QuestionRecord[];
    const isPrepared = await isPreparedFolder(path);
    if (isPrepared) {
      const prepared = await readPrepared(path);
      records = prepared.records;
      isOrdered ||= prepared.isOrdered;
      prepared.budgets?.forEach((budget, i) => budgets.set(keyOf(records[i]!), budget));
      names.push(`${basename(path)} (prepared data ${prepared.hash})`);
    } else {
      const file = await loadRecords(path, { onBadRow });
      records = file.records;
      names.push(basename(path));
      notices.push(...file.notices);
      leftOut.push(...describeSkipped(path, file.skipped));
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
  return { withSplits, withoutSplits, budgets, names, isOrdered };
}

/** Bad rows of a file: their number, and what is wrong with the first of them. */
function describeSkipped(path: string, skipped: readonly BadRow[]): string[] {
  if (skipped.length === 0) return [];
  const causes = skipped.slice(0, LISTED_ROWS).map(({ row, field, rule, found }) =>
    `row ${row}: ${field} must be ${rule}: current value is ${found}`
  );
  const rest = skipped.length - causes.length;
  const more = rest === 0 ? [] : [`${rest} more rows of ${path}; data:validate lists them all`];
  const [first, ...others] = causes;
  return [`${skipped.length} rows of ${path}; the first is ${first}`, ...others, ...more];
}

/**
 * The questions whose gold answer can be graded; the others are told of in `leftOut`.
 *
 * @throws {GoldAnswerError} if one cannot be graded and rows are not skipped.
 */
export function withUsableGold(
  records: readonly QuestionRecord[],
  onBadRow: "fail" | "skip",
  leftOut: string[],
): QuestionRecord[] {
  const causes: string[] = [];
  const usable = records.filter((record) => {
    try {
      validateGold(record);
      return true;
    } catch (error) {
      if (onBadRow === "fail") throw error;
      causes.push(error instanceof Error ? error.message : String(error));
      return false;
    }
  });
  if (causes.length > 0) {
    leftOut.push(`${causes.length} questions that cannot be graded; the first: ${causes[0]}`);
  }
  return usable;
}

/**
 * At most `limit` questions of a split, a keyed choice in their order.
 *
 * @param rule What set the limit, for `leftOut`.
 */
export function chosen<Question>(
  questions: readonly Question[],
  split: "test" | "ood",
  { limit, seed, rule }: { readonly limit: number; readonly seed: number; readonly rule: string },
  leftOut: string[],
): readonly Question[] {
  const { length } = questions;
  if (length <= limit) return questions;
  leftOut.push(`${length - limit} of ${length} ${split} questions (${rule})`);
  const kept = permutation(length, `choice of ${split}`, seed).slice(0, limit);
  return kept.sort((a, b) => a - b).map((index) => questions[index]!);
}

/** What a question is known by: source and id. */
export function keyOf(record: QuestionRecord): string {
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
