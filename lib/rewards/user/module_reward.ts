/**
 * A user's own reward from a file, run in a thread of its own.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { basename, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import type { RewardComponent, RewardFunction } from "../reward.ts";
import { type UserRewardInput, userRewardInput } from "./user_reward.ts";

/** What the thread is asked. */
export interface ModuleRequest {
  readonly call: number;
  readonly url: string;
  readonly input: UserRewardInput;
}

/** What the thread answers: what the function returned, or why it did not. */
export type ModuleReply =
  | { readonly call: number; readonly scores: unknown }
  | { readonly call: number; readonly cause: string };

/** Thrown for what a user's reward threw: its cause is already in words. */
class UserRewardError extends Error {
  override readonly name = "UserRewardError";
}

/** A thread and the calls that wait for it. */
interface Thread {
  readonly worker: Worker;
  readonly waiting: Map<number, (reply: ModuleReply) => void>;
}

function startThread(onEnd: () => void): Thread {
  const worker = new Worker(new URL("./module_worker.ts", import.meta.url));
  const waiting: Thread["waiting"] = new Map();
  const endAll = (cause: string) => {
    onEnd();
    for (const [call, answer] of waiting) answer({ call, cause });
    waiting.clear();
  };
  worker.on("message", (reply: ModuleReply) => waiting.get(reply.call)?.(reply));
  worker.on("error", (error: unknown) => endAll(`the reward's thread failed: ${error}`));
  worker.on("exit", () => endAll("the reward's thread ended before it answered"));
  return { worker, waiting };
}

/** The function: one thread, started by the first call and again after it was ended. */
function threadReward(url: string): RewardFunction {
  let thread: Thread | null = null;
  let calls = 0;
  return async (batch, signal) => {
    const own = thread ??= startThread(() => {
      if (thread === own) thread = null;
    });
    const call = calls++;
    const end = () => {
      if (thread === own) thread = null;
      own.worker.terminate();
    };
    signal?.addEventListener("abort", end, { once: true });
    // A thread that nobody waits for does not keep the process alive.
    own.worker.ref();
    try {
      const reply = await new Promise<ModuleReply>((answer) => {
        own.waiting.set(call, answer);
        own.worker.postMessage({ call, url, input: userRewardInput(batch) });
      });
      if ("cause" in reply) throw new UserRewardError(reply.cause);
      return reply.scores as (number | null)[];
    } finally {
      own.waiting.delete(call);
      if (own.waiting.size === 0) own.worker.unref();
      signal?.removeEventListener("abort", end);
    }
  };
}

/** `my_reward` of `/home/me/My-Reward.ts`. */
function componentName(path: string): string {
  const stem = basename(path).replace(/\.[^.]*$/, "").toLowerCase().replaceAll(/[^a-z0-9]+/g, "_");
  return /^[a-z]/.test(stem) ? stem : `reward_${stem}`;
}

function readReward(file: string): Uint8Array {
  try {
    return Deno.readFileSync(file);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new Deno.errors.NotFound(
      `Cannot use the reward ${file}: it must be a file that exports one function: current value is ` +
        `no such file`,
      { cause },
    );
  }
}

/**
 * A component from a user's file, which exports one {@link UserReward} and is named after it. The file
 * is read when the component is made and imported in a thread of its own by the first call. A call that
 * goes past the time limit ends the thread, endless loops included; the next one starts another.
 *
 * Not covered: memory that the reward uses up and `Deno.exit` in it end the process.
 *
 * @param path The file, or its `file:` URL; relative to the current folder.
 * @param weight Factor in the sum.
 * @throws {Deno.errors.NotFound} if there is no such file.
 */
export function moduleReward(path: string | URL, weight: number): RewardComponent {
  const file = resolve(path instanceof URL ? fileURLToPath(path) : path);
  const sha256 = createHash("sha256").update(readReward(file)).digest("hex");
  return {
    name: componentName(file),
    weight,
    reward: threadReward(pathToFileURL(file).href),
    module: { path: file, sha256 },
  };
}
