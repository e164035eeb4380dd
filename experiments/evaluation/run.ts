/**
 * An evaluation from its plan to its files.
 *
 * The folder holds `config.json`, `answers.jsonl` (added to as answers come) and at the end
 * `evaluation.parquet`, then `evaluation.json`, each written as a whole.
 *
 * @module
 */

import { join } from "node:path";
import { writeTable } from "../arm_loop.ts";
import type { Provenance } from "../provenance.ts";
import { refuseDifference } from "../run_files.ts";
import { readJson, writeJson } from "../run_folder.ts";
import { type JobOutcome, runJobs } from "../schedule.ts";
import { tableOf } from "../tables.ts";
import type { Answerer } from "./answerers.ts";
import { ANSWER_SCHEMA, type AnswerRow, openJournal, readJournal } from "./answers.ts";
import type { EvaluationConfig, EvaluationPlan, Unit } from "./plan.ts";
import { type BudgetScore, scoreBudget } from "./scores.ts";

/** Failed requests one after another that end an evaluation: the server is gone, or takes no question. */
const FAILURES_IN_A_ROW = 20;

/** Files of an evaluation. */
export interface EvaluationPaths {
  readonly config: string;
  readonly answers: string;
  readonly rows: string;
  readonly evaluation: string;
  readonly lock: string;
}

/** Paths inside an evaluation's folder. */
export function evaluationPaths(folder: string): EvaluationPaths {
  return {
    config: join(folder, "config.json"),
    answers: join(folder, "answers.jsonl"),
    rows: join(folder, "evaluation.parquet"),
    evaluation: join(folder, "evaluation.json"),
    lock: join(folder, "lock"),
  };
}

/** Content of `evaluation.json`. It depends on the config, the code and the machine, not on the time. */
export interface EvaluationFile {
  readonly config: EvaluationConfig;
  readonly data: {
    readonly description: string;
    readonly counts: EvaluationPlan["counts"];
    readonly leftOut: readonly string[];
  };
  readonly provenance: Provenance;
  readonly scores: readonly BudgetScore[];
  /** What the intervals and lengths mean, in words. */
  readonly definitions: string;
}

const DEFINITIONS =
  "Intervals are Wilson's at 95 % over the questions; of several completions a question counts with its " +
  "mean. pass@k is Chen et al.'s unbiased estimate. Lengths are in tokens of the whole completion, the " +
  "end token included where the policy computes here; overrun is the mean of max(0, used - requested). " +
  "Failed requests are counted and are no answers.";

/** What {@linkcode runEvaluation} needs besides the plan. */
export interface EvaluationRun {
  readonly paths: EvaluationPaths;
  readonly resume: boolean;
  readonly answer: Answerer;
  /** Units at a time. */
  readonly concurrency: number;
  readonly provenance: Provenance;
  readonly signal: AbortSignal;
  /** Told of the units done, those kept from before included. */
  readonly onProgress: (done: number, total: number) => void;
}

/** How an evaluation ended. */
export type EvaluationOutcome =
  | { readonly state: "done"; readonly scores: readonly BudgetScore[]; readonly failed: number }
  /** To be resumed; the cause is null if it was told to stop. */
  | { readonly state: "stopped"; readonly cause: string | null };

/**
 * Writes an evaluation's config into a new folder, or compares a folder's with it.
 *
 * @throws {Error} saying what to do if the folder holds another evaluation, or one that is not resumed.
 */
export async function openEvaluation(
  paths: EvaluationPaths,
  config: EvaluationConfig,
  resume: boolean,
): Promise<void> {
  const found = await readJson<EvaluationConfig>(paths.config);
  if (found === null && resume) {
    throw new Error(
      `Cannot resume: --out must be the folder of an evaluation: current value has no ` +
        `${paths.config}. Leave out --resume to start one there`,
    );
  }
  if (found !== null && !resume) {
    throw new Error(
      `Cannot start: --out must be a new folder: current value holds ${paths.config}. Add --resume ` +
        `to go on with that evaluation, or choose another folder`,
    );
  }
  // As JSON gives it back: keys without a value are gone.
  if (found !== null) refuseDifference(paths.config, found, JSON.parse(JSON.stringify(config)));
  else await writeJson(paths.config, config);
}

