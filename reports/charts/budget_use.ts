/**
 * Requested against used length: for each arm, the tokens that answers took by the budget that their
 * prompt named.
 *
 * @module
 */

import type { TopLevelSpec } from "vega-lite";
import { styleArms } from "../arm_style.ts";
import type { ArmRun, Run } from "../read_run.ts";
import type { EvaluationRow } from "../run_types.ts";

/** Answers drawn one by one for each arm; beyond it, evenly spaced ones are. */
const DOTS = 160;
/** Groups of neighbouring budgets in which means are taken. */
const BINS = 6;

/** An answer whose prompt named a budget, or (`answers` above 1) the mean of a group of them. */
export interface BudgetPoint {
  readonly arm: string;
  readonly mode: "exact" | "maximum";
  /** Tokens asked for, and tokens of the whole completion. */
  readonly requested: number;
  readonly used: number;
  readonly answers: number;
  readonly series: "answer" | "mean";
}

/** How closely an arm keeps one mode of budget. */
export interface BudgetAdherence {
  readonly arm: string;
  readonly mode: "exact" | "maximum";
  readonly answers: number;
  /** Mean of |used - requested| / requested. */
  readonly relativeError: number;
  /** Mean of max(0, used - requested), in tokens. */
  readonly overrunTokens: number;
  /** Share of answers with used <= requested. */
  readonly within: number;
}

type Budgeted = Pick<BudgetPoint, "mode" | "requested" | "used">;

function budgetedRows(arm: ArmRun): Budgeted[] {
  const rows: EvaluationRow[] = arm.seeds.flatMap(({ evaluationRows }) => [...evaluationRows]);
  return rows.flatMap(({ budget_mode: mode, budget_tokens: requested, tokens: used }) =>
    (mode === "exact" || mode === "maximum") && requested !== null && requested > 0
      ? [{ mode, requested, used }]
      : []
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function modesOf(rows: readonly Budgeted[]): ("exact" | "maximum")[] {
  return (["exact", "maximum"] as const).filter((mode) => rows.some((row) => row.mode === mode));
}

/** Points of every arm that was asked for a length, from all splits and seeds of its evaluation. */
export function budgetPoints(run: Run): BudgetPoint[] {
  return run.arms.flatMap((arm) => {
    const rows = budgetedRows(arm);
    return modesOf(rows).flatMap((mode) => {
      const sorted = rows.filter((row) => row.mode === mode)
        .sort((a, b) => a.requested - b.requested);
      const stride = Math.max(1, sorted.length / DOTS);
      const dots = Array.from(
        { length: Math.min(DOTS, sorted.length) },
        (_, index) => sorted[Math.floor(index * stride)]!,
      );
      const count = Math.min(BINS, sorted.length);
      const bins = Array.from(
        { length: count },
        (_, index) =>
          sorted.slice(
            Math.round(index * sorted.length / count),
            Math.round((index + 1) * sorted.length / count),
          ),
      );
      return [
        ...dots.map((row): BudgetPoint => ({
          arm: arm.name,
          ...row,
          answers: 1,
          series: "answer",
        })),
        ...bins.map((bin): BudgetPoint => ({
          arm: arm.name,
          mode,
          requested: mean(bin.map(({ requested }) => requested)),
          used: mean(bin.map(({ used }) => used)),
          answers: bin.length,
          series: "mean",
        })),
      ];
    });
  });
}

/** Adherence of every arm and mode that the evaluation asked for. */
export function budgetAdherence(run: Run): BudgetAdherence[] {
  return run.arms.flatMap((arm) => {
    const rows = budgetedRows(arm);
    return modesOf(rows).map((mode) => {
      const there = rows.filter((row) => row.mode === mode);
      return {
        arm: arm.name,
        mode,
        answers: there.length,
        relativeError: mean(there.map((r) => Math.abs(r.used - r.requested) / r.requested)),
        overrunTokens: mean(there.map((r) => Math.max(0, r.used - r.requested))),
        within: mean(there.map(({ used, requested }) => used <= requested ? 1 : 0)),
      };
    });
  });
}

/** One panel for each arm, with the line on which used equals requested; null without budgets. */
export function budgetUseSpec(run: Run): TopLevelSpec | null {
  const points = budgetPoints(run);
  if (points.length === 0) return null;
  const styles = styleArms(run.experiment);
  const shown = new Set(points.map(({ arm }) => arm));
  const longest = Math.max(...points.map(({ requested }) => requested));
  const highest = Math.max(longest, ...points.map(({ used }) => used));
  const x = {
    field: "requested",
    type: "quantitative",
    title: "tokens requested",
    scale: { domain: [0, longest * 1.04] as number[], nice: false },
    axis: { tickCount: 4, grid: false, format: "~s" },
  } as const;
  const y = {
    field: "used",
    type: "quantitative",
    title: "tokens used",
    scale: { domain: [0, highest * 1.04] as number[], nice: false },
    axis: { tickCount: 4, format: "~s" },
  } as const;
  const shape = {
    field: "mode",
    type: "nominal",
    legend: null,
    scale: {
      domain: ["exact", "maximum"] as string[],
      range: ["circle", "triangle-down"] as string[],
    },
  } as const;
  const strokeDash = {
    field: "mode",
    type: "nominal",
    legend: null,
    scale: { domain: ["exact", "maximum"] as string[], range: [[1, 0], [5, 3]] as number[][] },
  } as const;
  return {
    columns: 4,
    concat: run.arms.filter(({ name }) => shown.has(name)).map(({ name }) => {
      const color = styles.get(name)!.color;
      const of = (series: BudgetPoint["series"]) => ({
        values: points.filter((point) => point.arm === name && point.series === series),
      });
      return {
        title: { text: name, color },
        width: 190,
        height: 160,
        layer: [
          {
            data: {
              values: [{ requested: 0, used: 0 }, { requested: longest, used: longest }],
            },
            mark: { type: "line", color: "#8a9099", strokeDash: [4, 3], strokeWidth: 1.2 },
            encoding: { x, y },
          },
          {
            data: of("answer"),
            mark: { type: "point", filled: true, size: 14, opacity: 0.22, color },
            encoding: { x, y, shape },
          },
          {
            data: of("mean"),
            mark: { type: "line", color, strokeWidth: 1.6 },
            encoding: { x, y, strokeDash },
          },
          {
            data: of("mean"),
            mark: { type: "point", filled: true, size: 62, opacity: 1, color },
            encoding: { x, y, shape },
          },
        ],
      };
    }),
    resolve: { scale: { shape: "independent", strokeDash: "independent" } },
  };
}
