/**
 * The key to arms: the line and the point that stand for each in every chart.
 *
 * @module
 */

import { pointPath } from "./point_path.ts";
import { type ArmStyle, styleArms } from "../arm_style.ts";
import { escapeHtml } from "../escape.ts";
import type { Run } from "../read_run.ts";

function drawMark({ color, dash, shape }: ArmStyle): string {
  return `<svg class="mark" width="26" height="12" viewBox="0 0 26 12" aria-hidden="true">` +
    `<path d="M0 6H26" stroke="${color}" stroke-width="2" stroke-dasharray="${dash.join(" ")}"/>` +
    `<path d="${pointPath(shape)}" transform="translate(13 6)" fill="${color}"/></svg>`;
}

/** The mark of one arm. */
export function armMark(run: Run, arm: string): string {
  const style = styleArms(run.experiment).get(arm);
  return style === undefined ? "" : drawMark(style);
}

/** The key for some arms, in the order of the run. */
export function armKey(run: Run, arms: ReadonlySet<string>): string {
  const items = run.arms.filter(({ name }) => arms.has(name)).map(({ name }) =>
    `<li>${armMark(run, name)}${escapeHtml(name)}</li>`
  );
  return `<ul class="key" aria-label="Arms in this figure">${items.join("")}</ul>`;
}

/** The key as switches that show and hide an arm's curves; the page's script brings them to life. */
export function armSwitches(run: Run, arms: ReadonlySet<string>): string {
  const items = run.arms.filter(({ name }) => arms.has(name)).map(({ name }) =>
    `<li><button type="button" data-arm="${escapeHtml(name)}" aria-pressed="true">${
      armMark(run, name)
    }${escapeHtml(name)}</button></li>`
  );
  return `<ul class="key" aria-label="Arms in this figure">${items.join("")}</ul>`;
}
