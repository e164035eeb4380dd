/**
 * What an audit found, as HTML: a table of all findings, and for each the completions that prove it.
 *
 * @module
 */

import { escapeHtml } from "../escape.ts";
import { formatNumber } from "../format.ts";
import { plainTable } from "../page/plain_table.ts";
import type { AuditedArm, AuditFinding, AuditReport, AuditSampleRow } from "./audit_file.ts";

const SEVERITIES = ["severe", "warning", "note"] as const;

/** Findings of the same kind and title, with the arms that have them. */
interface SharedFinding {
  readonly arms: readonly string[];
  readonly finding: AuditFinding;
}

/** Arms often share a finding; it is shown once, with the first arm's proof. */
function shareFindings(arms: readonly AuditedArm[]): SharedFinding[] {
  const shared = new Map<string, { arms: string[]; finding: AuditFinding }>();
  for (const { arm, findings } of arms) {
    for (const finding of findings) {
      const key = JSON.stringify([finding.check, finding.title]);
      const known = shared.get(key);
      if (known === undefined) shared.set(key, { arms: [arm], finding });
      else known.arms.push(arm);
    }
  }
  return [...shared.values()].sort((a, b) =>
    SEVERITIES.indexOf(a.finding.severity) - SEVERITIES.indexOf(b.finding.severity)
  );
}

function describeBudget({ mode, tokens }: AuditSampleRow["budget"]): string {
  return tokens === undefined ? "no budget" : `${mode} ${formatNumber(tokens)}`;
}

function value(score: number | null): string {
  return score === null ? "none" : formatNumber(score, 2);
}

function sampleCard(sample: AuditSampleRow): string {
  const components = Object.entries(sample.components)
    .map(([name, score]) => `${name} ${value(score)}`).join(", ");
  const prompt = sample.prompt === null
    ? ""
    : `<p class="meta">prompt</p><pre>${escapeHtml(sample.prompt)}</pre>`;
  return `<div class="answer proof"><header><b>${escapeHtml(sample.label)}</b>` +
    `<span>reward ${value(sample.reward)}</span></header>` +
    `<p class="meta">${formatNumber(sample.lengthTokens)} tokens, ${
      escapeHtml(describeBudget(sample.budget))
    }; ${escapeHtml(components)}</p>${prompt}<pre>${escapeHtml(sample.completion)}</pre></div>`;
}

function proofs({ samples }: AuditFinding): string {
  const [first] = samples;
  if (first === undefined) return "";
  return `<p class="question">${escapeHtml(first.record)}: ${escapeHtml(first.question)}</p>` +
    `<p class="gold">gold answer: ${escapeHtml(first.gold)}</p>` +
    `<div class="columns">${samples.slice(0, 4).map(sampleCard).join("")}</div>`;
}

function findingBlock({ arms, finding }: SharedFinding): string {
  const { severity, title, detail, check, cases } = finding;
  return `<details class="sample"><summary><span class="labels"><span class="severity is-${severity}">` +
    `${severity}</span><span>${escapeHtml(arms.join(", "))}</span></span> ` +
    `<span class="finding-title">${escapeHtml(title)}</span></summary>` +
    `<p>${escapeHtml(detail)} (${escapeHtml(check)}, ${formatNumber(cases.found)} of ${
      formatNumber(cases.tried)
    } cases)</p>${proofs(finding)}</details>`;
}

function countTable(arms: readonly AuditedArm[]): string {
  const heads = ["arm", ...SEVERITIES, "completions tried", "longest"];
  const rows = arms.map(({ arm, findings, completions, maxTokens }) => [
    arm,
    ...SEVERITIES.map((severity) =>
      formatNumber(findings.filter((finding) => finding.severity === severity).length)
    ),
    formatNumber(completions),
    `${formatNumber(maxTokens)} tokens`,
  ]);
  return plainTable(heads, rows);
}

/** The body of an audit's section. */
export function auditBody({ arms }: AuditReport): string {
  const shared = shareFindings(arms);
  const intro =
    "<p>Made-up completions of built-in and given questions were scored before training: gold " +
    "answers, copies, wrong answers of every length, injected tags and headers, several options at once, " +
    "numbers at their limits. A severe finding means that the reward pays for what it must not, or not for " +
    "what it must. Each finding opens to the completions that prove it.</p>";
  return intro + countTable(arms) + shared.map(findingBlock).join("");
}
