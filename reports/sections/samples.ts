/**
 * Sample completions side by side: the same question, one column for each arm.
 *
 * @module
 */

import { escapeHtml } from "../escape.ts";
import { count, formatNumber } from "../format.ts";
import type { ArmRun, Run } from "../read_run.ts";
import type { EvaluationRow } from "../run_types.ts";
import { armMark } from "./arm_key.ts";
import type { ShownSplit } from "./splits.ts";

/** Characters of a completion that are shown: so many of its beginning, and of its end. */
const BEGINNING = 1200;
const END = 600;
const QUESTION_LENGTH = 1500;

/** One question with the answer of each arm that has one. */
export interface Sample {
  readonly split: string;
  readonly kind: string;
  readonly question: string;
  readonly gold: string;
  /** Why it was chosen. */
  readonly choice: "first of its kind" | "arms disagree most";
  readonly answers: readonly { readonly arm: string; readonly row: EvaluationRow }[];
}

/** The first sample of each question of a split, from an arm's first seed that has any. */
function firstAnswers(arm: ArmRun, split: string): Map<string, EvaluationRow> {
  const rows = arm.seeds.find((seed) => seed.evaluationRows.length > 0)?.evaluationRows ?? [];
  const answers = new Map<string, EvaluationRow>();
  for (const row of rows) {
    if (row.split === split && !answers.has(row.prompt_id)) answers.set(row.prompt_id, row);
  }
  return answers;
}

/** How far the answers are from all right or all wrong: 0 if they agree, at most 0.5. */
function disagreement({ answers }: Sample): number {
  const right = answers.filter(({ row }) => row.correct).length / answers.length;
  return Math.min(right, 1 - right);
}

/**
 * Chooses questions by rule, not by hand: of every kind in every split the first one in the file, and
 * the one on which the arms disagree most (the earliest of several), if any do.
 *
 * @param splits Splits to choose from, in the order shown.
 */
export function chooseSamples(run: Run, splits: readonly { readonly name: string }[]): Sample[] {
  return splits.flatMap(({ name }) => {
    const byArm = run.arms.map((arm) => ({ arm: arm.name, rows: firstAnswers(arm, name) }));
    const byKind = new Map<string, Sample[]>();
    for (const id of new Set(byArm.flatMap(({ rows }) => [...rows.keys()]))) {
      const answers = byArm.flatMap(({ arm, rows }) => {
        const row = rows.get(id);
        return row === undefined ? [] : [{ arm, row }];
      });
      const { kind, question, gold } = answers[0]!.row;
      const sample = { split: name, kind, question, gold, choice: "first of its kind", answers };
      byKind.set(kind, [...byKind.get(kind) ?? [], sample as Sample]);
    }
    return [...byKind.values()].flatMap(([first, ...others]) => {
      const most = others.reduce<Sample | undefined>(
        (kept, next) => kept === undefined || disagreement(next) > disagreement(kept) ? next : kept,
        undefined,
      );
      return most === undefined || disagreement(most) === 0
        ? [first!]
        : [first!, { ...most, choice: "arms disagree most" as const }];
    });
  });
}

/** A long text with its middle left out, and a word on how much that was. */
function shorten(text: string, beginning: number, end: number): string {
  const left = text.length - beginning - end;
  if (left <= 0) return escapeHtml(text);
  return `${escapeHtml(text.slice(0, beginning))}<span class="cut">\u2026 ${
    formatNumber(left)
  } characters left out \u2026</span>${escapeHtml(end === 0 ? "" : text.slice(-end))}`;
}

/** Sets the tags of the answer format apart. Works on escaped text, so nothing becomes markup. */
function highlightTags(escaped: string): string {
  return escaped.replace(
    /&lt;(\/?(?:think|answer))&gt;/g,
    '<span class="tag">&lt;$1&gt;</span>',
  );
}

function describeBudget({ budget_mode: mode, budget_tokens: tokens }: EvaluationRow): string {
  return (mode === "exact" || mode === "maximum") && tokens !== null
    ? `, asked for ${mode === "exact" ? "" : "at most "}${formatNumber(tokens)}`
    : "";
}

function answerColumn(run: Run, arm: string, row: EvaluationRow): string {
  const verdict = row.correct
    ? '<span class="right">&#10003; right</span>'
    : '<span class="wrong">&#10007; wrong</span>';
  const cut = row.finish_reason === "length" ? ", cut at the limit" : "";
  return `<div class="answer ${row.correct ? "is-right" : "is-wrong"}"><header>${
    armMark(run, arm)
  }<b>${escapeHtml(arm)}</b>${verdict}</header><p class="meta">${count(row.tokens, "token")}${
    describeBudget(row)
  }${cut}</p><pre tabindex="0" dir="auto">${
    highlightTags(shorten(row.completion, BEGINNING, END))
  }</pre></div>`;
}

/** The chosen questions, each folded with its marks in view; the first is open. */
export function sampleSection(run: Run, splits: readonly ShownSplit[]): string {
  const samples = chooseSamples(run, splits);
  const blocks = samples.map((sample, index) => {
    const marks = sample.answers.map(({ arm, row }) =>
      `<span class="${row.correct ? "right" : "wrong"}" title="${escapeHtml(arm)}: ${
        row.correct ? "right" : "wrong"
      }">${row.correct ? "&#10003;" : "&#10007;"}</span>`
    ).join("");
    const split = splits.find(({ name }) => name === sample.split)!.title;
    const teaser = sample.question.replace(/\s+/g, " ").slice(0, 140);
    return `<details class="sample"${index === 0 ? " open" : ""}><summary><span class="labels">` +
      `<span>${escapeHtml(split)}</span><span>${escapeHtml(sample.kind)}</span>` +
      `<span>${sample.choice}</span></span><span class="teaser">${escapeHtml(teaser)}${
        sample.question.length > 140 ? "\u2026" : ""
      }</span><span class="verdicts">${marks}</span></summary>` +
      `<p class="question">${shorten(sample.question, QUESTION_LENGTH, 0)}</p>` +
      `<p class="gold"><b>Right answer:</b> ${shorten(sample.gold, 300, 0)}</p>` +
      `<div class="columns">${
        sample.answers.map(({ arm, row }) => answerColumn(run, arm, row)).join("")
      }</div></details>`;
  });
  return blocks.join("");
}
