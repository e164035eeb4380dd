/**
 * What the files of a run folder hold, as far as a report uses it.
 *
 * @module
 */

/** A mean and the ends of its 95 % interval; null where the run could not compute it. */
export interface Interval {
  /** The mean. */
  readonly mean: number | null;
  /** Lower end. */
  readonly low: number | null;
  /** Upper end. */
  readonly high: number | null;
}

/** `experiment.json`: what was asked and where it ran. */
export interface ExperimentFile {
  /** Begins the run folder's name. */
  readonly name: string;
  /** Heads the report. */
  readonly title: string;
  /** What the experiment asks, in a sentence. */
  readonly question: string;
  /** What the arms have in common. */
  readonly description: string;
  /** The engine and why it was taken. */
  readonly engine: {
    readonly name: string;
    readonly reason: string;
    /** Whether steps ran as graphs: auto, on or off. */
    readonly compile: string;
    /** Whether a graphics card was let round products to TF32. */
    readonly tf32: boolean;
  };
  /** The model and its size. */
  readonly model: { readonly name: string; readonly parameters: number };
  /** The questions, their hash, and their number by split. */
  readonly data: {
    readonly description: string;
    readonly hash: string;
    readonly counts: Readonly<Record<string, number>>;
    /** The prompts' wording; absent in runs older than it. */
    readonly template?: { readonly name: string; readonly hash: string } | undefined;
  };
  /** Seeds of every arm. */
  readonly seeds: readonly number[];
  /** Training steps of every arm. */
  readonly steps: number;
  /** All arms, with the policy before training. */
  readonly arms: readonly {
    readonly name: string;
    readonly title: string;
    readonly description: string;
  }[];
  /** Commit of the code; absent or null if it is not known. */
  readonly commit?: string | null | undefined;
  /** Version of the runtime. */
  readonly denoVersion: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** The machine. */
  readonly host: { readonly cores: number; readonly memoryBytes: number };
  /** How answers were sampled: `samples` of each question, from these splits. */
  readonly evaluation: {
    readonly temperature: number;
    readonly samples: number;
    readonly splits: readonly string[];
  };
  /** The arm that is the policy before training. */
  readonly baselineArm: string;
  /** The arm that differences are taken from. */
  readonly referenceArm: string;
}

/** `status.json` of an arm under one seed. */
export interface Status {
  /** How it stands. */
  readonly state: "running" | "done" | "failed" | "stopped";
  /** Training steps finished. */
  readonly step: number;
  /** Training steps asked for. */
  readonly steps: number;
  /** Why it failed. */
  readonly error?: string | null | undefined;
  /** Largest resident memory of its process. */
  readonly peakBytes?: number | null | undefined;
}

/** `memory.json` of an arm under one seed: what was predicted before it began. */
export interface MemoryFile {
  /** Most bytes of the process, with all prompts and completions at their full length. */
  readonly processBytes: number;
}

/** One split in `evaluation.json`. */
export interface SplitEvaluation {
  /** Questions. */
  readonly n: number;
  /** By kind of question: questions and the share of right answers. */
  readonly byKind?:
    | Readonly<Record<string, { readonly n: number; readonly accuracy: number | null }>>
    | undefined;
}

/** `evaluation.json` of an arm under one seed. */
export interface Evaluation {
  /** By split. */
  readonly splits: Readonly<Record<string, SplitEvaluation>>;
}

/** Means and intervals of one arm on one split. */
export interface SplitSummary {
  /** Share of right answers, 0..1. */
  readonly accuracy: Interval;
  /** Tokens of an answer. */
  readonly tokens: Interval;
  /** Reward of an answer. */
  readonly reward?: Interval | undefined;
  /** Accuracy minus the reference arm's; absent or null for the reference arm itself. */
  readonly deltaAccuracyVsReference?: Interval | null | undefined;
  /** Tokens minus the reference arm's; absent or null for the reference arm itself. */
  readonly deltaTokensVsReference?: Interval | null | undefined;
}

/** One arm in `summary.json`. */
export interface ArmSummary {
  /** Name. */
  readonly arm: string;
  /** Seeds that finished. */
  readonly seeds: readonly number[];
  /** Seeds that did not, and why. */
  readonly failed: readonly { readonly seed: number; readonly error: string }[];
  /** By split; empty if no seed finished. */
  readonly splits: Readonly<Record<string, SplitSummary>>;
}

/** `summary.json`: what the run found. */
export interface Summary {
  /** All arms. */
  readonly arms: readonly ArmSummary[];
  /** How the intervals were made, in words. */
  readonly intervals: string;
}

/** One line of `metrics.jsonl`: the step (from 1) and numbers under TRL's names. */
export type MetricsRow = Readonly<Record<string, number | null>> & { readonly step: number };

/** One line of `diagnoses.jsonl`: something that is wrong with the training begins or ends. */
export interface Diagnosis {
  /** The step that told of it. */
  readonly step: number;
  /** Which of the things that are looked for. */
  readonly cause: string;
  /** Which end of it this is. */
  readonly state: "began" | "ended";
  /** All of it in words. */
  readonly sentence: string;
}

/** One row of `evaluation.parquet`: one sampled answer to one question. */
export interface EvaluationRow {
  /** `test` or `ood`. */
  readonly split: string;
  /** The question. */
  readonly prompt_id: string;
  /** Number of the answer among those to the question, from 0. */
  readonly sample: number;
  /** Kind of question. */
  readonly kind: string;
  /** Text of the question. */
  readonly question: string;
  /** What the model wrote. */
  readonly completion: string;
  /** Tokens of the completion. */
  readonly tokens: number;
  /** `stop`, or `length` if it was cut. */
  readonly finish_reason: string;
  /** `none`, `exact` or `maximum`. */
  readonly budget_mode: string | null;
  /** Tokens that the prompt named; null without a budget. */
  readonly budget_tokens: number | null;
  /** The right answer. */
  readonly gold: string;
  /** Whether the completion's answer is right. */
  readonly correct: boolean;
}
