/**
 * What an audit finds, as plain data.
 *
 * @module
 */
import type { Budget } from "@terse/data";

/**
 * `severe`: the reward pays for what it must not, or not for what it must, so that training would learn
 * something else. `warning`: it can, or it misses right answers. `note`: what a reader should know.
 */
export type Severity = "severe" | "warning" | "note";

/** In the order of reports. */
export const SEVERITIES: readonly Severity[] = ["severe", "warning", "note"];

/** A completion that proves a finding, with all that scored it. */
export interface ProvingSample {
  /** What the completion stands for, e.g. "one word of the reference". */
  readonly label: string;
  /** Source and id of the question. */
  readonly record: string;
  readonly question: string;
  /** The gold answer as text. */
  readonly gold: string;
  /** Text of the prompt, where the prompt is what matters; else null. */
  readonly prompt: string | null;
  /** A long one without its middle. */
  readonly completion: string;
  readonly lengthTokens: number;
  readonly budget: Budget;
  /** The reward under the scheme; null if it could not be had. */
  readonly reward: number | null;
  /** Unweighted scores by component. */
  readonly components: Readonly<Record<string, number | null>>;
}

/** One finding. */
export interface Finding {
  /** Name of the check, e.g. `one_word_paid_in_full`; the same in every audit. */
  readonly check: string;
  readonly severity: Severity;
  /** What was found, in a sentence. */
  readonly title: string;
  /** What it does to training, or what mends it. */
  readonly detail: string;
  /** In how many cases it was found, of how many that were tried. */
  readonly cases: { readonly found: number; readonly tried: number };
  /** The completions that prove it, those to compare side by side. */
  readonly samples: readonly ProvingSample[];
}
