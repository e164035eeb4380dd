/**
 * `deno task evaluate`: a policy's accuracy, pass@k, lengths and format on questions that it was not
 * trained on, computed here or asked of a server.
 *
 * @module
 */

import { disposeWeights, loadEngine, moveWeights } from "@terse/rl";
import { resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { resumeCommand, UsageError } from "../command_line.ts";
import { abortOnSignal, INTERRUPTED } from "../interrupt.ts";
import { readPolicySource } from "../policy_source.ts";
import { readProvenance } from "../provenance.ts";
import { runName, tryLock } from "../run_folder.ts";
import { settingsFor } from "../run_plan.ts";
import { formatDuration } from "../table.ts";
import { type Answerer, policyAnswerer, serverAnswerer } from "./answerers.ts";
import { type Endpoint, findServedModel, KEY_VARIABLE } from "./endpoint.ts";
import {
  type EndpointOptions,
  type EvaluateOptions,
  HELP,
  parseEvaluateOptions,
} from "./options.ts";
import { type EvaluationPlan, planEvaluation } from "./plan.ts";
import { barProgress, type EvaluationProgress, quietProgress } from "./progress.ts";
import { evaluationPaths, openEvaluation, runEvaluation } from "./run.ts";
import { formatScores } from "./score_table.ts";

/** The project's root. */
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Tries of a request and the waits between them. */
const RETRY = { tries: 6, firstWaitMs: 500, longestWaitMs: 30_000 };

/** The world around an evaluation, so that tests can put another in its place. */
export interface EvaluateSurroundings {
  /** Arguments after the program's name. */
  readonly args: readonly string[];
  /** Folder from which relative paths are taken. */
  readonly cwd: string;
  readonly env: (name: string) => string | undefined;
  readonly retry: typeof RETRY;
  readonly progress: EvaluationProgress;
  /** Takes a line of the result. */
  readonly print: (line: string) => void;
  /** Aborts when the evaluation should stop. */
  readonly signal: AbortSignal;
  readonly now: () => Date;
}

/** A plan and who answers it. */
interface Prepared {
  readonly plan: EvaluationPlan;
  readonly answer: Answerer;
  readonly concurrency: number;
  /** What is evaluated, a line each. */
  readonly lines: readonly string[];
  readonly close: () => void;
}

async function prepareModel(options: EvaluateOptions): Promise<Prepared> {
  const source = await readPolicySource(options.model, options.checkpoint);
  const { files: { config, tensors, tokenizer, sha256 }, arm, step, rejected } = source;
  const engine = await loadEngine(options.engine, options.engineSettings);
  const plan = await planEvaluation(options, {
    policy: { kind: "model", name: options.model, sha256, step, engine: engine.name },
    settings: arm?.settings ?? settingsFor(options.model),
    arm,
    tokenizer,
    maxPositions: config.maxPositionEmbeddings,
  });
  const weights = moveWeights(tensors);
  return {
    plan,
    answer: policyAnswerer({ config, weights, tokenizer }, plan.config.sampling),
    concurrency: 1,
    lines: [
      `engine   ${engine.name} (${engine.reason})`,
      `model    ${options.model}${arm === null ? "" : `, after step ${step}`}`,
      ...rejected.map((line) => `         passed over a checkpoint: ${line}`),
    ],
    close: () => disposeWeights(weights),
  };
}

async function prepareServer(
  options: EvaluateOptions,
  { url, model: named, concurrency, requestSeconds }: EndpointOptions,
  { env, retry, signal }: EvaluateSurroundings,
): Promise<Prepared> {
  const endpoint: Endpoint = {
    url,
    key: env(KEY_VARIABLE) || null,
    timeLimitMs: requestSeconds * 1000,
  };
  const model = named ??
    await findServedModel(endpoint, { ...retry, tries: 2, jitter: () => 0, signal });
  const plan = await planEvaluation(options, {
    policy: { kind: "endpoint", url, model },
    settings: "llm",
    arm: null,
    tokenizer: null,
    maxPositions: null,
  });
  const { template, config: { sampling } } = plan;
  return {
    plan,
    answer: serverAnswerer(endpoint, { model, template, sampling, retry }),
    concurrency,
    lines: [`server   ${url}, model ${model}, ${concurrency} requests at a time`],
    close: () => {},
  };
}

function describePlan(
  { description, counts, leftOut, notices, config, units }: EvaluationPlan,
): string[] {
  const { samples, temperature, topK, topP, minP, budgetControl, maxCompletionLength, seed } =
    config.sampling;
  const cuts = `${topK === 0 ? "" : `top-k ${topK}, `}top-p ${topP}, ` +
    (minP === 0 ? "" : `min-p ${minP}, `) + (budgetControl === "none" ? "" : "budgets forced, ");
  const budgets = [...new Set(units.map(({ budget }) => budget))];
  return [
    `data     ${description}: ${counts.test} to test, ${counts.ood} out of distribution (sha256 ` +
    `${config.data.hash.slice(0, 12)})`,
    ...leftOut.map((line) => `         left out: ${line}`),
    ...notices.map((line) => `         note: ${line}`),
    `budgets  ${budgets.join(", ")}`,
    `sampling ${samples} completions of each question, temperature ${temperature}, ${cuts}at ` +
    `most ${maxCompletionLength} tokens, seed ${seed}`,
  ];
}

/**
 * Evaluates as the arguments ask.
 *
 * @returns The exit status: 0 if every question was answered, 1 if a request failed, 130 if it was
 *   interrupted.
 * @throws {UsageError} for arguments that cannot be followed, and Error for an engine, model, data, server
 *   or folder that cannot be used.
 */
export async function evaluate(surroundings: EvaluateSurroundings): Promise<number> {
  const { args, cwd, progress, print, signal, now } = surroundings;
  const options = parseEvaluateOptions(args, cwd);
  if (options === "help") {
    print(HELP);
    return 0;
  }
  const startMs = now().getTime();
  const { endpoint } = options;
  const prepared = endpoint === null
    ? await prepareModel(options)
    : await prepareServer(options, endpoint, surroundings);
  const { plan, answer, concurrency } = prepared;
  const folder = options.out ?? resolve(cwd, "runs", runName("evaluation", now()));
  const paths = evaluationPaths(folder);
  using lock = await tryLock(paths.lock);
  if (lock === null) {
    throw new Error(
      `Cannot start: no other command must be at work in ${folder}: current lock is held. Wait for ` +
        `its end or choose another --out`,
    );
  }
  await openEvaluation(paths, plan.config, options.resume);
  [...prepared.lines, ...describePlan(plan), `folder   ${folder}`].forEach((line) => print(line));
  const outcome = await runEvaluation(plan, {
    paths,
    resume: options.resume,
    answer,
    concurrency,
    provenance: await readProvenance(ROOT),
    signal,
    onProgress: (done, total) => progress.update(done, total),
  });
  progress.close();
  prepared.close();
  if (outcome.state === "stopped") {
    print(outcome.cause === null ? "interrupted" : `given up: ${outcome.cause}`);
    print(`To go on: ${resumeCommand("evaluate", args, folder)}`);
    return outcome.cause === null ? INTERRUPTED : 1;
  }
  print(`\n${formatScores(outcome.scores)}`);
  print(`wrote    ${paths.evaluation}`);
  print(`took     ${formatDuration(now().getTime() - startMs)}`);
  if (outcome.failed > 0) {
    print(`To try the failed requests again: ${resumeCommand("evaluate", args, folder)}`);
  }
  return outcome.failed > 0 ? 1 : 0;
}

async function main(): Promise<number> {
  const progress = Deno.stderr.isTerminal()
    ? barProgress(process.stderr, () => performance.now())
    : quietProgress((line) => console.error(line));
  try {
    return await evaluate({
      args: Deno.args,
      // deno task runs in the project's root; it tells where the user stands.
      cwd: Deno.env.get("INIT_CWD") ?? Deno.cwd(),
      env: (name) => Deno.env.get(name),
      retry: RETRY,
      progress,
      print: (line) => console.log(line),
      signal: abortOnSignal(() =>
        progress.note("stopping: the answers under way end (again to leave at once)")
      ),
      now: () => new Date(),
    });
  } catch (error) {
    progress.close();
    console.error(error instanceof Error ? error.message : error);
    return error instanceof UsageError ? 2 : 1;
  }
}

if (import.meta.main) Deno.exit(await main());
