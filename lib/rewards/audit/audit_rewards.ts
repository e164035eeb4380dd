/**
 * The auditor: probes a scheme of rewards before anything is trained by it.
 *
 * @module
 */
import type { Budget, QuestionRecord } from "@terse/data";
import type { RewardScheme } from "../mixture/mix_rewards.ts";
import { BUILTIN_RECORDS } from "./builtin_records.ts";
import { type AuditContext, AuditTimeError, makeContext } from "./context.ts";
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
  /** The training step whose weights and stages are tried; default 1. */
  readonly step?: number;
  /** Seconds after which the audit ends with what it has; default 120. */
  readonly timeLimitSeconds?: number;
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
 * could exploit. It sees behaviour alone, so that a user's reward is probed like the project's own. Stateful
 * rewards have what they start with.
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
  const questions = [
    ...BUILTIN_RECORDS.flatMap((record) => auditQuestion(record) ?? []),
    ...given.slice(0, PROBED_RECORDS),
  ];
  const goldOnly = given.slice(PROBED_RECORDS);
  const { budgets, maxTokens, step = 1, timeLimitSeconds = 120 } = options;
  const findings: Finding[] = [];
  let made = 0;
  let context: AuditContext | null = null;
  try {
    context = await makeContext(scheme, {
      questions,
      goldOnly,
      budgets,
      maxTokens,
      step,
      timeLimitSeconds,
    });
    for (const audit of FAMILIES) {
      findings.push(...await audit(context));
      made++;
    }
  } catch (error) {
    if (!(error instanceof AuditTimeError)) throw error;
    findings.push(cutShort(error, made));
  }
  return {
    findings: findings.toSorted((a, b) =>
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity)
    ),
    completions: context?.scored.length ?? 0,
    questions: questions.length + goldOnly.length,
  };
}

/** That the rewards were too slow to be audited whole; severe if not one family of checks was made. */
function cutShort({ message }: Error, made: number): Finding {
  return {
    check: "audit_cut_short",
    severity: made === 0 ? "severe" : "warning",
    title: `The audit ended with ${made} of ${FAMILIES.length} families of checks made: ${message}`,
    detail:
      "What was not tried was not found. Training will wait for these rewards as the audit did.",
    cases: { found: FAMILIES.length - made, tried: FAMILIES.length },
    samples: [],
  };
}
