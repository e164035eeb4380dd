/**
 * The benchmark's peer: a process that answers each line of its input with one line.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A running peer. */
export interface Peer {
  /**
   * The next line that the peer prints.
   *
   * @throws {Error} if it ended instead.
   */
  readonly read: () => Promise<string>;
  /** Asks for one more line. */
  readonly ask: () => void;
  /** Ends the peer's input and waits for its end. */
  readonly close: () => Promise<void>;
}

/** Starts a peer; what it writes to standard error is shown. */
export function startPeer(program: string, args: readonly string[]): Peer {
  const child = spawn(program, [...args], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = once(child, "exit");
  return {
    async read() {
      const { value, done } = await lines.next();
      if (done) throw new Error(`Cannot measure: ${program} must answer: it ended`);
      return value;
    },
    ask: () => void child.stdin.write("\n"),
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}
