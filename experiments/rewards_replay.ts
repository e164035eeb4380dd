/**
 * `deno task rewards:replay`: the stored completions of a run, rewarded again under another mixture,
 * without a model.
 *
 * @module
 */

import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { addedReward } from "./ablate_options.ts";
import { UsageError } from "./command_line.ts";
import type { AddedReward } from "./added_rewards.ts";
import { experimentPath, loadExperiment } from "./experiment_file.ts";
import { replayFolder, replayRun } from "./replay/replay_run.ts";
import { formatReplay } from "./replay/replay_text.ts";

const HELP = `Rewards the stored completions of a run again under another arm's rewards and mixture.

Usage: deno task rewards:replay RUN --mixture EXPERIMENT:ARM [options]

  RUN                        the folder of a run of deno task ablate
  --mixture EXPERIMENT:ARM   an experiment's file, or the name of one in experiments/, and its arm
  --reward FILE[:W]          adds your own reward with weight W (1); may be repeated
  --arm NAME                 only this stored arm (all)
  -h, --help                 this text

Examples:
  deno task rewards:replay runs/mine --mixture mixtures:gdpo
  deno task rewards:replay runs/mine --mixture my_experiment.ts:gated --arm none
  deno task rewards:replay runs/mine --mixture length_penalty:none --reward my_reward.ts:0.5

Writes replay.json and a table for each stored arm and seed to RUN/replays/<experiment>-<arm>.
`;

/** What the command line asks for; paths are absolute. */
export interface ReplayOptions {
  readonly run: string;
  readonly experiment: string;
  readonly arm: string;
  readonly addedRewards: readonly AddedReward[];
  readonly storedArm: string | null;
}

function refuse(what: string, must: string, found: string | undefined): never {
  throw new UsageError(
    `Cannot replay: ${what} must be ${must}: current value is ${found ?? "missing"}. See --help`,
  );
}

/**
 * Reads the arguments.
 *
 * @param args Arguments after the program's name.
 * @param cwd Folder from which relative paths are taken.
 * @returns The options, or `help` if help was asked for.
 * @throws {UsageError} naming the option, what it must be, and the value found.
 */
export function parseReplayOptions(args: readonly string[], cwd: string): ReplayOptions | "help" {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      options: {
        mixture: { type: "string" },
        reward: { type: "string", multiple: true },
        arm: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
      allowPositionals: true,
    });
  } catch (error) {
    throw new UsageError(`Cannot replay: ${(error as Error).message}. See --help`);
  }
  const { values, positionals } = parsed;
  if (values.help) return "help";
  if (positionals.length !== 1) {
    refuse("RUN", "one folder", positionals.length === 0 ? undefined : positionals.join(" "));
  }
  const [, experiment, arm] = /^(.+):([^:]+)$/.exec(values.mixture ?? "") ?? [];
  if (experiment === undefined || arm === undefined) {
    refuse("--mixture", "EXPERIMENT:ARM", values.mixture);
  }
  return {
    run: resolve(cwd, positionals[0]!),
    experiment: experimentPath(experiment, cwd),
    arm,
    addedRewards: (values.reward ?? []).map((value) => addedReward(value, cwd)),
    storedArm: values.arm ?? null,
  };
}

async function main(args: readonly string[], cwd: string): Promise<void> {
  const options = parseReplayOptions(args, cwd);
  if (options === "help") {
    console.log(HELP);
    return;
  }
  const loaded = await loadExperiment(options.experiment);
  const replay = await replayRun({ ...options, loaded });
  console.log(formatReplay(replay));
  const folder = replayFolder(options.run, replay.experiment, replay.arm);
  console.log(`\nwritten to ${join(folder, "replay.json")}`);
}

if (import.meta.main) {
  try {
    // deno task runs in the project's root; it tells where the user stands.
    await main(Deno.args, Deno.env.get("INIT_CWD") ?? Deno.cwd());
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(error instanceof UsageError ? 2 : 1);
  }
}
