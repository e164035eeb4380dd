/**
 * Accuracy by kind of question: the mean of each arm over its seeds, and every seed beside it.
 *
 * @module
 */

import type { TopLevelSpec } from "vega-lite";
import { styleArms } from "../arm_style.ts";
import type { Run } from "../read_run.ts";

/** One arm's accuracy on one kind of question, of one seed or (`seed` null) the mean of its seeds. */
export interface KindPoint {
  readonly split: string;
  readonly kind: string;
  readonly arm: string;
  readonly seed: number | null;
  /** Fraction, 0..1. */
  readonly accuracy: number;
}

/**
 * Accuracies by kind, from each seed's `evaluation.json`.
 *
 * @param splits Splits with the title that they are shown under.
 */
export function kindPoints(
  run: Run,
  splits: readonly { readonly name: string; readonly title: string }[],
): KindPoint[] {
  const points: KindPoint[] = [];
  for (const { name, title } of splits) {
    for (const arm of run.arms) {
      const bySeed = arm.seeds.flatMap(({ seed, evaluation }) =>
        Object.entries(evaluation?.splits[name]?.byKind ?? {}).flatMap(([kind, { accuracy }]) =>
          accuracy === null ? [] : [{ split: title, kind, arm: arm.name, seed, accuracy }]
        )
      );
      points.push(...bySeed);
      for (const kind of new Set(bySeed.map((point) => point.kind))) {
        const there = bySeed.filter((point) => point.kind === kind);
        const accuracy = there.reduce((sum, point) => sum + point.accuracy, 0) / there.length;
        points.push({ split: title, kind, arm: arm.name, seed: null, accuracy });
      }
    }
  }
  return points;
}

/** Accuracy by kind of question: kinds across, splits down; null if nothing was evaluated. */
export function kindsSpec(
  run: Run,
  splits: readonly { readonly name: string; readonly title: string }[],
): TopLevelSpec | null {
  const points = kindPoints(run, splits);
  if (points.length === 0) return null;
  const styles = styleArms(run.experiment);
  const shown = new Set(points.map(({ arm }) => arm));
  const names = run.arms.map(({ name }) => name).filter((name) => shown.has(name));
  const y = {
    field: "arm",
    type: "nominal",
    title: null,
    sort: names,
    axis: { grid: true, ticks: false },
  } as const;
  const x = {
    field: "accuracy",
    type: "quantitative",
    title: "accuracy",
    axis: { format: ".0%", values: [0, 0.25, 0.5, 0.75, 1] as number[] },
    // Room for a mark at either end.
    scale: { domain: [-0.04, 1.04] as number[], nice: false },
  } as const;
  const color = {
    field: "arm",
    type: "nominal",
    legend: null,
    scale: { domain: names, range: names.map((name) => styles.get(name)!.color) },
  } as const;
  const panels = splits.flatMap(({ title }) =>
    [...new Set(points.filter(({ split }) => split === title).map(({ kind }) => kind))].sort()
      .map((kind) => ({ title, kind }))
  );
  return {
    columns: 3,
    concat: panels.map(({ title, kind }) => ({
      title: { text: kind, subtitle: title, subtitleColor: "#5c6673", subtitleFontSize: 11 },
      width: 235,
      height: { step: 20 },
      data: { values: points.filter((point) => point.split === title && point.kind === kind) },
      layer: [
        {
          transform: [{ filter: "datum.seed !== null" }],
          mark: { type: "tick", thickness: 1.4, size: 11, opacity: 0.5 },
          encoding: { x, y, color },
        },
        {
          transform: [{ filter: "datum.seed === null" }],
          mark: { type: "point", filled: true, size: 70, opacity: 1 },
          encoding: {
            x,
            y,
            color,
            shape: {
              field: "arm",
              type: "nominal",
              legend: null,
              scale: { domain: names, range: names.map((name) => styles.get(name)!.shape) },
            },
          },
        },
      ],
    })),
    resolve: { scale: { color: "independent", shape: "independent" } },
  };
}
