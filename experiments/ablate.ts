/**
 * `deno task ablate`: one policy for each arm of an experiment and each seed, every one in a process of
 * its own, then a summary and a report.
 *
 * @module
 */

import { readParquet } from "@terse/data";
import { resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { HELP, parseAblateOptions } from "./ablate_options.ts";
import type { ArmConfig } from "./arm_config.ts";
import { summarizeAudit } from "./audit/audit_text.ts";
import { launchArm } from "./arm_process.ts";
import { resumeCommand, UsageError } from "./command_line.ts";
import type { EvaluationRow } from "./evaluate.ts";
import { loadExperiment } from "./experiment_file.ts";
import { abortOnSignal, INTERRUPTED } from "./interrupt.ts";
import type { ArmMessage } from "./messages.ts";
import { describeEstimate, Pace } from "./pace.ts";
import { barProgress, lineProgress, type Progress } from "./progress.ts";
import { readProvenance } from "./provenance.ts";
import { checkFolder, openRun } from "./run_files.ts";
import {
  armFolder,
  armPaths,
  type ArmStatus,
  readJson,
  runName,
  type RunPaths,
  runPaths,
  tryLock,
  writeJson,
} from "./run_folder.ts";
import {
  type ArmMemory,
  chooseJobs,
  describePeak,
  describePrediction,
  largestArm,
  predictArms,
  writePredictions,
} from "./run_memory.ts";
import { planRun, type Preparation, prepareRun, type RunPlan, settingsFor } from "./run_plan.ts";
import { type JobOutcome, runJobs, type RunningJob } from "./schedule.ts";
import { type ArmResult, summarizeRun, type Summary } from "./summary.ts";
import { formatSummary } from "./summary_table.ts";
import { formatDuration } from "./table.ts";

/** The project's root, where reports/ lies. */
const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** Steps after which the time of a whole run can be told. */
const STEPS_FOR_ESTIMATE = 2;

/** The world around a run, so that tests can put another in its place. */
export interface Surroundings {
  /** Arguments after the program's name. */
  readonly args: readonly string[];
  /** Folder from which relative paths are taken. */
  readonly cwd: string;
  readonly prepare: typeof prepareRun;
  readonly launch: (
    config: ArmConfig,
    folder: string,
    onMessage: (m: ArmMessage) => void,
  ) => RunningJob;
  /** Writes the report of a run's folder; resolves to null or what went wrong. */
  readonly writeReport: (folder: string) => Promise<string | null>;
  readonly progress: Progress;
  /** Takes a line of the result. */
  readonly print: (line: string) => void;
  /** Aborts when the run should stop. */
  readonly signal: AbortSignal;
  readonly now: () => Date;
}

/** Arms trained at a time if nothing else says: a real model fills the machine alone. */
function usualJobs(model: string): number {
  return model === "tiny" ? navigator.hardwareConcurrency : 1;
}

function describePlan(
  { engine, model, data, audit, availableBytes }: Preparation,
  { runFile, configs }: RunPlan,
  largest: ArmMemory,
  jobs: number,
): string[] {
  const { train, test, ood } = data.counts;
  return [
    `${runFile.title}: ${runFile.question}`,
    `engine   ${engine.name} (${engine.reason})`,
    ...(engine.hint === null ? [] : [`         ${engine.hint}`]),
    `model    ${model.name}, ${model.parameters.toLocaleString("en")} parameters`,
    `data     ${data.description}: ${train} to train, ${test} to test, ${ood} out of distribution ` +
    `(sha256 ${data.hash.slice(0, 12)})`,
    ...data.leftOut.map((line) => `         left out: ${line}`),
    ...data.notices.map((line) => `         note: ${line}`),
    `prompts  template "${data.template.name}" (sha256 ${data.templateHash.slice(0, 12)})`,
    `arms     ${runFile.arms.map((arm) => arm.name).join(", ")}; seeds ${
      runFile.seeds.join(", ")
    }; ` +
    `${runFile.steps} steps; ${configs.length} processes, ${jobs} at a time`,
    `memory   ${describePrediction(largest, availableBytes)}`,
    ...(audit === null ? [] : [`audit    ${summarizeAudit(audit)}`]),
  ];
}

/** One line with the time that all arms will take, as soon as an arm has taken a few steps. */
function estimateOnce(pending: readonly ArmConfig[], jobs: number, note: (line: string) => void) {
  const pace = new Pace();
  let seen = 0;
  return (message: ArmMessage) => {
    if (message.kind !== "step" || ++seen > STEPS_FOR_ESTIMATE) return;
    pace.observe(message.stepMs);
    if (seen < STEPS_FOR_ESTIMATE) return;
    const steps = pending.reduce((sum, config) => sum + config.steps, 0);
    note(describeEstimate(pace.meanMs()!, steps, Math.min(jobs, pending.length)));
  };
}

async function collectResults(folder: string, configs: readonly ArmConfig[]): Promise<ArmResult[]> {
  const results: ArmResult[] = [];
  for (const { arm, seed } of configs) {
    const paths = armPaths(armFolder(folder, arm, seed));
    const status = await readJson<ArmStatus>(paths.status);
    if (status?.state === "done") {
      const rows = await readParquet(paths.evaluationRows) as unknown as EvaluationRow[];
      results.push({ arm, seed, outcome: { rows } });
    } else {
      const error = status?.error ?? `it stands at ${status?.state ?? "nothing"}`;
      results.push({ arm, seed, outcome: { error } });
    }
  }
  return results;
}

async function finishRun(
  paths: RunPaths,
  { configs, runFile }: RunPlan,
  surroundings: Surroundings,
): Promise<{ summary: Summary; problem: string | null }> {
  const results = await collectResults(paths.folder, configs);
  const summary = summarizeRun(results, runFile.referenceArm);
  await writeJson(paths.summary, summary);
  return { summary, problem: await surroundings.writeReport(paths.folder) };
}

/**
 * Runs an experiment as the arguments ask.
 *
 * @returns The exit status: 0 if every arm finished, 1 if one failed or the report did, 130 if the run
 *   was interrupted.
 * @throws {UsageError} for arguments that cannot be followed, and Error for an experiment, engine, model,
 *   data or folder that cannot be used; no arm has been started then.
 */
export async function runAblation(surroundings: Surroundings): Promise<number> {
  const { args, cwd, progress, print, signal, now } = surroundings;
  const options = parseAblateOptions(args, cwd);
  if (options === "help") {
    print(HELP);
    return 0;
  }
  const startMs = now().getTime();
  const loaded = await loadExperiment(options.experiment);
  const preparation = await surroundings.prepare(loaded.experiment, options);
  const provenance = await readProvenance(ROOT);
  const plan = planRun(loaded, options, preparation, provenance, now().toISOString());
  const folder = options.out ?? resolve(cwd, "runs", runName(loaded.experiment.name, now()));
  const paths = runPaths(folder);
  const settings = loaded.experiment.settings[settingsFor(options.model)];
  const memory = predictArms(plan.configs, preparation, settings);
  const largest = largestArm(memory);
  const jobs = chooseJobs(
    largest,
    preparation.availableBytes,
    options.jobs,
    usualJobs(options.model),
  );

  await checkFolder(folder, options.resume);
  using lock = await tryLock(paths.lock);
  if (lock === null) {
    throw new Error(
      `Cannot start: no other command must be at work in ${folder}: current lock is held. Wait for ` +
        `its end or choose another --out`,
    );
  }
  const { runFile, pending } = await openRun(folder, plan);
  if (preparation.audit !== null) await writeJson(paths.audit, preparation.audit);
  await writePredictions(folder, memory);
  describePlan(preparation, plan, largest, jobs).forEach(print);
  print(`folder   ${folder}`);
  if (runFile.commit !== provenance.commit) {
    print(
      `note     this run began at commit ${runFile.commit}; the code is now ${provenance.commit}`,
    );
  }
  const kept = plan.configs.length - pending.length;
  if (kept > 0) print(`resumed  ${kept} of ${plan.configs.length} processes were finished before`);

  const estimate = estimateOnce(pending, jobs, (line) => progress.note(line));
  const labelOf = ({ arm, seed }: ArmConfig) => `${arm} seed ${seed}`;
  const outcomes: JobOutcome[] = await runJobs(pending, {
    limit: jobs,
    signal,
    launch: (config) =>
      surroundings.launch(config, armFolder(folder, config.arm, config.seed), (message) => {
        progress.message(labelOf(config), message);
        estimate(message);
      }),
    onEnd: (config, outcome) => progress.ended(labelOf(config), outcome),
  });
  progress.close();
  if (outcomes.some((outcome) => outcome.state === "stopped")) {
    print(`interrupted. To go on: ${resumeCommand("ablate", args, folder)}`);
    return INTERRUPTED;
  }

  const { summary, problem } = await finishRun(paths, plan, surroundings);
  print("");
  print(formatSummary(summary));
  for (const { arm, failed } of summary.arms) {
    for (const { seed, error } of failed) print(`failed   ${arm} seed ${seed}: ${error}`);
  }
  const peak = await describePeak(folder, memory);
  if (peak !== null) print(`memory   ${peak}`);
  print(problem === null ? `report   ${paths.report}` : `failed   the report: ${problem}`);
  print(`took     ${formatDuration(now().getTime() - startMs)}`);
  const hasFailed = outcomes.some((outcome) => outcome.state === "failed");
  if (hasFailed) print(`To try the failed arms again: ${resumeCommand("ablate", args, folder)}`);
  return hasFailed || problem !== null ? 1 : 0;
}

/** Variables that make an arm compute the same alone and beside others. */
function armEnvironment(model: string): Record<string, string> {
  // Reports are the only users of polars' own threads.
  const common = { POLARS_MAX_THREADS: "1" };
  if (model !== "tiny") return common;
  // One thread an arm: the tiny policy's operations are too small to share.
  return { ...common, TF_NUM_INTRAOP_THREADS: "1", TF_NUM_INTEROP_THREADS: "1" };
}

async function writeReportInProcess(folder: string): Promise<string | null> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", resolve(ROOT, "reports", "write_report.ts"), folder],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  return success ? null : new TextDecoder().decode(stderr).trim();
}

/** First Ctrl-C: let the arms finish their step. Second: leave; the arms notice and do it alone. */
const STOPPING = "stopping: every arm ends after its present step (again to leave at once)";

async function main(): Promise<number> {
  const isTerminal = Deno.stderr.isTerminal();
  const note = (line: string) => console.error(line);
  const progress = isTerminal
    ? barProgress(process.stderr, () => performance.now())
    : lineProgress(note, () => performance.now());
  try {
    return await runAblation({
      args: Deno.args,
      // deno task runs in the project's root; it tells where the user stands.
      cwd: Deno.env.get("INIT_CWD") ?? Deno.cwd(),
      prepare: prepareRun,
      launch: (config, folder, onMessage) =>
        launchArm({ folder, env: armEnvironment(config.model.name), onMessage }),
      writeReport: writeReportInProcess,
      progress,
      print: (line) => console.log(line),
      signal: abortOnSignal(() => progress.note(STOPPING)),
      now: () => new Date(),
    });
  } catch (error) {
    progress.close();
    console.error(error instanceof Error ? error.message : error);
    return error instanceof UsageError ? 2 : 1;
  }
}

if (import.meta.main) Deno.exit(await main());
