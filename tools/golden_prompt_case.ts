/**
 * What a golden case of the reference's prompts holds.
 *
 * @module
 */
import type { Budget, ChatMessage } from "@terse/data";

/** A row of the reference's data preparation, and what it made of it. */
export interface PromptGoldenCase {
  readonly id: string;
  /** Name of the data set in the reference; it chooses the instruction. */
  readonly dataset_type: string;
  readonly split: string;
  readonly call_index: number;
  readonly example: Readonly<Record<string, unknown>>;
  /** -1 for none, else exact from 0 on and a maximum below -1; absent where the reference raises. */
  readonly budget?: number;
  readonly expected: {
    readonly messages?: readonly ChatMessage[];
    readonly training_prompt_text?: string;
    readonly error?: { readonly type: string };
  };
}

/** Whether a golden case is one of prompts. */
export function isPromptGoldenCase(value: unknown): value is PromptGoldenCase {
  return typeof value === "object" && value !== null && "dataset_type" in value &&
    "example" in value && "expected" in value;
}

/** The forms of answer that the reference tells apart. */
export type Form = "choice" | "decimal" | "open";

/** The instruction that the reference chooses for a data set (its deepscaler_dataset.py, make_map_fn). */
export const FORMS: Readonly<Record<string, Form>> = {
  HUATUO: "open",
  HUATUO_TEST: "open",
  MEDCALC: "decimal",
  MEDCALC_TEST: "decimal",
  EHRNOTEQA: "choice",
  EHRNOTEQA_TEST: "choice",
  MEDIQ: "choice",
  MEDIQ_TEST: "choice",
  MEDOPTION: "choice",
  MEDOPTION_TEST: "choice",
  MEDRL: "choice",
  MEDXPERTQA: "choice",
  MEDXPERTQA_TEST: "choice",
};

/** A value as Python writes it into a text; for what JSON can hold, lists and objects excluded. */
export function showPython(value: unknown): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  return String(value);
}

/** A budget from the reference's number. */
export function budgetOf(numTokens: number): Budget {
  if (numTokens === -1) return { mode: "none" };
  return { mode: numTokens < 0 ? "maximum" : "exact", tokens: Math.abs(numTokens) };
}
