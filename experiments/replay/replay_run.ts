/**
 * Replays the stored arms of a run under the rewards and the mixture of another arm.
 *
 * @module
 */

import { type Cell, writeParquet } from "@terse/data";
import type { Mixture } from "@terse/rewards";
import { join } from "node:path";
import type { AddedReward } from "../added_rewards.ts";
import { type ArmConfig, describeComponents } from "../arm_config.ts";
import { type Arm, findArm, rewardScheme } from "../experiment.ts";
import type { LoadedExperiment } from "../experiment_file.ts";
import { armPaths, exists, readJson, syncFolder, writeJson } from "../run_folder.ts";
import { REPLAY_SCHEMA, ReplayComparison, type ReplaySummary, replayTable } from "./compare.ts";
import { replaySteps } from "./replay_steps.ts";
import { listSteps, readStep, type StoredStep } from "./stored_steps.ts";

/** What a replay is asked for. */
export interface ReplayRequest {
  /** The run's folder. */
  readonly run: string;
  /** The experiment whose arm is replayed. */
  readonly loaded: LoadedExperiment;
  /** The arm whose rewards and mixture are put in the place of the stored ones. */
  readonly arm: string;
  readonly addedRewards: readonly AddedReward[];
  /** Only this stored arm; null for all. */
  readonly storedArm: string | null;
}

/** One stored arm under one seed, replayed. */
export interface ReplayedArm extends ReplaySummary {
  /** The stored arm. */
  readonly arm: string;
  readonly seed: number;
  /** The table with every completion. */
  readonly table: string;
  /** What of the other arm cannot be replayed, and what else is not as it would have been. */
  readonly approximations: readonly string[];
}

/** Content of a replay's `replay.json`. */
export interface Replay {
  readonly run: string;
  readonly experiment: LoadedExperiment["experiment"]["name"];
  readonly path: string;
  readonly sha256: string;
  /** The arm whose rewards were replayed. */
  readonly arm: string;
  readonly rewards: ArmConfig["rewards"];
  readonly mixture: Mixture;
  /** What holds for every replay. */
  readonly approximations: readonly string[];
  readonly arms: readonly ReplayedArm[];
}

/** What a replay cannot know. */
const APPROXIMATIONS: readonly string[] = [
  "The completions are those that the stored policies sampled: under another mixture a policy would have " +
  "learnt, and sampled, something else from step 2 on.",
  "What rewards and controllers carry starts anew and follows the stored completions.",
  "Lengths are those of the stored token ids; half of a surrogate pair in a completion was stored as U+FFFD.",
];

interface StoredArm {
  readonly folder: string;
  readonly config: ArmConfig;
}

/** The arms of a run that were trained, by arm and seed. */
async function listArms(run: string, only: string | null): Promise<StoredArm[]> {
  const folder = join(run, "arms");
  const found: StoredArm[] = [];
  const names: string[] = [];
  if (await exists(folder)) {
    for await (const arm of Deno.readDir(folder)) {
      if (!arm.isDirectory) continue;
      for await (const seed of Deno.readDir(join(folder, arm.name))) {
        const paths = armPaths(join(folder, arm.name, seed.name));
        const config = await readJson<ArmConfig>(paths.config);
        // The policy before training has sampled no training steps.
        if (config === null || config.steps === 0) continue;
        names.push(config.arm);
        if (only === null || config.arm === only) found.push({ folder: paths.folder, config });
      }
    }
  }
  if (found.length === 0) {
    const there = names.length === 0 ? "none" : [...new Set(names)].sort().join(", ");
    throw new Error(
      only === null
        ? `Cannot replay: RUN must be the folder of a run with trained arms: ${run} holds none`
        : `Cannot replay: --arm must be a trained arm of ${run}, one of ${there}: current value is ` +
          `${JSON.stringify(only)}`,
    );
  }
  return found.sort((a, b) =>
    a.config.arm.localeCompare(b.config.arm) || a.config.seed - b.config.seed
  );
}

