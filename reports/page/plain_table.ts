/**
 * Tables of pages.
 *
 * @module
 */

import { escapeHtml } from "../escape.ts";

/**
 * A table whose first column heads its rows; cells are escaped here.
 *
 * @param heads Heads of the columns; a column of texts has `<` before its head.
 */
export function plainTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const side = heads.map((head) => head.startsWith("<") ? ' class="text"' : "");
  const cells = (row: readonly string[]) =>
    row.map((cell, i) =>
      i === 0
        ? `<th scope="row">${escapeHtml(cell)}</th>`
        : `<td${side[i]}>${escapeHtml(cell)}</td>`
    ).join("");
  return `<div class="scroll"><table class="plain"><thead><tr>${
    heads.map((head, i) => `<th scope="col"${side[i]}>${escapeHtml(head.replace(/^</, ""))}</th>`)
      .join("")
  }</tr></thead><tbody>${
    rows.map((row) => `<tr>${cells(row)}</tr>`).join("")
  }</tbody></table></div>`;
}
