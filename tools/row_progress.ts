/**
 * Progress of work on rows: a bar on a terminal, nothing elsewhere.
 *
 * @module
 */

import process from "node:process";
// @ts-types="@types/cli-progress"
import { SingleBar } from "cli-progress";

/** Shows how far the present phase is. */
export interface RowProgress {
  /** Takes the phase's name, the rows done, and all rows, or null while their number is unknown. */
  readonly show: (what: string, done: number, total: number | null) => void;
  /** Gives the terminal back. */
  readonly close: () => void;
}

/** A bar with rate and time left on standard error if that is a terminal. */
export function rowProgress(): RowProgress {
  if (!Deno.stderr.isTerminal()) return { show() {}, close() {} };
  let phase = "";
  let startMs = 0;
  let bar: SingleBar | null = null;
  const end = () => {
    bar?.stop();
    bar = null;
  };
  return {
    show(what, done, total) {
      if (what !== phase) {
        end();
        phase = what;
        startMs = performance.now();
        bar = new SingleBar({
          stream: process.stderr,
          format: total === null
            ? "{what} {value} rows, {rate} rows/s"
            : "{what} {bar} {value}/{total} rows, {rate} rows/s, {left} left",
          barsize: 24,
          linewrap: false,
          // Ctrl-C is the command's own business: it removes what it has begun.
          gracefulExit: false,
        });
        bar.start(total ?? 0, 0, { what: what.padEnd(24), rate: "", left: "" });
      }
      const seconds = (performance.now() - startMs) / 1000;
      const rate = done / Math.max(seconds, 1e-3);
      bar!.update(done, {
        rate: Math.round(rate).toLocaleString("en"),
        left: `${Math.round(((total ?? done) - done) / Math.max(rate, 1e-3))} s`,
      });
      if (done === total) end();
    },
    close: end,
  };
}