async function* readSteps(paths: readonly string[]): AsyncGenerator<StoredStep> {
  for (const path of paths) yield await readStep(path);
}

/** Training settings of the other arm that only matter while sampling and learning. */
function settingsNotReplayed(stored: ArmConfig, arm: Arm): string[] {
  return Object.entries(arm.overrides ?? {}).flatMap(([key, value]) => {
    const kept = stored.training[key as keyof ArmConfig["training"]];
    const isReplayed = key === "scaleRewards" || key === "groupFilter";
    const [before, after] = [JSON.stringify(kept), JSON.stringify(value)];
    if (isReplayed || before === after) return [];
    return [`${key} stays ${before}, as stored; the replayed arm trains with ${after}.`];
  });
}

function missingSteps(steps: readonly number[]): string[] {
  if (steps.every((step, i) => step === i + 1)) return [];
  return [
    `The stored steps are not 1, 2, ... without a gap (${steps.length} from ${steps[0]} to ` +
    `${steps.at(-1)}), so that schedules and controllers see other steps than in training.`,
  ];
}

async function replayArm(
  { folder, config }: StoredArm,
  { loaded, arm: name, addedRewards }: ReplayRequest,
  out: string,
): Promise<ReplayedArm> {
  const arm = findArm(loaded.experiment, name);
  const settings = loaded.experiment.settings[config.settings];
  const scheme = rewardScheme(arm, settings, addedRewards);
  const training = { ...settings.training, ...arm.overrides };
  const comparison = new ReplayComparison();
  const columns = Object.fromEntries(
    Object.keys(REPLAY_SCHEMA).map((column) => [column, [] as Cell[]]),
  );
  const seen: number[] = [];
  const steps = readSteps(await listSteps(armPaths(folder).rollouts));
  for await (const replayed of replaySteps(steps, scheme, training)) {
    comparison.add(replayed);
    seen.push(replayed.stored.step);
    for (const [column, cells] of Object.entries(replayTable(replayed).columns)) {
      columns[column]!.push(...cells);
    }
  }
  const table = join(out, `${config.arm}-seed-${config.seed}.parquet`);
  await writeParquet(table, columns, REPLAY_SCHEMA);
  return {
    arm: config.arm,
    seed: config.seed,
    table,
    approximations: [...settingsNotReplayed(config, arm), ...missingSteps(seen)],
    ...comparison.summary(),
  };
}

/** Where a replay's files lie. */
export function replayFolder(run: string, experiment: string, arm: string): string {
  return join(run, "replays", `${experiment}-${arm}`);
}

/**
 * Replays every stored arm and seed that is asked for, and writes `replay.json` and one table for each
 * into the run's folder, under `replays`. The run's own files are not touched.
 *
 * @throws {Error} if the run holds no such arm, or its rollouts lack what a replay needs.
 * @throws {RangeError} if the experiment has no such arm.
 */
export async function replayRun(request: ReplayRequest): Promise<Replay> {
  const { run, loaded, arm: name, addedRewards, storedArm } = request;
  const { experiment, path, sha256 } = loaded;
  const arm = findArm(experiment, name);
  const stored = await listArms(run, storedArm);
  const out = replayFolder(run, experiment.name, name);
  await Deno.mkdir(out, { recursive: true });
  const arms: ReplayedArm[] = [];
  for (const one of stored) arms.push(await replayArm(one, request, out));
  const settings = experiment.settings[stored[0]!.config.settings];
  const { components, mixture } = rewardScheme(arm, settings, addedRewards);
  const replay: Replay = {
    run,
    experiment: experiment.name,
    path,
    sha256,
    arm: name,
    rewards: describeComponents(components),
    mixture,
    approximations: APPROXIMATIONS,
    arms,
  };
  await syncFolder(out);
  await writeJson(join(out, "replay.json"), replay);
  return replay;
}
