/**
 * The picture of how costs grow, as SVG text.
 *
 * @module
 */
import { Error as LEVEL_ERROR, logger, parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { type Axis, AXIS_KEYS, type Growth, type GrowthPoint } from "./points.ts";

/** A cost along one axis with its fit. */
export interface GrowthSeries {
  readonly axis: Axis;
  readonly cost: "seconds" | "GiB";
  readonly growth: Growth;
}

const INK = "#222a35", MUTED = "#5c6673", LINE = "#1f6fb4";

/** Every cost of every axis as a panel, both scales logarithmic; the dashed line is linear growth. */
function growthSpec(
  points: readonly GrowthPoint[],
  series: readonly GrowthSeries[],
): TopLevelSpec {
  return {
    config: {
      background: "white",
      aria: false,
      font: "system-ui, 'Liberation Sans', Arial, sans-serif",
      view: { stroke: null },
      axis: { domain: false, gridColor: "#e4e7eb", labelColor: MUTED, titleColor: MUTED },
      title: { color: INK, fontSize: 13, anchor: "start", subtitleColor: MUTED },
      concat: { spacing: 30 },
    },
    padding: 12,
    title: {
      text: "Cost of a GRPO step",
      subtitle: "both scales logarithmic; dashed: linear growth through the last point",
      fontSize: 15,
      offset: 14,
    },
    columns: 3,
    concat: series.map(({ axis, cost, growth }) => {
      const values = points.filter((point) => point.axis === axis).map((point) => ({
        x: point[AXIS_KEYS[axis]],
        y: cost === "seconds" ? point.seconds : point.peakBytes / 2 ** 30,
      }));
      // Through the last point, so that the eye sees which way the others bend away.
      const last = values.at(-1)!;
      const linear = values.map(({ x }) => ({ x, y: last.y * x / last.x }));
      const x = {
        field: "x",
        type: "quantitative",
        title: axis,
        scale: { type: "log", base: 2 },
        axis: { values: values.map((value) => value.x), grid: false },
      } as const;
      const y = {
        field: "y",
        type: "quantitative",
        title: cost === "seconds" ? "seconds a step" : "peak memory, GiB",
        scale: { type: "log", base: 2, nice: false },
        axis: { tickCount: 5, format: "~g" },
      } as const;
      const number = (value: number) => value.toFixed(2);
      return {
        title: {
          text: `${cost === "seconds" ? "Time" : "Memory"} by ${axis}`,
          subtitle: `exponent ${number(growth.exponent)}, of the last doubling ` +
            number(growth.lastExponent),
        },
        width: 230,
        height: 170,
        layer: [
          {
            data: { values: linear },
            mark: { type: "line", color: MUTED, strokeDash: [4, 4], clip: true },
            encoding: { x, y },
          },
          {
            data: { values },
            mark: { type: "line", color: LINE, point: { color: LINE, size: 40 } },
            encoding: { x, y },
          },
        ],
      };
    }),
  };
}

/** Draws the series. */
export async function drawGrowth(
  points: readonly GrowthPoint[],
  series: readonly GrowthSeries[],
): Promise<string> {
  const { spec } = compile(growthSpec(points, series));
  const view = new View(parse(spec), { renderer: "none", logger: logger(LEVEL_ERROR) });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
