/**
 * A process that does a piece of work once for every line that it is sent, and answers with a line of JSON.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { RoundAnswer } from "./work.ts";

/** A running worker. */
export interface Worker {
  /**
   * Has the work done once more.
   *
   * @throws {Error} if the worker ended instead, with the last lines of what it said.
   */
  readonly round: () => Promise<RoundAnswer>;
  /** Ends the worker's input and waits for its end. */
  readonly close: () => Promise<void>;
}

const KEPT_LINES = 20;

/** Starts a worker and waits until it is ready. */
export async function startWorker(program: string, args: readonly string[]): Promise<Worker> {
  const child = spawn(program, [...args], { stdio: ["pipe", "pipe", "pipe"] });
  const said: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line: string) => {
    said.push(line);
    if (said.length > KEPT_LINES) said.shift();
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = once(child, "close");
  const read = async () => {
    const { value, done } = await lines.next();
    if (done) {
      const [code, signal] = await ended;
      throw new Error(
        `Cannot measure: ${args.join(" ")} must answer: it ended with ${
          signal ?? `status ${code}`
        }\n` +
          said.join("\n"),
      );
    }
    return JSON.parse(value);
  };
  await read();
  return {
    async round() {
      child.stdin.write("\n");
      return await read() as RoundAnswer;
    },
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}
