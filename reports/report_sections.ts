/**
 * The sections of a report, in order; one that has nothing to show is left out.
 *
 * @module
 */

import { auditBody } from "./audit/findings.ts";
import { budgetUseSpec } from "./charts/budget_use.ts";
import { componentPanels } from "./charts/components.ts";
import { frontierSpec } from "./charts/frontier.ts";
import { kindsSpec } from "./charts/kinds.ts";
import { type CurveFigure, type CurvePanel, curvePanelsSpec } from "./charts/learning_curves.ts";
import { drawChart } from "./charts/svg.ts";
import { escapeHtml, escapeJson } from "./escape.ts";
import { formatNumber } from "./format.ts";
import { drawFigure, type Section } from "./page/page_parts.ts";
import type { Run } from "./read_run.ts";
import { armKey, armSwitches } from "./sections/arm_key.ts";
import { budgetTable } from "./sections/budget_table.ts";
import { costTable, countFailedRollouts } from "./sections/costs.ts";
import { definitionList } from "./sections/definitions.ts";
import { diagnosisSection } from "./sections/diagnoses.ts";
import { armList, provenanceList } from "./sections/provenance.ts";
import { sampleSection } from "./sections/samples.ts";
import { splitsOf } from "./sections/splits.ts";
import { summaryTable } from "./sections/summary_table.ts";
import { describeResult } from "./sections/verdict.ts";

function armsOf(panels: readonly CurvePanel[]): Set<string> {
  return new Set(panels.flatMap(({ curves }) => curves.map(({ arm }) => arm)));
}

function resultSection(run: Run): Section {
  const splits = splitsOf(run);
  const paragraphs = describeResult(run, splits).map((text) => `<p>${escapeHtml(text)}</p>`);
  const tables = run.intervals === null
    ? ""
    : splits.map((split) => summaryTable(run, split)).join("");
  return {
    id: "result",
    title: "Result",
    short: "Result",
    body: `<div class="result">${paragraphs.join("")}</div>${tables}`,
  };
}

async function frontierSection(run: Run): Promise<Section[]> {
  const spec = frontierSpec(run, splitsOf(run));
  if (spec === null) return [];
  return [{
    id: "frontier",
    title: "Tokens against accuracy",
    short: "Frontier",
    body: drawFigure(
      await drawChart(spec, "frontier"),
      "Scatter of mean tokens against accuracy, one point for each arm, with 95 % intervals both " +
        "ways. The numbers stand in the table of results.",
      "Up and to the left is better. Bars: 95 % intervals of both means. Dashed: the arms that no " +
        "other arm beats on both counts.",
    ),
  }];
}

async function curvesSection(run: Run, figure: CurveFigure): Promise<Section[]> {
  const spec = curvePanelsSpec(figure.panels);
  if (spec === null) return [];
  const smoothing = figure.window === 1
    ? ""
    : `<label><input type="checkbox" id="smoothing" checked> mean over ${figure.window} steps</label>`;
  const titles = figure.panels.map(({ title }) => title.toLowerCase()).join(", ");
  return [{
    id: "curves",
    title: "Learning curves",
    short: "Learning curves",
    body: `<div class="switches">${armSwitches(run, armsOf(figure.panels))}${smoothing}</div>` +
      `<div id="interactive-curves"></div><div class="static-curves"><div class="chart" role="img" ` +
      `aria-label="Learning curves by training step and arm: ${
        escapeHtml(titles)
      }">${await drawChart(
        spec,
        "curves",
      )}</div></div><p class="note">Line: mean over seeds${
        figure.window === 1 ? "" : `, each smoothed over ${figure.window} steps`
      }. Band: lowest to highest seed. Names switch arms on and off; drag to zoom, double-click to ` +
      `zoom out.</p><script type="application/json" id="curve-data">${escapeJson(figure)}</script>`,
  }];
}

