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
  /** The training step whose weights and stages were tried. */
  readonly step: number;
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

/** What an arm's audit is made with. */
type ArmToAudit = Pick<ArmAudit, "arm" | "title" | "budgets" | "maxTokens" | "step">;

/** Audits one scheme as an arm. */
export async function auditScheme(
  tried: ArmToAudit,
  scheme: RewardScheme,
  records: readonly QuestionRecord[],
  timeLimitSeconds: number,
): Promise<ArmAudit> {
  const { budgets, maxTokens, step } = tried;
  const audit = await auditRewards(scheme, { records, budgets, maxTokens, step, timeLimitSeconds });
  return { ...tried, ...audit };
}

/**
 * Audits arms of an experiment with the budgets and lengths of its settings, in the last step: weights that
 * rise and limits that fall have come to their end.
 *
 * @param records Questions beside the built-in ones.
 * @param arms Names; null for all.
 * @param added Users' rewards from the command line.
 * @param timeLimitSeconds For all arms together: what is left is divided among those that are left.
 */
export async function auditExperiment(
  experiment: Experiment,
  settingsName: SettingsName,
  records: readonly QuestionRecord[],
  arms: readonly string[] | null,
  added: readonly AddedReward[],
  timeLimitSeconds: number,
): Promise<AuditFile> {
  const settings = experiment.settings[settingsName];
  const budgets = budgetsToAudit(settings.budgets);
  const audited = experiment.arms.filter(({ name }) => arms === null || arms.includes(name));
  const startMs = performance.now();
  const audits: ArmAudit[] = [];
  for (const arm of audited) {
    const { maxCompletionLength } = { ...settings.training, ...arm.overrides };
    const leftSeconds = timeLimitSeconds - (performance.now() - startMs) / 1000;
    audits.push(
      await auditScheme(
        {
          arm: arm.name,
          title: arm.title,
          budgets,
          maxTokens: maxCompletionLength,
          step: settings.steps,
        },
        rewardScheme(arm, settings, added),
        records,
        Math.max(0, leftSeconds / (audited.length - audits.length)),
      ),
    );
  }
  return { name: experiment.name, arms: audits };
}
