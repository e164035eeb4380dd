/**
 * Where the numbers come from: engine, model, data, code, machine, and each arm's settings.
 *
 * @module
 */

import { escapeHtml } from "../escape.ts";
import { formatBytes, formatNumber } from "../format.ts";
import type { Run } from "../read_run.ts";

/** Characters of an arm's settings that are shown. */
const CONFIG_LENGTH = 20_000;

/** Engine, model, data, commit, seeds, steps, date and machine as a list. */
export function provenanceList(run: Run): string {
  const { experiment: e } = run;
  const counts = Object.entries(e.data.counts)
    .map(([split, questions]) => `${formatNumber(questions)} ${split}`).join(", ");
  const entries: readonly (readonly [string, string])[] = [
    [
      "Engine",
      `${e.engine.name} (${e.engine.reason}); graphs ${e.engine.compile}; products in ` +
      (e.engine.tf32 ? "TF32 where a card can" : "float32"),
    ],
    ["Model", `${e.model.name}, ${formatNumber(e.model.parameters)} parameters`],
    ["Data", `${e.data.description} (${counts})`],
    ["Data hash", e.data.hash],
    ...(e.data.template === undefined
      ? []
      : [["Prompts", `template ${e.data.template.name}, ${e.data.template.hash}`]] as const),
    ["Commit", e.commit ?? "unknown"],
    ["Seeds", e.seeds.join(", ")],
    ["Training steps", formatNumber(e.steps)],
    [
      "Evaluation",
      `temperature ${e.evaluation.temperature}, samples of each question: ${e.evaluation.samples}`,
    ],
    ["Started", e.startedAt],
    ["Machine", `${e.host.cores} cores, ${formatBytes(e.host.memoryBytes)}, Deno ${e.denoVersion}`],
  ];
  const items = entries.map(([term, value]) =>
    `<div><dt>${term}</dt><dd>${escapeHtml(value)}</dd></div>`
  );
  return `<dl class="provenance">${items.join("")}</dl>`;
}

/** The declared arms, each with the settings that it was trained with. */
export function armList(run: Run): string {
  const items = run.arms.map((arm) => {
    const config = arm.seeds.find((seed) => seed.config !== null)?.config;
    const text = config === undefined ? "" : JSON.stringify(config, null, 2);
    const details = text === ""
      ? ""
      : `<details class="config"><summary>settings</summary><pre>${
        escapeHtml(text.slice(0, CONFIG_LENGTH))
      }${text.length > CONFIG_LENGTH ? "\n\u2026" : ""}</pre></details>`;
    return `<div><dt>${escapeHtml(arm.name)}</dt><dd><strong>${escapeHtml(arm.title)}.</strong> ${
      escapeHtml(arm.description)
    }${details}</dd></div>`;
  });
  return `<dl class="declared">${items.join("")}</dl>`;
}
