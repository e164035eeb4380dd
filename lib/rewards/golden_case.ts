/**
 * What a golden case of the released rewards and metrics holds.
 *
 * @module
 */
import type { PythonValue } from "./as_released/python_text.ts";
import type { ReleasedItem, ReleasedSettings } from "./as_released/question_scores.ts";

/** What a golden case tests. */
export type GoldenKind =
  | "format_answer"
  | "open_text"
  | "delta"
  | "reward_tensor"
  | "val"
  | "val_aggregate"
  | "offline"
  | "offline_aggregate";

/** The released reward's settings in a case. */
export interface GoldenSettings {
  readonly reward_metric: string;
  readonly reward_type: string;
  readonly bleu_threshold: number;
  readonly scale_factor: number;
  readonly check_think?: boolean;
}

/** A case's fields; which of them stand depends on its kind, so `goldenKind` must come first. */
export interface GoldenCase {
  readonly id: string;
  readonly expected: Readonly<Record<string, unknown>>;
  readonly prompt: string;
  readonly response: string;
  readonly responses: readonly string[];
  readonly data_source: string;
  readonly ground_truth: PythonValue;
  readonly lower?: PythonValue;
  readonly upper?: PythonValue;
  readonly settings: GoldenSettings & {
    readonly num_tokens: number;
    readonly valid_response_length: number;
  };
  readonly reference_answer: string;
  readonly prediction: string;
  readonly num_tokens: number;
  readonly used_tokens: number;
  readonly items: readonly GoldenCase[];
  readonly prompts: readonly GoldenCase[];
  readonly eos: boolean;
  readonly max_response_length: number;
  readonly metric: string;
  readonly bleu_threshold: number;
}

const KINDS: readonly string[] = [
  "delta",
  "reward_tensor",
  "val",
  "val_aggregate",
  "offline",
  "offline_aggregate",
];

/**
 * The kind of a case of the reward and metric files, or null if it is none of them.
 *
 * @example
 * ```ts
 * import { goldenKind } from "@terse/rewards";
 * import { assertEquals } from "@std/assert";
 * assertEquals(goldenKind({ reference_answer: "iron", prediction: "iron", expected: {} }), "open_text");
 * assertEquals(goldenKind({ kind: "kl_penalty" }), null);
 * ```
 */
export function goldenKind(caseObject: unknown): GoldenKind | null {
  if (typeof caseObject !== "object" || caseObject === null) return null;
  if (!("expected" in caseObject)) return null;
  if ("kind" in caseObject) {
    const { kind } = caseObject;
    return typeof kind === "string" && KINDS.includes(kind) ? kind as GoldenKind : null;
  }
  if ("reference_answer" in caseObject && "prediction" in caseObject) return "open_text";
  return "response" in caseObject && "settings" in caseObject ? "format_answer" : null;
}

/** The released data row that a case quotes. */
export function readItem(row: GoldenCase): ReleasedItem {
  const { data_source, ground_truth, lower, upper } = row;
  return {
    dataSource: data_source,
    groundTruth: ground_truth,
    lower: lower ?? null,
    upper: upper ?? null,
  };
}

/** A case's settings. */
export function readSettings(settings: GoldenSettings): ReleasedSettings {
  return {
    rewardMetric: settings.reward_metric,
    rewardType: settings.reward_type,
    bleuThreshold: settings.bleu_threshold,
    scaleFactor: settings.scale_factor,
    checkThink: settings.check_think ?? true,
  };
}
