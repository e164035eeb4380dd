/**
 * Learning curves: six metrics by training step, one curve for each arm with the range of its seeds.
 * One value serves both drawings, the interactive one (Plotly, in the page's script) and the static
 * one (Vega-Lite, for print and for readers without scripts).
 *
 * @module
 */

import type { TopLevelSpec } from "vega-lite";
import { styleArms } from "../arm_style.ts";
import type { Run } from "../read_run.ts";
import { type Band, bandOfArm, smoothingWindow } from "../series.ts";

/** One arm's curve of one metric. */
export interface Curve {
  readonly arm: string;
  readonly title: string;
  readonly color: string;
  readonly dash: readonly number[];
  /** Every step as it was logged. */
  readonly raw: Band;
  /** Trailing means over the figure's window. */
  readonly smooth: Band;
}

/** One metric with the curves of all arms that logged it. */
export interface CurvePanel {
  readonly metric: string;
  readonly title: string;
  /** What the vertical axis counts. */
  readonly unit: string;
  /** A d3 number format for the axis. */
  readonly format: string;
  readonly curves: readonly Curve[];
}

/** All learning curves of a run. */
export interface CurveFigure {
  /** Steps of the trailing mean. */
  readonly window: number;
  readonly panels: readonly CurvePanel[];
}

const PANELS: readonly Omit<CurvePanel, "curves">[] = [
  { metric: "accuracy", title: "Accuracy", unit: "share of completions", format: ".0%" },
  { metric: "reward", title: "Reward", unit: "weighted sum", format: "~g" },
  { metric: "completions/mean_length", title: "Length", unit: "tokens", format: "~s" },
  { metric: "completions/thinking_length", title: "Thinking", unit: "tokens", format: "~s" },
  { metric: "kl", title: "KL to the start", unit: "nats a token", format: "~g" },
  { metric: "entropy", title: "Entropy", unit: "nats a token", format: "~g" },
];

/** Curves of one metric, one for each arm that logged it. */
export function curvesOf(run: Run, metric: string, window: number): Curve[] {
  const styles = styleArms(run.experiment);
  return run.arms.flatMap((arm) => {
    const raw = bandOfArm(arm, metric, 1);
    const smooth = bandOfArm(arm, metric, window);
    const { color, dash } = styles.get(arm.name)!;
    return raw === null || smooth === null
      ? []
      : [{ arm: arm.name, title: arm.title, color, dash, raw, smooth }];
  });
}

/**
 * The learning curves of a run: accuracy, reward, length, thinking, KL and entropy; a metric that no
 * arm logged is left out.
 */
export function learningCurves(run: Run): CurveFigure {
  const window = smoothingWindow(run);
  const panels = PANELS
    .map((panel) => ({ ...panel, curves: curvesOf(run, panel.metric, window) }))
    .filter(({ curves }) => curves.length > 0);
  return { window, panels };
}

/** A row of a chart's data: one step of one smoothed curve. */
interface CurvePoint {
  readonly arm: string;
  readonly step: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

function pointsOf(curves: readonly Curve[]): CurvePoint[] {
  return curves.flatMap(({ arm, smooth }) =>
    smooth.steps.flatMap((step, index) => {
      const [mean, low, high] = [smooth.mean[index], smooth.low[index], smooth.high[index]];
      return typeof mean === "number" && typeof low === "number" && typeof high === "number"
        ? [{ arm, step, mean, low, high }]
        : [];
    })
  );
}

/**
 * Panels of smoothed curves as a Vega-Lite specification, three in a row; null without panels.
 *
 * @param panels What to draw; each has at least one curve.
 */
export function curvePanelsSpec(panels: readonly CurvePanel[]): TopLevelSpec | null {
  if (panels.length === 0) return null;
  const arms = new Map(panels.flatMap(({ curves }) => curves.map((curve) => [curve.arm, curve])));
  const names = [...arms.keys()];
  const color = {
    field: "arm",
    type: "nominal",
    legend: null,
    scale: { domain: names, range: names.map((name) => arms.get(name)!.color) },
  } as const;
  const strokeDash = {
    field: "arm",
    type: "nominal",
    legend: null,
    scale: {
      domain: names,
      range: names.map((name) => [...arms.get(name)!.dash]),
    },
  } as const;
  const x = {
    field: "step",
    type: "quantitative",
    title: "training step",
    axis: { tickCount: 5, tickMinStep: 1, grid: false, format: "d" },
    scale: { nice: false, zero: false },
  } as const;
  return {
    columns: 3,
    concat: panels.map(({ title, unit, format, curves }) => ({
      title,
      width: 265,
      height: 170,
      data: { values: pointsOf(curves) },
      layer: [
        {
          mark: { type: "area", opacity: 0.14 },
          encoding: {
            x,
            y: {
              field: "low",
              type: "quantitative",
              title: unit,
              axis: { tickCount: 5, format },
              scale: { zero: false },
            },
            y2: { field: "high" },
            color,
          },
        },
        {
          mark: { type: "line", strokeWidth: 1.8 },
          encoding: { x, y: { field: "mean", type: "quantitative" }, color, strokeDash },
        },
      ],
    })),
    resolve: { scale: { color: "independent", strokeDash: "independent" } },
  };
}