async function componentsSection(run: Run): Promise<Section[]> {
  const panels = componentPanels(run);
  const spec = curvePanelsSpec(panels);
  if (spec === null) return [];
  return [{
    id: "components",
    title: "Reward components",
    short: "Components",
    body: armKey(run, armsOf(panels)) + drawFigure(
      await drawChart(spec, "components"),
      `Reward components by training step and arm: ${panels.map(({ title }) => title).join(", ")}`,
      "Each component before its weight, as the mean of a step's completions. An arm that does not " +
        "score a component has no curve for it. Lines and bands as in the learning curves.",
    ),
  }];
}

async function budgetSection(run: Run): Promise<Section[]> {
  const spec = budgetUseSpec(run);
  if (spec === null) return [];
  return [{
    id: "budgets",
    title: "Requested and used length",
    short: "Budgets",
    body: drawFigure(
      await drawChart(spec, "budgets"),
      "Tokens used against tokens requested, one panel for each arm, with the line on which both " +
        "are equal. The table below gives the deviations.",
      "Grey line: used equals requested. Circles: exact budgets, which should lie on the line; " +
        "triangles: maximum budgets, which should lie below it. Small dots: single answers.",
    ) + budgetTable(run),
  }];
}

async function kindsSection(run: Run): Promise<Section[]> {
  const spec = kindsSpec(run, splitsOf(run));
  if (spec === null) return [];
  return [{
    id: "kinds",
    title: "Accuracy by kind of question",
    short: "Kinds",
    body: drawFigure(
      await drawChart(spec, "kinds"),
      "Accuracy of each arm on each kind of question, mean over seeds and single seeds",
      "Large mark: mean over seeds. Ticks: single seeds.",
    ),
  }];
}

function samplesSection(run: Run): Section[] {
  const body = sampleSection(run, splitsOf(run));
  if (body === "") return [];
  return [{
    id: "samples",
    title: "Sample completions",
    short: "Samples",
    body:
      `<p>Chosen by rule: of each kind of question in each split the first one in the file, and ` +
      `the one on which the arms disagree most. Each column shows the first sample of the arm's ` +
      `first seed; a long one without its middle. Marks beside a question: right or wrong, arm by arm.</p>${body}`,
  }];
}

function auditSection({ audit }: Run): Section[] {
  if (audit === null) return [];
  return [{ id: "audit", title: "Audit of the rewards", short: "Audit", body: auditBody(audit) }];
}

function costsSection(run: Run): Section {
  const { total, failed } = countFailedRollouts(run);
  const problems = run.problems.length === 0
    ? ""
    : `<div class="notice"><b>Files that could not be read.</b> They are treated as missing.<ul>${
      run.problems.map((problem) => `<li>${escapeHtml(problem)}</li>`).join("")
    }</ul></div>`;
  return {
    id: "costs",
    title: "State and cost of the arms",
    short: "Costs",
    body: `<p>Of ${formatNumber(total)} rollouts, ${formatNumber(failed)} failed.</p>${
      costTable(run)
    }${problems}`,
  };
}

/**
 * Builds all sections of a report.
 *
 * @param run What was read from the run folder.
 * @param figure Its learning curves, as the page's script will draw them.
 */
export async function buildSections(run: Run, figure: CurveFigure): Promise<Section[]> {
  return [
    resultSection(run),
    ...await frontierSection(run),
    {
      id: "asked",
      title: "What was asked",
      short: "Question and arms",
      body: `<p>${escapeHtml(run.experiment.description)}</p>${armList(run)}`,
    },
    ...await curvesSection(run, figure),
    ...diagnosisSection(run),
    ...await componentsSection(run),
    ...await budgetSection(run),
    ...await kindsSection(run),
    ...samplesSection(run),
    ...auditSection(run),
    costsSection(run),
    {
      id: "provenance",
      title: "Provenance",
      short: "Provenance",
      body: provenanceList(run),
    },
    {
      id: "definitions",
      title: "How the numbers were made",
      short: "Definitions",
      body: definitionList(run, figure.window),
    },
  ];
}
