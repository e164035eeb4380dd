/**
 * Progress of the arms on the terminal: a bar for each on a terminal, a few plain lines elsewhere.
 *
 * @module
 */

// @ts-types="@types/cli-progress"
import { MultiBar, type SingleBar } from "cli-progress";
import type { ArmMessage } from "./messages.ts";
import { Pace } from "./pace.ts";
import type { JobOutcome } from "./schedule.ts";
import { formatDuration } from "./table.ts";

/** Shows how far jobs are; jobs are told apart by their labels. */
export interface Progress {
  /** Takes what a job's process says. */
  message(label: string, message: ArmMessage): void;
  /** Takes a job's end. */
  ended(label: string, outcome: JobOutcome): void;
  /** Shows a line that belongs to no job. */
  note(line: string): void;
  /** Gives the terminal back. */
  close(): void;
}

interface JobView {
  readonly pace: Pace;
  readonly startMs: number;
  /** Quarters of the training already told of. */
  quarters: number;
  bar: SingleBar | null;
}

function describeEnd(outcome: JobOutcome, durationMs: number | null): string {
  switch (outcome.state) {
    case "done":
      return durationMs === null ? "done" : `done in ${formatDuration(durationMs)}`;
    case "stopped":
      return "stopped, to be resumed";
    case "failed":
      return `failed: ${outcome.cause}`;
  }
}

function describeRate(pace: Pace, stepsLeft: number): string {
  const stepMs = pace.meanMs();
  if (stepMs === null) return "";
  return `${formatDuration(stepMs)} a step, ${formatDuration(stepMs * stepsLeft)} left`;
}

function describeQuality(message: ArmMessage & { kind: "step" }): string {
  return `reward ${message.reward.toFixed(2)}, accuracy ${
    (message.accuracy * 100).toFixed(0)
  } %, ` +
    `${message.meanLength.toFixed(0)} tokens`;
}

/** Views by label, made when a job is first heard of. */
function trackJobs(now: () => number): (label: string) => JobView {
  const views = new Map<string, JobView>();
  return (label) => {
    const view = views.get(label) ?? { pace: new Pace(), startMs: now(), quarters: 0, bar: null };
    views.set(label, view);
    return view;
  };
}

/**
 * One line when a job starts and when it ends, one for each quarter of its training, and diagnoses.
 *
 * @param write Takes a line without its line end.
 * @param now Clock in milliseconds.
 */
export function lineProgress(write: (line: string) => void, now: () => number): Progress {
  const viewOf = trackJobs(now);
  const started = new Set<string>();
  return {
    message(label, message) {
      const view = viewOf(label);
      if (message.kind === "started") {
        started.add(label);
        const { step, steps } = message;
        const what = steps === 0 ? "evaluating" : `training, step ${step} of ${steps}`;
        write(`${label}: ${what}`);
        view.quarters = steps === 0 ? 0 : Math.floor(4 * step / steps);
      } else if (message.kind === "step") {
        const { step, steps } = message;
        view.pace.observe(message.stepMs);
        const quarters = Math.floor(4 * step / steps);
        if (quarters <= view.quarters) return;
        view.quarters = quarters;
        const rate = describeRate(view.pace, steps - step);
        write(`${label}: step ${step} of ${steps}, ${rate}; ${describeQuality(message)}`);
      } else if (message.kind === "diagnosis") {
        write(`${label}: ${message.sentence}`);
      }
    },
    ended(label, outcome) {
      const durationMs = started.has(label) ? now() - viewOf(label).startMs : null;
      write(`${label}: ${describeEnd(outcome, durationMs)}`);
    },
    note: write,
    close() {},
  };
}

/** A bar for each job on a terminal, with rate and time left. */
export function barProgress(stream: NodeJS.WritableStream, now: () => number): Progress {
  // Made with the first bar, as it redraws from then on.
  let bars: MultiBar | null = null;
  const makeBars = () =>
    new MultiBar({
      stream,
      format: "{label} {bar} {value}/{total} {text}",
      barsize: 20,
      clearOnComplete: false,
      linewrap: false,
      // Ctrl-C is the command's own business: arms still have to write their checkpoints.
      gracefulExit: false,
    });
  const viewOf = trackJobs(now);
  const barOf = (label: string, total: number): SingleBar => {
    const view = viewOf(label);
    bars ??= makeBars();
    view.bar ??= bars.create(Math.max(total, 1), 0, { label: label.padEnd(24), text: "" });
    return view.bar;
  };
  const note = (line: string) => {
    if (bars === null) stream.write(`${line}\n`);
    else bars.log(`${line}\n`);
  };
  return {
    message(label, message) {
      const { pace } = viewOf(label);
      if (message.kind === "started") {
        barOf(label, message.steps).update(message.step, {
          text: message.steps === 0 ? "evaluating" : "first step",
        });
      } else if (message.kind === "step") {
        pace.observe(message.stepMs);
        const rate = describeRate(pace, message.steps - message.step);
        barOf(label, message.steps).update(message.step, {
          text: `${rate}; ${describeQuality(message)}`,
        });
      } else if (message.kind === "diagnosis") {
        note(`${label}: ${message.sentence}`);
      } else {
        const bar = barOf(label, message.total);
        bar.setTotal(message.total);
        bar.update(message.done, { text: "questions evaluated" });
      }
    },
    ended(label, outcome) {
      const view = viewOf(label);
      barOf(label, 1).update({ text: describeEnd(outcome, now() - view.startMs) });
      barOf(label, 1).stop();
    },
    note,
    close() {
      bars?.stop();
    },
  };
}
