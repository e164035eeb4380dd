/**
 * Vega-Lite specifications drawn beforehand, so that a chart is a picture in the page: it needs no
 * script, no network, and prints.
 *
 * @module
 */

import { Error as LEVEL_ERROR, logger, parse, View } from "vega";
import { compile, type Config, type TopLevelSpec } from "vega-lite";

const INK = "#222a35";
const MUTED = "#5c6673";

/** The look that all charts share. */
const CHART_CONFIG: Config = {
  background: "transparent",
  // The page describes each chart as a whole; a label on every mark would only add bulk.
  aria: false,
  font: "system-ui, 'Liberation Sans', Arial, sans-serif",
  view: { stroke: null },
  axis: {
    domain: false,
    gridColor: "#e4e7eb",
    tickColor: "#c5cad1",
    tickSize: 4,
    labelColor: MUTED,
    labelFontSize: 11,
    labelPadding: 4,
    titleColor: MUTED,
    titleFontSize: 11.5,
    titleFontWeight: "normal",
    titlePadding: 8,
  },
  header: {
    labelColor: INK,
    labelFontSize: 12,
    labelFontWeight: 600,
    titleFontSize: 0,
  },
  title: { color: INK, fontSize: 13, fontWeight: 600, anchor: "start", offset: 10 },
  facet: { spacing: 28 },
  concat: { spacing: 36 },
};

/**
 * Draws a chart as SVG text. The ids inside begin with `id`, as several charts share one page.
 *
 * @param spec A Vega-Lite specification with its data inline.
 * @param id Letters, digits and hyphens; different for each chart of a page.
 * @throws {Error} if the specification is not valid.
 *
 * @example
 * ```ts
 * import { drawChart } from "./svg.ts";
 * import { assertStringIncludes } from "@std/assert";
 * const svg = await drawChart({
 *   data: { values: [{ arm: "<none>", tokens: 80 }] },
 *   mark: "bar",
 *   encoding: {
 *     y: { field: "arm", type: "nominal" },
 *     x: { field: "tokens", type: "quantitative" },
 *   },
 * }, "lengths");
 * assertStringIncludes(svg, "&lt;none&gt;");
 * ```
 */
export async function drawChart(spec: TopLevelSpec, id: string): Promise<string> {
  const { spec: compiled } = compile(spec, { config: CHART_CONFIG });
  const view = new View(parse(compiled), { renderer: "none", logger: logger(LEVEL_ERROR) });
  try {
    const svg = await view.toSVG();
    return svg
      .replace(/ id="/g, ` id="${id}-`)
      .replace(/url\(#/g, `url(#${id}-`);
  } finally {
    view.finalize();
  }
}
