/**
 * Outputs of a notebook's cell beside its result: HTML, also such that changes while the cell runs, and
 * charts.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { Error as LEVEL_ERROR, logger, parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

/** MIME bundle: the same output in several forms, of which a viewer takes the best it knows. */
type Bundle = Readonly<Record<string, unknown>>;

function broadcast(type: string, data: Bundle, displayId?: string): Promise<void> {
  return Deno.jupyter.broadcast(type, {
    data,
    metadata: {},
    transient: displayId === undefined ? {} : { display_id: displayId },
  });
}

/** Escapes text for HTML. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
  };
  return text.replace(/[&<>"]/g, (character) => entities[character]!);
}

/**
 * Shows HTML that can be replaced while the cell runs.
 *
 * @param html The first content; texts from elsewhere must be escaped.
 * @returns A function that replaces the content.
 */
export async function showLive(html: string): Promise<(html: string) => Promise<void>> {
  const displayId = crypto.randomUUID();
  await broadcast("display_data", { "text/html": html }, displayId);
  return (next) => broadcast("update_display_data", { "text/html": next }, displayId);
}

/**
 * Shows a Vega-Lite chart: interactive in JupyterLab, which draws the specification itself, and as a
 * picture wherever it is not.
 *
 * @param spec A specification of Vega-Lite 5, the version that JupyterLab holds, with its data inline.
 * @throws {Error} if the specification is not valid.
 */
export async function showVegaLite(spec: TopLevelSpec): Promise<void> {
  const view = new View(parse(compile(spec).spec), {
    renderer: "none",
    logger: logger(LEVEL_ERROR),
  });
  try {
    await broadcast("display_data", {
      "application/vnd.vegalite.v5+json": {
        $schema: "https://vega.github.io/schema/vega-lite/v5.json",
        ...spec,
      },
      "image/svg+xml": await view.toSVG(),
    });
  } finally {
    view.finalize();
  }
}

/** Puts Plotly (its basic bundle) into the notebook: once, before the first {@linkcode showPlotly}. */
export async function loadPlotly(): Promise<void> {
  const path = fileURLToPath(import.meta.resolve("plotly.js/dist/plotly-basic.min.js"));
  const script = await Deno.readTextFile(path);
  await broadcast("display_data", {
    "text/html": `<script>${script}</script><small>Plotly is loaded.</small>`,
  });
}

/** JSON that may stand inside a script element. */
function jsonForScript(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

/**
 * Shows a Plotly chart. It waits for {@linkcode loadPlotly}'s output, as a notebook that is opened again
 * may draw its outputs in any order.
 *
 * @param traces Plotly's traces.
 * @param layout Plotly's layout.
 */
export async function showPlotly(
  traces: readonly Readonly<Record<string, unknown>>[],
  layout: Readonly<Record<string, unknown>>,
): Promise<void> {
  const id = `chart-${crypto.randomUUID()}`;
  const [data, shape] = [jsonForScript(traces), jsonForScript(layout)];
  await broadcast("display_data", {
    "text/html": `<div id="${id}"></div><script>(function draw() {
      if (!globalThis.Plotly) return setTimeout(draw, 100);
      Plotly.newPlot("${id}", ${data}, ${shape}, { displaylogo: false, responsive: true });
    })();</script>`,
  });
}
