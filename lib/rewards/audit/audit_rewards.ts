/**
 * The auditor: probes a scheme of rewards before anything is trained by it.
 *
 * @module
 */
import type { Budget, QuestionRecord } from "@terse/data";
import type { RewardScheme } from "../mixture/mix_rewards.ts";
import { BUILTIN_RECORDS } from "./builtin_records.ts";
import { type AuditContext, makeContext } from "./context.ts";
import { auditDegenerate } from "./degenerate.ts";
import { type Finding, SEVERITIES } from "./finding.ts";
import { auditGold } from "./gold.ts";
import { auditHedging } from "./hedging.ts";
import { auditInjection } from "./injection.ts";
import { auditLengthOrder } from "./length_order.ts";
import { auditNumbers } from "./numbers.ts";
import { auditOpenParts } from "./open_parts.ts";
import { auditQuestion } from "./sample.ts";
import { auditScales } from "./scales.ts";
import { auditThresholds } from "./thresholds.ts";
import { auditWritings } from "./writings.ts";

/** What an audit is made with. */
export interface AuditOptions {
  /** Questions beside the built-in ones; the first are probed in every way, of the rest the gold answer. */
  readonly records?: readonly QuestionRecord[];
  /** Budgets that prompts may name; at least one. */
  readonly budgets: readonly Budget[];
  /** The most tokens that a completion may have. */
  readonly maxTokens: number;
}

/** What an audit came to. */
export interface Audit {
  /** Severe ones first. */
  readonly findings: readonly Finding[];
  /** Completions that were scored. */
  readonly completions: number;
  /** Questions that they answer. */
  readonly questions: number;
}

/** Families of checks; the last looks at all that the others scored. */
const FAMILIES: readonly ((context: AuditContext) => Promise<Finding[]>)[] = [
  auditGold,
  auditThresholds,
  auditOpenParts,
  auditLengthOrder,
  auditInjection,
  auditHedging,
  auditNumbers,
  auditDegenerate,
  auditWritings,
  auditScales,
];

/** Questions of the data that are probed in every way. */
const PROBED_RECORDS = 6;

/**
 * Probes a scheme: scores made-up completions of built-in and given questions and looks for what a policy
 * could exploit. It sees behaviour alone, so that a user's reward is probed like the project's own. In step
 * 1, and stateful rewards with what they start with.
 *
 * @example
 * ```ts
 * import { answerReward, auditRewards, DEFAULT_FAILURE_POLICY, formatReward } from "@terse/rewards";
 * import { assertEquals } from "@std/assert";
 * const { findings } = await auditRewards({
 *   components: [
 *     { name: "format", weight: 1, reward: formatReward() },
 *     { name: "answer", weight: 1, reward: answerReward() },
 *   ],
 *   mixture: { combine: "sum" },
 *   failures: DEFAULT_FAILURE_POLICY,
 * }, { budgets: [{ mode: "none" }], maxTokens: 256 });
 * assertEquals(findings.filter(({ severity }) => severity === "severe"), []);
 * ```
 */
export async function auditRewards(scheme: RewardScheme, options: AuditOptions): Promise<Audit> {
  const given = (options.records ?? []).flatMap((record) => auditQuestion(record) ?? []);
  const context = await makeContext(scheme, {
    questions: [
      ...BUILTIN_RECORDS.flatMap((record) => auditQuestion(record) ?? []),
      ...given.slice(0, PROBED_RECORDS),
    ],
    goldOnly: given.slice(PROBED_RECORDS),
    budgets: options.budgets,
    maxTokens: options.maxTokens,
  });
  const findings: Finding[] = [];
  for (const audit of FAMILIES) findings.push(...await audit(context));
  return {
    findings: findings.toSorted((a, b) =>
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity)
    ),
    completions: context.scored.length,
    questions: context.questions.length + context.goldOnly.length,
  };
}
