/**
 * Audits of an experiment's arms under the settings of a run.
 *
 * @module
 */

import type { Budget, BudgetSpec, PlainBudgetSpec, QuestionRecord } from "@terse/data";
import { type Audit, auditRewards, type RewardScheme } from "@terse/rewards";
import type { AddedReward } from "../added_rewards.ts";
import { type Experiment, rewardScheme, type SettingsName } from "../experiment.ts";

/** The audit of one arm. */
export interface ArmAudit extends Audit {
  readonly arm: string;
  readonly title: string;
  /** What was tried: budgets that prompts name, and the most tokens of a completion. */
  readonly budgets: readonly Budget[];
  readonly maxTokens: number;
}

/** Content of audit.json. */
export interface AuditFile {
  /** What was audited. */
  readonly name: string;
  readonly arms: readonly ArmAudit[];
}

function budgetsOfPlain(spec: PlainBudgetSpec): Budget[] {
  switch (spec.kind) {
    case "none":
      return [{ mode: "none" }];
    case "fixed":
      return [{ mode: spec.mode, tokens: spec.tokens }];
    default: {
      const middle = Math.round((spec.low + spec.high) / 2);
      return [...new Set([spec.low, middle, spec.high])].map((tokens) => ({
        mode: spec.mode,
        tokens,
      }));
    }
  }
}

/**
 * The budgets that an audit tries of those that a run may draw: of a range its ends and its middle.
 *
 * @example
 * ```ts
 * import { budgetsToAudit } from "./audit_arms.ts";
 * import { assertEquals } from "@std/assert";
 * const spec = { kind: "uniform", mode: "maximum", low: 80, high: 120 } as const;
 * assertEquals(budgetsToAudit(spec).map((b) => b.mode === "none" ? 0 : b.tokens), [80, 100, 120]);
 * ```
 */
export function budgetsToAudit(spec: BudgetSpec): Budget[] {
  return spec.kind === "halves"
    ? [...budgetsOfPlain(spec.first), ...budgetsOfPlain(spec.second)]
    : budgetsOfPlain(spec);
}

/** Audits one scheme as an arm. */
export async function auditScheme(
  { arm, title, budgets, maxTokens }: Pick<ArmAudit, "arm" | "title" | "budgets" | "maxTokens">,
  scheme: RewardScheme,
  records: readonly QuestionRecord[],
): Promise<ArmAudit> {
  const audit = await auditRewards(scheme, { records, budgets, maxTokens });
  return { arm, title, budgets, maxTokens, ...audit };
}

/**
 * Audits arms of an experiment with the budgets and lengths of its settings.
 *
 * @param records Questions beside the built-in ones.
 * @param arms Names; null for all.
 * @param added Users' rewards from the command line.
 */
export async function auditExperiment(
  experiment: Experiment,
  settingsName: SettingsName,
  records: readonly QuestionRecord[],
  arms: readonly string[] | null,
  added: readonly AddedReward[],
): Promise<AuditFile> {
  const settings = experiment.settings[settingsName];
  const budgets = budgetsToAudit(settings.budgets);
  const audits: ArmAudit[] = [];
  for (const arm of experiment.arms) {
    if (arms !== null && !arms.includes(arm.name)) continue;
    const { maxCompletionLength } = { ...settings.training, ...arm.overrides };
    const tried = { arm: arm.name, title: arm.title, budgets, maxTokens: maxCompletionLength };
    audits.push(await auditScheme(tried, rewardScheme(arm, settings, added), records));
  }
  return { name: experiment.name, arms: audits };
}
