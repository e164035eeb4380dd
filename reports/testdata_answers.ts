/**
 * Made-up answers for a made-up run: three kinds of question, lengths around a budget, and, under some
 * questions, text that tries to leave its place in the page.
 *
 * @module
 */

import { type Cell, type TableSchema, uniform } from "@terse/data";

/** Completions that must not reach the page unescaped or whole. */
export const HOSTILE = {
  script: "<script>alert(1)</script>",
  endTag: "</script></pre></details><img src=x onerror=alert(2)>",
  unicode: "\u202ereversed\u2028 \ud83e\ude7a \u0000 \u00e9",
  long: "x".repeat(100_000),
} as const;

/** One row of `evaluation.parquet`. */
export type MadeAnswer = Readonly<Record<string, Cell>> & {
  readonly split: string;
  readonly kind: string;
  readonly tokens: number;
  readonly thinking_tokens: number;
  readonly correct: boolean;
  readonly reward: number;
};

/** Columns of `evaluation.parquet`. */
export const EVALUATION_SCHEMA: TableSchema = {
  split: "string",
  prompt_id: "string",
  sample: "int",
  source: "string",
  kind: "string",
  question: "string",
  prompt: "string",
  completion: "string",
  tokens: "int",
  thinking_tokens: "int",
  finish_reason: "string",
  budget_mode: "string",
  budget_tokens: "int",
  gold: "string",
  correct: "bool",
  format_ok: "bool",
  reward: "float",
};

/** Columns of a step's rollouts. */
export const ROLLOUT_SCHEMA: TableSchema = {
  step: "int",
  prompt_id: "string",
  sample: "int",
  source: "string",
  kind: "string",
  prompt: "string",
  completion: "string",
  tokens: "int",
  thinking_tokens: "int",
  finish_reason: "string",
  budget_mode: "string",
  budget_tokens: "int",
  gold: "string",
  correct: "bool",
  reward: "float",
  advantage: "float",
  component_format: "float",
  component_length: "float",
};

const KINDS = [
  {
    kind: "choice",
    question:
      "A patient has a potassium of 6.4 mmol/l and wide QRS complexes. What comes first?\n" +
      "A. Calcium\nB. Insulin\nC. A resin\nD. Dialysis",
    gold: "A",
    wrong: "B",
  },
  {
    kind: "calculation",
    question: "Weight 80 kg, height 1.75 m. What is the body-mass index in kg/m2?",
    gold: "26.1",
    wrong: "24.0",
  },
  {
    kind: "open",
    question: "Which hormone do the beta cells of the pancreas release?",
    gold: "insulin",
    wrong: "glucagon",
  },
] as const;

const HOSTILE_TEXTS = Object.values(HOSTILE);

/** What {@linkcode makeAnswers} makes. */
export interface AnswerPlan {
  readonly name: string;
  readonly accuracy: number;
  readonly tokens: number;
  readonly seed: number;
  readonly splits: readonly string[];
  /** Questions of each split. */
  readonly questions: number;
}

/** How close to its budget each arm stays: the share of the request in the length. */
function obedience(arm: string): number {
  return arm === "exact" || arm === "gated" ? 0.9 : arm === "maximum" ? 0.6 : 0.05;
}

function makeAnswer(plan: AnswerPlan, split: string, index: number): MadeAnswer {
  const { name, seed } = plan;
  const { kind, question, gold, wrong } = KINDS[index % KINDS.length]!;
  // Hard questions are the same for all arms, so that differences between arms are paired.
  const difficulty = 0.6 * uniform("made difficulty", 0, split, index) +
    0.4 * uniform("made luck", seed, split, index, name);
  const correct = difficulty < plan.accuracy - (split === "ood" ? 0.08 : 0);
  const budget = 40 + 40 * Math.floor(uniform("made budget", 0, split, index) * 8);
  const mode = index % 4 === 0 ? "none" : index % 2 === 0 ? "exact" : "maximum";
  const share = mode === "none" ? 0 : obedience(name);
  const aim = share * budget * (mode === "maximum" ? 0.85 : 1) + (1 - share) * plan.tokens;
  const tokens = Math.round(aim * (0.8 + 0.4 * uniform("made length", seed, split, index, name)));
  const hostile = split === "test" && index < HOSTILE_TEXTS.length && name !== "start"
    ? HOSTILE_TEXTS[index]!
    : "";
  const thought = "First the facts that matter, then the rule that fits them. ".repeat(
    Math.max(1, Math.round(tokens / 14)),
  );
  return {
    split,
    prompt_id: `${split}-${index}`,
    sample: 0,
    source: "Made",
    kind,
    question: `${question}${index < KINDS.length ? "" : ` (variant ${index})`}`,
    prompt: question,
    completion: `<think>${thought}${hostile}</think><answer>${correct ? gold : wrong}</answer>`,
    tokens,
    thinking_tokens: Math.round(tokens * 0.72),
    finish_reason: uniform("made end", seed, split, index, name) < 0.02 ? "length" : "stop",
    budget_mode: mode,
    budget_tokens: mode === "none" ? null : budget,
    gold,
    correct,
    format_ok: true,
    reward: (correct ? 1 : -1) + 1 - Math.abs(tokens - budget) / 400,
  };
}

/** Answers of one arm under one seed to every question of the splits. */
export function makeAnswers(plan: AnswerPlan): MadeAnswer[] {
  return plan.splits.flatMap((split) =>
    Array.from({ length: plan.questions }, (_, index) => makeAnswer(plan, split, index))
  );
}
