/**
 * Tokens against accuracy: one point for each arm and split, with both 95 % intervals, and the line of
 * arms that no other arm beats on both counts.
 *
 * @module
 */

import type { TopLevelSpec } from "vega-lite";
import { styleArms } from "../arm_style.ts";
import type { Run } from "../read_run.ts";
import { type Box, placeLabels } from "./place_labels.ts";

const WIDTH = 430;
const HEIGHT = 300;

/** One arm on one split, as the summary has it. */
export interface FrontierPoint {
  readonly arm: string;
  readonly title: string;
  readonly tokens: number;
  readonly tokensLow: number;
  readonly tokensHigh: number;
  /** Fractions, 0..1. */
  readonly accuracy: number;
  readonly accuracyLow: number;
  readonly accuracyHigh: number;
  /** No other arm has at least this accuracy with fewer tokens, or more accuracy with as few. */
  readonly onFrontier: boolean;
}

/**
 * The arms of a split that have both means, with the frontier marked. Where an interval's end is
 * missing, the mean stands for it.
 */
export function frontierPoints(run: Run, split: string): FrontierPoint[] {
  const points = run.arms.flatMap((arm) => {
    const found = arm.splits[split];
    if (found === undefined) return [];
    const { accuracy, tokens } = found;
    return accuracy.mean === null || tokens.mean === null ? [] : [{
      arm: arm.name,
      title: arm.title,
      tokens: tokens.mean,
      tokensLow: tokens.low ?? tokens.mean,
      tokensHigh: tokens.high ?? tokens.mean,
      accuracy: accuracy.mean,
      accuracyLow: accuracy.low ?? accuracy.mean,
      accuracyHigh: accuracy.high ?? accuracy.mean,
    }];
  });
  return points.map((point) => ({
    ...point,
    onFrontier: !points.some((other) =>
      other.tokens <= point.tokens && other.accuracy >= point.accuracy &&
      (other.tokens < point.tokens || other.accuracy > point.accuracy)
    ),
  }));
}

/** Ends of an axis that holds all values with some room around them. */
function paddedDomain(values: readonly number[], room: number): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = Math.max(high - low, 1e-6);
  return [low - span * room, high + span * room];
}

/** What both interval bars of a point cover, a little thicker than they are drawn. */
function intervalBoxes(
  point: FrontierPoint,
  toPixelX: (tokens: number) => number,
  toPixelY: (accuracy: number) => number,
): Box[] {
  const [x, y] = [toPixelX(point.tokens), toPixelY(point.accuracy)];
  return [
    {
      left: toPixelX(point.tokensLow),
      right: toPixelX(point.tokensHigh),
      top: y - 2,
      bottom: y + 2,
    },
    {
      left: x - 2,
      right: x + 2,
      top: toPixelY(point.accuracyHigh),
      bottom: toPixelY(point.accuracyLow),
    },
  ];
}

type Panel = Extract<TopLevelSpec, { hconcat: unknown }>["hconcat"][number];

function frontierOfSplit(run: Run, split: string, title: string): Panel {
  const points = frontierPoints(run, split);
  const styles = styleArms(run.experiment);
  const x = paddedDomain(points.flatMap((p) => [p.tokensLow, p.tokensHigh]), 0.22);
  const y = paddedDomain(points.flatMap((p) => [p.accuracyLow, p.accuracyHigh]), 0.1);
  const toPixelX = (tokens: number) => (tokens - x[0]) / (x[1] - x[0]) * WIDTH;
  const toPixelY = (accuracy: number) => (y[1] - accuracy) / (y[1] - y[0]) * HEIGHT;
  const labels = placeLabels(
    points.map((p) => ({ x: toPixelX(p.tokens), y: toPixelY(p.accuracy), text: p.arm })),
    WIDTH,
    HEIGHT,
    points.flatMap((p) => intervalBoxes(p, toPixelX, toPixelY)),
  ).map((label, index) => ({
    arm: points[index]!.arm,
    align: label.align,
    tokens: x[0] + label.x / WIDTH * (x[1] - x[0]),
    accuracy: y[1] - label.y / HEIGHT * (y[1] - y[0]),
  }));
  const names = points.map(({ arm }) => arm);
  const color = {
    field: "arm",
    type: "nominal",
    legend: null,
    scale: { domain: names, range: names.map((name) => styles.get(name)!.color) },
  } as const;
  const tokens = {
    field: "tokens",
    type: "quantitative",
    title: "tokens of an answer, mean",
    scale: { domain: x, nice: false, zero: false },
    axis: { tickCount: 6 },
  } as const;
  const accuracy = {
    field: "accuracy",
    type: "quantitative",
    title: "accuracy",
    scale: { domain: y, nice: false, zero: false },
    axis: { tickCount: 6, format: ".0%" },
  } as const;
  const label = (align: "left" | "right") =>
    ({
      data: { values: labels.filter((placed) => placed.align === align) },
      mark: { type: "text", align, baseline: "middle", fontSize: 11, fontWeight: 600 },
      encoding: { x: tokens, y: accuracy, color, text: { field: "arm" } },
    }) as const;
  return {
    title,
    width: WIDTH,
    height: HEIGHT,
    data: { values: points },
    layer: [
      {
        transform: [{ filter: "datum.onFrontier" }],
        mark: {
          type: "line",
          interpolate: "step-after",
          color: "#c5cad1",
          strokeWidth: 1.5,
          strokeDash: [4, 3],
        },
        encoding: { x: tokens, y: accuracy, order: { field: "tokens" } },
      },
      {
        mark: { type: "rule", strokeWidth: 1.4, opacity: 0.55 },
        encoding: {
          x: { ...tokens, field: "tokensLow" },
          x2: { field: "tokensHigh" },
          y: accuracy,
          color,
        },
      },
      {
        mark: { type: "rule", strokeWidth: 1.4, opacity: 0.55 },
        encoding: {
          x: tokens,
          y: { ...accuracy, field: "accuracyLow" },
          y2: { field: "accuracyHigh" },
          color,
        },
      },
      {
        mark: { type: "point", filled: true, size: 85, opacity: 1 },
        encoding: {
          x: tokens,
          y: accuracy,
          color,
          shape: {
            field: "arm",
            type: "nominal",
            legend: null,
            scale: { domain: names, range: names.map((name) => styles.get(name)!.shape) },
          },
        },
      },
      label("left"),
      label("right"),
    ],
  };
}

/**
 * The frontier chart, one panel for each split that has points; null if none has.
 *
 * @param splits Splits with the title of their panel.
 */
export function frontierSpec(
  run: Run,
  splits: readonly { readonly name: string; readonly title: string }[],
): TopLevelSpec | null {
  const shown = splits.filter(({ name }) => frontierPoints(run, name).length > 0);
  if (shown.length === 0) return null;
  return {
    hconcat: shown.map(({ name, title }) => frontierOfSplit(run, name, title)),
    resolve: { scale: { color: "independent", shape: "independent" } },
  };
}
