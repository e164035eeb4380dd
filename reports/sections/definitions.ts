/**
 * How the numbers of a report were made.
 *
 * @module
 */

import { escapeHtml } from "../escape.ts";
import { count } from "../format.ts";
import type { Run } from "../read_run.ts";

/** The definitions as a list. */
export function definitionList(run: Run, window: number): string {
  const { evaluation, referenceArm } = run.experiment;
  const reference = escapeHtml(referenceArm);
  const smoothing = window === 1
    ? "Curves show every step as it was logged."
    : `Curves show trailing means over ${count(window, "step")}; the switch above them shows ` +
      `every step instead.`;
  const entries: readonly (readonly [string, string])[] = [
    ["Intervals", escapeHtml(run.intervals ?? "The run has no summary.json, hence no intervals.")],
    [
      "Accuracy",
      `Share of right answers among all sampled answers of a split (${
        count(evaluation.samples, "sample")
      } of each question at temperature ${evaluation.temperature}). In the learning curves it is the ` +
      `share among the completions of the training step.`,
    ],
    [
      "Tokens",
      "Length of the whole completion in the model's tokens, with the end token if sampled.",
    ],
    [
      "Differences",
      `Arm minus ${reference}, from the run's own summary. Green or red where the 95 % interval leaves ` +
      `out zero, grey where it does not.`,
    ],
    [
      "Best",
      "Highest mean accuracy. It is called best only if its interval lies above the intervals of all " +
      "other arms; else it is marked highest, with all arms that are equal to it in the digits shown, " +
      "and every other arm whose interval overlaps with it is marked tied: the run does not separate " +
      "them.",
    ],
    [
      "Curves",
      `Line: mean over seeds. Band: lowest to highest seed. ${smoothing} Seeds that failed ` +
      `are left out if another seed of the arm did not fail. Of a long training about 250 evenly ` +
      `spaced steps are drawn.`,
    ],
    [
      "Frontier",
      "Arms for which no other arm is at least as accurate with fewer tokens, or more accurate with " +
      "as few, by the means.",
    ],
    [
      "Requested and used",
      "Answers of the evaluation whose prompt named a budget, all splits and seeds together. Large " +
      "marks: means of six groups of neighbouring budgets with equally many answers. Deviation: mean " +
      "of |used - requested| / requested. Overrun: mean of max(0, used - requested).",
    ],
    [
      "Kinds",
      "Large mark: mean over seeds. Ticks: single seeds.",
    ],
    [
      "Costs",
      "Training time: step_time summed over steps and seeds, evaluation not counted. Tokens " +
      "processed: num_tokens of each seed's last step, summed. Memory: the largest process, beside what " +
      "was predicted for it from the shapes, with all prompts and completions at their full length.",
    ],
    [
      "Rollouts",
      "Completions sampled in training. Failed: ended neither by the end token nor at the limit, or " +
      "left without a reward.",
    ],
  ];
  const items = entries.map(([term, text]) => `<div><dt>${term}</dt><dd>${text}</dd></div>`);
  return `<dl class="definitions">${items.join("")}</dl>`;
}
