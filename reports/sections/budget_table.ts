/**
 * How closely each arm keeps the budgets that prompts named, as a table.
 *
 * @module
 */

import { budgetAdherence } from "../charts/budget_use.ts";
import { escapeHtml } from "../escape.ts";
import { formatNumber } from "../format.ts";
import type { Run } from "../read_run.ts";
import { armMark } from "./arm_key.ts";

/** One row for each arm, four columns for each mode of budget that the evaluation asked for. */
export function budgetTable(run: Run): string {
  const all = budgetAdherence(run);
  const modes = (["exact", "maximum"] as const).filter((m) => all.some(({ mode }) => mode === m));
  const arms = [...new Set(all.map(({ arm }) => arm))];
  const rows = arms.map((arm) => {
    const cells = modes.flatMap((mode) => {
      const found = all.find((one) => one.arm === arm && one.mode === mode);
      if (found === undefined) return Array<string>(4).fill("&ndash;");
      return [
        `${formatNumber(found.relativeError * 100, 1)} %`,
        formatNumber(found.overrunTokens, 1),
        `${formatNumber(found.within * 100, 1)} %`,
        formatNumber(found.answers),
      ];
    });
    return `<tr><th scope="row">${armMark(run, arm)}<span class="arm-name">${
      escapeHtml(arm)
    }</span></th>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  });
  const heads = modes.map((mode) =>
    `<th scope="col">${mode}: mean deviation</th><th scope="col">${mode}: mean overrun, tokens</th>` +
    `<th scope="col">${mode}: answers within</th><th scope="col">${mode}: answers</th>`
  );
  return `<div class="scroll"><table class="plain"><thead><tr><th scope="col">arm</th>${
    heads.join("")
  }</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}
