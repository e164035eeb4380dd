/**
 * The process of one arm: `deno run -A experiments/train_arm.ts FOLDER`, where FOLDER holds the arm's
 * config.json. It goes on from wherever the folder stands; SIGINT or SIGTERM end it after its present
 * step with a checkpoint and status 130.
 *
 * @module
 */

import { loadEngine, peakMemoryBytes } from "@terse/rl";
import { PARENT_FLAG, STOPPED_STATUS } from "./arm_process.ts";
import type { ArmConfig } from "./arm_config.ts";
import { runArm, writeStatus } from "./arm_loop.ts";
import { loadExperiment } from "./experiment_file.ts";
import { grpoProgram } from "./grpo_program.ts";
import { formatMessage } from "./messages.ts";
import { type ArmPaths, armPaths, type ArmStatus, readJson, tryLock } from "./run_folder.ts";

const LOCK_POLL_MS = 200;

/** Watches for what should end the arm; the answer is asked for between steps. */
function watchForStop(withParent: boolean): { stopping: () => boolean; stop: () => void } {
  let stopped = false;
  const stop = () => {
    stopped = true;
  };
  Deno.addSignalListener("SIGINT", stop);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", stop);
  if (withParent) {
    // The parent never writes: the end of the pipe says that it is gone.
    const untilEnd = async () => {
      for await (const _ of Deno.stdin.readable);
      stop();
    };
    untilEnd().catch(stop);
  }
  return { stopping: () => stopped, stop };
}

/** Waits until no other process works in the folder, e.g. one whose parent was killed. */
async function takeLock(path: string, stopping: () => boolean): Promise<Deno.FsFile | null> {
  let isFirst = true;
  while (!stopping()) {
    const lock = await tryLock(path);
    if (lock !== null) return lock;
    if (isFirst) console.error("waiting for another process to leave this folder");
    isFirst = false;
    await new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));
  }
  return null;
}

async function trainArm(
  paths: ArmPaths,
  config: ArmConfig,
  { stopping, stop }: ReturnType<typeof watchForStop>,
): Promise<"done" | "stopped"> {
  const { experiment } = await loadExperiment(config.experiment.path);
  await loadEngine(config.engine, config.engineSettings);
  const log = (line: string) => console.error(line);
  const program = await grpoProgram(experiment, config, log);
  return await runArm(program, {
    paths,
    steps: config.steps,
    checkpointEvery: config.checkpointEvery,
    keep: config.keepCheckpoints,
    training: config.training,
    send: (message) => {
      try {
        Deno.stdout.writeSync(new TextEncoder().encode(formatMessage(message)));
      } catch (error) {
        if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
        stop();
      }
    },
    stopping,
    peakBytes: peakMemoryBytes,
    log,
  });
}

async function main(folder: string, withParent: boolean): Promise<number> {
  const watch = watchForStop(withParent);
  const paths = armPaths(folder);
  const lock = await takeLock(paths.lock, watch.stopping);
  if (lock === null) return STOPPED_STATUS;
  const config = await readJson<ArmConfig>(paths.config);
  if (config === null) {
    console.error(`Cannot train: ${paths.config} must exist: current value is no such file`);
    return 2;
  }
  try {
    return await trainArm(paths, config, watch) === "done" ? 0 : STOPPED_STATUS;
  } catch (error) {
    console.error(error);
    const before = await readJson<ArmStatus>(paths.status);
    await writeStatus(paths, {
      state: "failed",
      step: before?.step ?? 0,
      steps: config.steps,
      error: error instanceof Error ? error.message : String(error),
      peakBytes: peakMemoryBytes(),
    });
    return 1;
  } finally {
    lock.close();
  }
}

if (import.meta.main) {
  const [folder, flag] = Deno.args;
  if (folder === undefined) {
    console.error("Usage: deno run -A experiments/train_arm.ts FOLDER");
    Deno.exit(2);
  }
  // Signal listeners and the watch on the parent would keep the process alive.
  Deno.exit(await main(folder, flag === PARENT_FLAG));
}
