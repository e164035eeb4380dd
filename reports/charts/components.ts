/**
 * Reward components over training: the unweighted mean of each, by step and arm.
 *
 * @module
 */

import type { Run } from "../read_run.ts";
import { smoothingWindow } from "../series.ts";
import { type CurvePanel, curvesOf } from "./learning_curves.ts";

/** Names of the reward components that any arm logged, in the order of the log. */
export function componentNames(run: Run): string[] {
  const names = new Set<string>();
  for (const { metrics } of run.arms.flatMap(({ seeds }) => seeds)) {
    for (const key of Object.keys(metrics[0] ?? {})) {
      const match = /^rewards\/(.+)\/mean$/.exec(key);
      if (match !== null) names.add(match[1]!);
    }
  }
  return [...names];
}

/** One panel for each reward component; a component that has no number in any arm is left out. */
export function componentPanels(run: Run): CurvePanel[] {
  return componentNames(run).map((name) => ({
    metric: `rewards/${name}/mean`,
    title: name,
    unit: "mean, before weighting",
    format: "~g",
    curves: curvesOf(run, `rewards/${name}/mean`, smoothingWindow(run)),
  })).filter(({ curves }) => curves.length > 0);
}
