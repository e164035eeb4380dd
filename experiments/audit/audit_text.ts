/**
 * An audit as text.
 *
 * @module
 */

import type { Budget } from "@terse/data";
import { type Finding, type ProvingSample, SEVERITIES, type Severity } from "@terse/rewards";
import { formatTable } from "../table.ts";
import type { ArmAudit, AuditFile } from "./audit_arms.ts";

/** Characters of a completion's beginning and end that are shown; the answer stands at its end. */
const SHOWN = { begin: 40, end: 90 };

/** How many findings of a severity the arms have together. */
export function countFindings({ arms }: AuditFile, severity: Severity): number {
  return arms.reduce(
    (sum, { findings }) => sum + findings.filter((finding) => finding.severity === severity).length,
    0,
  );
}

function shortened(text: string): string {
  const shown = JSON.stringify(text);
  const { begin, end } = SHOWN;
  return shown.length <= begin + end + 5
    ? shown
    : `${shown.slice(0, begin)} ... ${shown.slice(-end)}`;
}

function shortNumber(value: number | null): string {
  return value === null ? "none" : String(Number(value.toPrecision(4)));
}

function describeBudget(budget: Budget): string {
  return budget.mode === "none" ? "no budget" : `${budget.mode} ${budget.tokens}`;
}

function describeSample(sample: ProvingSample): string[] {
  const components = Object.entries(sample.components)
    .map(([name, value]) => `${name} ${shortNumber(value)}`).join(", ");
  return [
    `      ${sample.label} (${sample.record}, ${sample.lengthTokens} tokens, ${
      describeBudget(sample.budget)
    }): ` + `reward ${shortNumber(sample.reward)} = ${components}`,
    `        ${shortened(sample.completion)}`,
  ];
}

/** A table of an arm's findings; the last column is as long as its sentences. */
function tabulateFindings(findings: readonly Finding[]): string[] {
  const rows = [
    ["severity", "check", "cases", "what was found"],
    ...findings.map(({ severity, check, cases, title }) => [
      severity,
      check,
      `${cases.found} of ${cases.tried}`,
      title,
    ]),
  ];
  const widths = rows[0]!.map((_, c) => Math.max(...rows.map((row) => row[c]!.length)));
  return rows.map((row) =>
    `  ${row.map((cell, c) => cell.padEnd(widths[c]!)).join("  ").trimEnd()}`
  );
}

function proveFinding({ check, detail, samples }: Finding): string[] {
  return [`  ${check}: ${detail}`, ...samples.slice(0, 3).flatMap(describeSample)];
}

function describeArm(
  { arm, title, findings, completions, questions, budgets, maxTokens }: ArmAudit,
) {
  return [
    `${arm} (${title}): ${completions} completions of ${questions} questions; ${
      budgets.map(describeBudget).join(", ")
    }; up to ${maxTokens} tokens`,
    ...(findings.length === 0 ? [] : tabulateFindings(findings)),
    "",
    ...findings.flatMap((finding) => [...proveFinding(finding), ""]),
  ];
}

/** A table of each arm's findings, the samples that prove them, and a table of counts. */
export function formatAudit(audit: AuditFile): string {
  const rows = audit.arms.map(({ arm, findings }) => [
    arm,
    ...SEVERITIES.map((severity) =>
      String(findings.filter((finding) => finding.severity === severity).length)
    ),
  ]);
  return [
    ...audit.arms.flatMap(describeArm),
    formatTable(["arm", ...SEVERITIES], rows),
  ].join("\n");
}

function countWords(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

/** What an audit found in one line. */
export function summarizeAudit(audit: AuditFile): string {
  const severe = audit.arms.flatMap(({ arm, findings }) =>
    findings.filter(({ severity }) => severity === "severe").map(({ title }) => ({ arm, title }))
  );
  const warned = audit.arms.filter(({ findings }) =>
    findings.some(({ severity }) => severity === "warning")
  ).map(({ arm }) => arm);
  const warnings = countFindings(audit, "warning");
  const tail = warnings === 0
    ? "no warning"
    : `${countWords(warnings, "warning")} (${warned.join(", ")})`;
  const [first, ...others] = severe;
  if (first === undefined) return `nothing severe, ${tail}`;
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  return `${
    countWords(severe.length, "severe finding")
  }: ${first.arm}: ${first.title}${more}; ${tail}`;
}
