/**
 * How far an evaluation is, on a terminal.
 *
 * @module
 */

// @ts-types="@types/cli-progress"
import { Presets, SingleBar } from "cli-progress";
import { formatDuration } from "../table.ts";

/** Shows how far a number of like pieces of work is. */
export interface EvaluationProgress {
  /** Takes the pieces done so far. */
  update(done: number, total: number): void;
  /** Shows a line. */
  note(line: string): void;
  /** Gives the terminal back. */
  close(): void;
}

/**
 * The rate and the time left, e.g. `3.2 a second, 41.0 s left`.
 *
 * @example
 * ```ts
 * import { describeRest } from "./progress.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(describeRest(10, 30, 5000), "2.0 a second, 15.0 s left");
 * ```
 * @param done Pieces done within `elapsedMs`.
 * @param left Pieces still to do.
 */
export function describeRest(done: number, left: number, elapsedMs: number): string {
  if (done === 0) return "";
  const rate = 1000 * done / elapsedMs;
  const pace = rate >= 1 ? `${rate.toFixed(1)} a second` : `${formatDuration(1000 / rate)} each`;
  return `${pace}, ${formatDuration(elapsedMs / done * left)} left`;
}

/** Shows nothing but notes: for output that is no terminal. */
export function quietProgress(write: (line: string) => void): EvaluationProgress {
  return { update() {}, note: write, close() {} };
}

/** A bar with rate and time left. */
export function barProgress(stream: NodeJS.WritableStream, now: () => number): EvaluationProgress {
  let bar: SingleBar | null = null;
  let first = 0, startMs = 0;
  return {
    update(done, total) {
      if (bar === null) {
        bar = new SingleBar({
          stream,
          format: "{bar} {value}/{total} {text}",
          barsize: 24,
          linewrap: false,
          // Ctrl-C is the command's own business: answers under way are kept.
          gracefulExit: false,
        }, Presets.legacy);
        [first, startMs] = [done, now()];
        bar.start(total, done, { text: "" });
      }
      bar.update(done, { text: describeRest(done - first, total - done, now() - startMs) });
    },
    note(line) {
      bar?.stop();
      bar = null;
      stream.write(`${line}\n`);
    },
    close() {
      bar?.stop();
      bar = null;
    },
  };
}
