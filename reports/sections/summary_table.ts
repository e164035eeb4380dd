/**
 * The table of arms: accuracy, tokens and reward with their intervals, and the differences to the
 * reference arm.
 *
 * @module
 */

import { escapeHtml } from "../escape.ts";
import {
  ACCURACY,
  count,
  formatQuantity,
  formatSigned,
  POINTS,
  type Quantity,
  REWARD,
  TOKENS,
} from "../format.ts";
import type { ArmRun, Run } from "../read_run.ts";
import type { Interval } from "../run_types.ts";
import { armMark } from "./arm_key.ts";
import { drawIntervalBar, reachOf } from "./interval_bar.ts";
import { directionOf, rankByAccuracy } from "./ranking.ts";
import type { ShownSplit } from "./splits.ts";

const MISSING = '<td class="missing">&ndash;</td>';

function valueCell(interval: Interval | undefined, quantity: Quantity, mark = ""): string {
  if (interval === undefined || interval.mean === null) return MISSING;
  const [mean, low, high] = [interval.mean, interval.low, interval.high]
    .map((value) => formatQuantity(value, quantity));
  return `<td>${mark}<span class="mean">${mean}</span>` +
    `<span class="interval">[${low}, ${high}]</span></td>`;
}

/** Whether more is better, for the words that go with a difference. */
type Wanted = "more" | "fewer";

function differenceCell(
  interval: Interval | null | undefined,
  quantity: Quantity,
  reach: number,
  wanted: Wanted,
): string {
  if (!interval || interval.mean === null) return MISSING;
  const direction = directionOf(interval);
  const tone = direction === "unclear"
    ? "unclear"
    : (direction === "above") === (wanted === "more")
    ? "good"
    : "bad";
  const [mean, low, high] = [interval.mean, interval.low, interval.high].map((value) =>
    formatSigned(value === null ? null : value * quantity.scale, quantity.decimals)
  );
  return `<td class="difference ${tone}"><div>${drawIntervalBar(interval, reach)}` +
    `<span class="numbers"><span class="mean">${mean}</span>` +
    `<span class="interval">[${low}, ${high}]</span></span></div></td>`;
}

function armCell(run: Run, arm: ArmRun): string {
  const { baselineArm, referenceArm } = run.experiment;
  const role = arm.name === baselineArm
    ? '<span class="role">before training</span>'
    : arm.name === referenceArm
    ? '<span class="role">reference</span>'
    : "";
  return `<th scope="row">${armMark(run, arm.name)}<span class="arm-name">${
    escapeHtml(arm.name)
  }</span>${role}<span class="arm-title">${escapeHtml(arm.title)}</span></th>`;
}

/** What stands in the row of an arm without numbers, e.g. `failed: seed 1: out of memory`. */
function absence(arm: ArmRun): string {
  if (arm.failed.length > 0) {
    const reasons = Map.groupBy(arm.failed, ({ error }) => error);
    const parts = [...reasons].map(([error, there]) =>
      `seed${there.length === 1 ? "" : "s"} ${there.map(({ seed }) => seed).join(", ")}: ${error}`
    );
    return `failed: ${parts.join("; ").slice(0, 400)}`;
  }
  const states = new Set(arm.seeds.map(({ status }) => status?.state ?? "missing"));
  return states.size === 0 ? "never began" : `no evaluation; state: ${[...states].join(", ")}`;
}

/** The table of one split. */
export function summaryTable(run: Run, split: ShownSplit): string {
  // The policy before training is often far off, and would flatten the differences between arms.
  const differences = run.arms.filter(({ name }) => name !== run.experiment.baselineArm)
    .map((arm) => arm.splits[split.name]);
  const accuracyReach = reachOf(differences.map((d) => d?.deltaAccuracyVsReference));
  const tokensReach = reachOf(differences.map((d) => d?.deltaTokensVsReference));
  const ranking = rankByAccuracy(run.arms, split.name);
  const reference = escapeHtml(run.experiment.referenceArm);
  const rows = run.arms.map((arm) => {
    const found = arm.splits[split.name];
    if (found === undefined) {
      return `<tr class="absent">${armCell(run, arm)}<td colspan="5">${
        escapeHtml(absence(arm))
      }</td></tr>`;
    }
    const isBest = ranking?.leaders.includes(arm) ?? false;
    const mark = isBest && ranking?.leaders.length === 1 && ranking.tied.length === 0
      ? '<span class="best">best</span>'
      : isBest
      ? '<span class="best tied">highest</span>'
      : ranking?.tied.includes(arm)
      ? '<span class="best tied">tied</span>'
      : "";
    const isReference = arm.name === run.experiment.referenceArm;
    const lost = arm.failed.length === 0
      ? ""
      : `<tr class="absent"><td colspan="6">${escapeHtml(arm.name)}: ${
        count(arm.failed.length, "seed")
      } of ${arm.seeds.length} without a result, ${escapeHtml(absence(arm))}</td></tr>`;
    return `<tr${isBest ? ' class="leading"' : ""}>${armCell(run, arm)}` +
      valueCell(found.accuracy, ACCURACY, mark) +
      valueCell(found.tokens, TOKENS) +
      valueCell(found.reward, REWARD) +
      (isReference
        ? '<td class="missing">reference</td><td class="missing">reference</td>'
        : differenceCell(found.deltaAccuracyVsReference, POINTS, accuracyReach, "more") +
          differenceCell(found.deltaTokensVsReference, TOKENS, tokensReach, "fewer")) +
      `</tr>${lost}`;
  });
  const questions = split.questions === null ? "" : `: ${count(split.questions, "question")}`;
  return `<div class="scroll"><table class="arms"><caption>${
    escapeHtml(split.title)
  }${questions}</caption><thead><tr><th scope="col">arm</th>` +
    `<th scope="col">accuracy, %</th><th scope="col">tokens</th><th scope="col">reward</th>` +
    `<th scope="col">accuracy against ${reference}, points</th>` +
    `<th scope="col">tokens against ${reference}</th></tr></thead>` +
    `<tbody>${rows.join("")}</tbody></table></div>`;
}
