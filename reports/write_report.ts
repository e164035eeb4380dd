/**
 * Writes a run's report: `deno run -A reports/write_report.ts RUN_FOLDER` makes
 * `RUN_FOLDER/report.html` and prints its path.
 *
 * @module
 */

import { replaceFile } from "@terse/data";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { learningCurves } from "./charts/learning_curves.ts";
import { escapeHtml } from "./escape.ts";
import { buildPage } from "./page/page_parts.ts";
import { readStyles } from "./page/styles.ts";
import { readRun, type Run } from "./read_run.ts";
import { buildSections } from "./report_sections.ts";

function readOwnFile(name: string): Promise<string> {
  return Deno.readTextFile(new URL(`./page/${name}`, import.meta.url));
}

/** Plotly's bundle for lines and bars, as text to stand in the page. */
async function readPlotly(): Promise<string> {
  const path = fileURLToPath(import.meta.resolve("plotly.js/dist/plotly-basic.min.js"));
  return (await Deno.readTextFile(path)).replaceAll("\r\n", "\n");
}

/**
 * The report of a run as one HTML document.
 *
 * @param run What {@linkcode readRun} read.
 */
export async function renderReport(run: Run): Promise<string> {
  const { experiment } = run;
  const figure = learningCurves(run);
  const interactive = figure.panels.length > 0;
  return await buildPage({
    title: experiment.title,
    kicker: `${experiment.name} \u00b7 ${experiment.model.name} \u00b7 ${
      experiment.startedAt.slice(0, 10)
    }`,
    lead: experiment.question,
    sections: await buildSections(run, figure),
    footer:
      `<p>Made from the files of ${escapeHtml(run.folder)} and nothing else. This page loads ` +
      `nothing from the network.</p>`,
    style: await readStyles(),
    scripts: interactive ? [await readPlotly(), await readOwnFile("curves.js")] : [],
  });
}

/**
 * Reads a run folder and writes its `report.html`, whole or not at all.
 *
 * @param folder The run folder.
 * @returns The report's path, and one line for each file of the run that could not be read.
 * @throws {Deno.errors.NotFound} if the folder has no `experiment.json`.
 * @throws {TypeError} if `experiment.json` breaks its form.
 */
export async function writeReport(
  folder: string,
): Promise<{ readonly path: string; readonly problems: readonly string[] }> {
  const run = await readRun(folder);
  const html = await renderReport(run);
  const path = join(folder, "report.html");
  await replaceFile(path, (temporary) => Deno.writeTextFile(temporary, html));
  return { path, problems: run.problems };
}

if (import.meta.main) {
  const [folder, ...rest] = Deno.args;
  if (folder === undefined || rest.length > 0 || folder.startsWith("-")) {
    console.error("Usage: deno run -A reports/write_report.ts RUN_FOLDER");
    Deno.exit(2);
  }
  try {
    const { path, problems } = await writeReport(resolve(folder));
    for (const problem of problems) console.error(problem);
    console.log(path);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
