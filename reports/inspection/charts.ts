/**
 * Charts of an inspection: lengths by source, and right answers by letter.
 *
 * @module
 */

import type { Inspection } from "@terse/data";
import type { TopLevelSpec } from "vega-lite";

const BAR = "#3b6ea5";
const SKEWED = "#c4572b";
const EXPECTED = "#222a35";

/** Sources that are drawn; the tables have all. */
const MOST_PANELS = 12;

/** Histograms, one below the other on the same logarithmic axis; null without questions. */
export function lengthsSpec({ lengths, lengthEdges, lengthUnit }: Inspection): TopLevelSpec | null {
  const shown = lengths.slice(0, MOST_PANELS);
  if (shown.length === 0) return null;
  // Nothing is drawn below the shortest and beyond the longest question.
  const used = lengthEdges.slice(1).map((_, bin) => shown.some(({ bins }) => bins[bin]! > 0));
  const [from, to] = [used.indexOf(true), used.lastIndexOf(true) + 1];
  // A logarithmic axis has no zero.
  const edgeOf = (bin: number) => Math.max(lengthEdges[bin]!, 0.5);
  const scale = {
    type: "log",
    domain: [edgeOf(from), edgeOf(to)] as number[],
    nice: false,
  } as const;
  return {
    spacing: 36,
    bounds: "flush",
    vconcat: shown.map(({ source, bins, rows, median }, i) => {
      const axis = i < shown.length - 1 ? { labels: false, ticks: false, title: null } : {
        title: `${lengthUnit} in a question with its context and options`,
        format: ",.0f",
        tickCount: 8,
      };
      const x = { type: "quantitative", scale, axis: { ...axis, grid: true } } as const;
      const values = bins.map((count, bin) => ({
        start: edgeOf(bin),
        end: edgeOf(bin + 1),
        share: count / rows,
      })).filter(({ share }) => share > 0);
      return {
        title: { text: source, fontSize: 12, offset: 4 },
        width: 720,
        height: shown.length > 4 ? 40 : 70,
        layer: [
          {
            data: { values },
            mark: { type: "bar", color: BAR, opacity: 0.85, binSpacing: 1 },
            encoding: {
              x: { ...x, field: "start", bin: "binned" },
              x2: { field: "end" },
              y: {
                field: "share",
                type: "quantitative",
                title: null,
                axis: { format: ".0%", tickCount: 2 },
              },
            },
          },
          {
            data: { values: [{ median: Math.max(median, 0.5) }] },
            mark: { type: "rule", color: EXPECTED, strokeWidth: 1.5 },
            encoding: { x: { ...x, field: "median" } },
          },
        ],
      };
    }),
  } as TopLevelSpec;
}

/** Shares of right answers by letter, one panel for each source and number of options. */
export function lettersSpec({ letters }: Inspection): TopLevelSpec | null {
  const shown = letters.slice(0, MOST_PANELS);
  if (shown.length === 0) return null;
  return {
    columns: 4,
    bounds: "flush",
    spacing: { row: 78, column: 52 },
    concat: shown.map(({ source, options, rows, counts, isSkewed }) => ({
      title: {
        text: source,
        subtitle: `${options} options, n = ${rows.toLocaleString("en")}`,
        subtitleColor: "#5c6673",
        subtitleFontSize: 11,
        limit: 190,
      },
      width: 160,
      height: 110,
      data: {
        values: counts.map((count, i) => ({
          letter: String.fromCharCode(65 + i),
          share: rows === 0 ? 0 : count / rows,
        })),
      },
      layer: [
        {
          mark: { type: "bar", color: isSkewed ? SKEWED : BAR, opacity: 0.85 },
          encoding: {
            x: {
              field: "letter",
              type: "nominal",
              title: null,
              axis: { labelAngle: 0, grid: false, ticks: false },
            },
            y: {
              field: "share",
              type: "quantitative",
              title: null,
              // A label at the very top would push its panel's title up, out of line.
              scale: {
                domain: [
                  0,
                  1.12 * Math.max(1 / options, ...counts.map((n) => n / rows)),
                ] as number[],
                nice: false,
              },
              axis: { format: ".0%", tickCount: 3 },
            },
          },
        },
        {
          mark: { type: "rule", color: EXPECTED, strokeDash: [4, 3] },
          encoding: { y: { datum: 1 / options, type: "quantitative" } },
        },
      ],
    })),
  } as TopLevelSpec;
}