/**
 * Answers what is not answered yet and writes the results.
 *
 * @throws {Error} if a unit cannot be answered for a reason other than a failed request.
 */
export async function runEvaluation(
  plan: EvaluationPlan,
  { paths, resume, answer, concurrency, provenance, signal, onProgress }: EvaluationRun,
): Promise<EvaluationOutcome> {
  const answers = resume ? await readJournal(paths.answers) : new Map<string, AnswerRow[]>();
  const isDone = ({ key }: Unit) => answers.get(key)?.every((row) => row.cause === null) ?? false;
  const pending = plan.units.filter((unit) => !isDone(unit));
  let done = plan.units.length - pending.length;
  let failuresInARow = 0;
  const hopeless = new AbortController();
  const stop = AbortSignal.any([signal, hopeless.signal]);
  const journal = await openJournal(paths.answers, answers);
  const work = async (unit: Unit): Promise<JobOutcome> => {
    try {
      const rows = await answer(unit, stop);
      await journal.append(unit.key, rows);
      answers.set(unit.key, rows);
      const cause = rows.find((row) => row.cause !== null)?.cause ?? null;
      failuresInARow = cause === null ? 0 : failuresInARow + 1;
      if (failuresInARow >= FAILURES_IN_A_ROW) hopeless.abort(cause);
      // Signals get their turn: engines that compute synchronously never give them one.
      await new Promise((resolve) => setTimeout(resolve, 0));
      return { state: "done" };
    } catch (error) {
      if (stop.aborted) return { state: "stopped" };
      throw error;
    }
  };
  onProgress(done, plan.units.length);
  let outcomes: JobOutcome[];
  try {
    outcomes = await runJobs(pending, {
      limit: concurrency,
      launch: (unit) => ({ finished: work(unit), stop: () => {} }),
      onEnd: (_, outcome) => {
        if (outcome.state === "failed") hopeless.abort(outcome.cause);
        if (outcome.state === "done") onProgress(++done, plan.units.length);
      },
      signal: stop,
    });
  } finally {
    journal.close();
  }
  const broken = outcomes.find((outcome) => outcome.state === "failed");
  if (broken !== undefined) throw new Error(`Cannot go on with the evaluation: ${broken.cause}`);
  if (outcomes.some((outcome) => outcome.state === "stopped")) {
    return {
      state: "stopped",
      cause: signal.aborted ? null : `${FAILURES_IN_A_ROW} requests in a row failed, the last: ` +
        hopeless.signal.reason,
    };
  }
  const scores = scorePlan(plan, answers);
  await writeResults(plan, answers, scores, paths, provenance);
  return { state: "done", scores, failed: scores.reduce((sum, { all }) => sum + all.failed, 0) };
}

function scorePlan(
  { units, config }: EvaluationPlan,
  answers: ReadonlyMap<string, readonly AnswerRow[]>,
): BudgetScore[] {
  const groups = Map.groupBy(units, ({ budget, split }) => JSON.stringify([budget, split]));
  return [...groups.values()].map((own) => {
    const rows = own.flatMap(({ key }) => answers.get(key)!);
    return scoreBudget(own[0]!.budget, own[0]!.split, rows, config.sampling.samples);
  });
}

async function writeResults(
  { units, config, description, counts, leftOut }: EvaluationPlan,
  answers: ReadonlyMap<string, readonly AnswerRow[]>,
  scores: readonly BudgetScore[],
  paths: EvaluationPaths,
  provenance: Provenance,
): Promise<void> {
  const rows = units.flatMap(({ key }) => answers.get(key)!);
  // The JSON file comes last: its presence says that the rows are there.
  await writeTable(paths.rows, tableOf(rows.map((row) => ({ ...row })), ANSWER_SCHEMA));
  const file: EvaluationFile = {
    config,
    data: { description, counts, leftOut },
    provenance,
    scores,
    definitions: DEFINITIONS,
  };
  await writeJson(paths.evaluation, file);
}
