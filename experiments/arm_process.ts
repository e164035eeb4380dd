/**
 * An arm in a process of its own: started, listened to, stopped.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { writeStatus } from "./arm_loop.ts";
import { openLog } from "./bounded_log.ts";
import { type ArmMessage, parseMessage } from "./messages.ts";
import { armPaths, type ArmStatus, readJson } from "./run_folder.ts";
import type { JobOutcome, RunningJob } from "./schedule.ts";

/** Exit status of an arm that was told to stop and has left a checkpoint. */
export const STOPPED_STATUS = 130;

/** Tells an arm to end when its standard input does: then its parent is gone. */
export const PARENT_FLAG = "--until-stdin-ends";

const TRAIN_ARM = fileURLToPath(new URL("./train_arm.ts", import.meta.url));

/** How an arm's process is started. */
export interface ArmProcessOptions {
  /** The arm's folder with its config.json. */
  readonly folder: string;
  /** Variables on top of the parent's. */
  readonly env: Readonly<Record<string, string>>;
  readonly onMessage: (message: ArmMessage) => void;
  /** The program to run, for tests; by default the arm's own entry. */
  readonly entry?: string;
}

/**
 * Starts an arm. What it prints besides messages goes to the log in its folder.
 *
 * The process outlives a killed parent only until the end of its present step.
 */
export function launchArm(
  { folder, env, onMessage, entry = TRAIN_ARM }: ArmProcessOptions,
): RunningJob {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--unstable-webgpu", entry, folder, PARENT_FLAG],
    env: { ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let stopRequested = false;
  const finish = async (): Promise<JobOutcome> => {
    const log = openLog(armPaths(folder).log);
    try {
      const [status] = await Promise.all([
        child.status,
        forEachLine(child.stdout, (line) => {
          const message = parseMessage(line);
          if (message === null) log.write(line);
          else onMessage(message);
        }),
        forEachLine(child.stderr, (line) => log.write(line)),
      ]);
      // Ends the arm's watch on its parent; it may be closed already.
      await child.stdin.close().catch(() => {});
      return await readOutcome(folder, status, stopRequested, log.lastLine());
    } finally {
      log.close();
    }
  };
  return {
    finished: finish(),
    stop() {
      stopRequested = true;
      try {
        child.kill("SIGTERM");
      } catch (error) {
        // It has just ended by itself.
        if (!(error instanceof TypeError)) throw error;
      }
    },
  };
}

async function readOutcome(
  folder: string,
  { success, code, signal }: Deno.CommandStatus,
  stopRequested: boolean,
  lastLine: string,
): Promise<JobOutcome> {
  if (success) return { state: "done" };
  // Ctrl-C reaches the whole process group, an arm that is still loading included.
  const killedByStop = signal === "SIGINT" || (stopRequested && signal === "SIGTERM");
  if (killedByStop || (signal === null && code === STOPPED_STATUS)) return { state: "stopped" };
  const paths = armPaths(folder);
  const status = await readJson<ArmStatus>(paths.status);
  if (status?.state === "failed" && status.error !== undefined) {
    return { state: "failed", cause: status.error };
  }
  const how = signal === null
    ? `its process ended with status ${code}`
    : `its process was killed by ${signal}${signal === "SIGKILL" ? " (often: out of memory)" : ""}`;
  const cause = lastLine === "" ? how : `${how}; last line of its log: ${lastLine}`;
  const { step = 0, steps = 0, peakBytes = 0 } = status ?? {};
  await writeStatus(paths, { state: "failed", step, steps, error: cause, peakBytes });
  return { state: "failed", cause };
}

async function forEachLine(
  stream: ReadableStream<Uint8Array>,
  take: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    lines.forEach(take);
  }
  if (rest !== "") take(rest);
}
