/**
 * What became of each arm and what it cost: states, time, tokens, memory, rollouts.
 *
 * @module
 */

import { escapeHtml } from "../escape.ts";
import { formatBytes, formatDuration, formatNumber } from "../format.ts";
import type { ArmRun, Run } from "../read_run.ts";
import { armMark } from "./arm_key.ts";

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** `done`, or each state with the number of seeds in it. */
function describeStates(arm: ArmRun): string {
  const states = new Map<string, number>();
  for (const { status } of arm.seeds) {
    const state = status?.state ?? "missing";
    states.set(state, (states.get(state) ?? 0) + 1);
  }
  if (states.size === 0) return "never began";
  return [...states].map(([state, seeds]) => `${seeds} ${state}`).join(", ");
}

/** Steps of the seeds: one number if they agree, else the least and the most. */
function describeSteps(arm: ArmRun): string {
  const steps = arm.seeds.flatMap(({ status }) => status === null ? [] : [status.step]);
  if (steps.length === 0) return "\u2013";
  const [low, high] = [Math.min(...steps), Math.max(...steps)];
  return low === high ? formatNumber(low) : `${formatNumber(low)}\u2013${formatNumber(high)}`;
}

/** The table of costs, one row for each arm; numbers are sums over its seeds, memory the largest. */
export function costTable(run: Run): string {
  const rows = run.arms.map((arm) => {
    const times = arm.seeds.flatMap(({ metrics }) => metrics.flatMap((row) => row.step_time ?? []));
    const tokens = arm.seeds.flatMap(({ metrics }) => metrics.at(-1)?.num_tokens ?? []);
    const peaks = arm.seeds.flatMap(({ status }) => status?.peakBytes ?? []);
    const predicted = arm.seeds.flatMap(({ memory }) => memory?.processBytes ?? []);
    const rollouts = arm.seeds.map((seed) => seed.rollouts);
    const cells = [
      describeStates(arm),
      describeSteps(arm),
      times.length === 0 ? "\u2013" : formatDuration(sum(times)),
      tokens.length === 0 ? "\u2013" : formatNumber(sum(tokens)),
      peaks.length === 0 ? "\u2013" : formatBytes(Math.max(...peaks)),
      predicted.length === 0 ? "\u2013" : formatBytes(Math.max(...predicted)),
      formatNumber(sum(rollouts.map(({ total }) => total))),
      formatNumber(sum(rollouts.map(({ truncated }) => truncated))),
      formatNumber(sum(rollouts.map(({ failed }) => failed))),
    ];
    return `<tr><th scope="row">${armMark(run, arm.name)}<span class="arm-name">${
      escapeHtml(arm.name)
    }</span></th>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")}</tr>`;
  });
  const heads = [
    "arm",
    "seeds",
    "steps",
    "training time",
    "tokens processed",
    "peak memory",
    "predicted",
    "rollouts",
    "cut at the limit",
    "failed",
  ];
  return `<div class="scroll"><table class="plain"><thead><tr>${
    heads.map((head) => `<th scope="col">${head}</th>`).join("")
  }</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

/** Rows of the training metrics that failed rollouts are counted from, over all arms. */
export function countFailedRollouts(run: Run): { readonly total: number; readonly failed: number } {
  const all = run.arms.flatMap(({ seeds }) => seeds.map(({ rollouts }) => rollouts));
  return {
    total: sum(all.map(({ total }) => total)),
    failed: sum(all.map(({ failed }) => failed)),
  };
}
