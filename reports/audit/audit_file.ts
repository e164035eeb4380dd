/**
 * Content of audit.json, as far as a page shows it.
 *
 * @module
 */

import { z } from "zod";

/** A completion that proves a finding. */
export interface AuditSampleRow {
  readonly label: string;
  readonly record: string;
  readonly question: string;
  readonly gold: string;
  readonly prompt: string | null;
  readonly completion: string;
  readonly lengthTokens: number;
  readonly budget: { readonly mode: string; readonly tokens?: number | undefined };
  readonly reward: number | null;
  readonly components: Readonly<Record<string, number | null>>;
}

/** One finding of an audit. */
export interface AuditFinding {
  readonly check: string;
  readonly severity: "severe" | "warning" | "note";
  readonly title: string;
  readonly detail: string;
  readonly cases: { readonly found: number; readonly tried: number };
  readonly samples: readonly AuditSampleRow[];
}

/** The audit of one arm. */
export interface AuditedArm {
  readonly arm: string;
  readonly title: string;
  readonly maxTokens: number;
  readonly completions: number;
  readonly questions: number;
  readonly findings: readonly AuditFinding[];
}

/** A whole audit. */
export interface AuditReport {
  readonly name: string;
  readonly arms: readonly AuditedArm[];
}

const text = z.string();
const number = z.number();

const finding = z.object({
  check: text,
  severity: z.enum(["severe", "warning", "note"]),
  title: text,
  detail: text,
  cases: z.object({ found: number, tried: number }),
  samples: z.array(z.object({
    label: text,
    record: text,
    question: text,
    gold: text,
    prompt: text.nullable(),
    completion: text,
    lengthTokens: number,
    budget: z.object({ mode: text, tokens: number.optional() }),
    reward: number.nullable(),
    components: z.record(text, number.nullable()),
  })),
});

/** Schema of audit.json. */
export const auditSchema: z.ZodType<AuditReport> = z.object({
  name: text,
  arms: z.array(z.object({
    arm: text,
    title: text,
    maxTokens: number,
    completions: number,
    questions: number,
    findings: z.array(finding),
  })),
});
