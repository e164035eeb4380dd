/**
 * Collapse: accuracy or length falls to nothing and stays there.
 *
 * @module
 */
import {
  meanOf,
  metricOf,
  percent,
  type StepMetrics,
  type Symptom,
  WINDOW,
  windowOf,
} from "./symptom.ts";

/** A fall to this share of what once was counts as one to nothing. */
const LEFT_SHARE = 0.1;

/**
 * Accuracy must once have been this high: below it, five steps without a right answer happen by chance
 * (with 4 questions a step, 0.75^20 = 0.3 %).
 */
const LEAST_ACCURACY = 0.25;

/** Completions of at most this many tokens hold an answer in its tags and no thought. */
const NO_THOUGHT_TOKENS = 16;

/** The highest mean of a window that ended before the last window began; null if there is none. */
function bestBefore(steps: readonly StepMetrics[], name: string): number | null {
  let best: number | null = null;
  for (let end = WINDOW; end <= steps.length - WINDOW; end++) {
    const values = windowOf(steps, name, end);
    if (values !== null) best = Math.max(best ?? -Infinity, meanOf(values));
  }
  return best;
}

/** Hardly any answer is right any more. */
export const accuracyCollapse: Symptom = {
  cause: "accuracy_collapse",
  calmSteps: WINDOW,
  title: "the collapse of accuracy",
  show(steps, { learningRate, beta }) {
    const now = windowOf(steps, "accuracy");
    if (now === null) return null;
    const best = bestBefore(steps, "accuracy");
    if (best === null || best < LEAST_ACCURACY) return null;
    if (!now.every((accuracy) => accuracy <= LEFT_SHARE * best)) return null;
    return `accuracy has been ${percent(Math.max(...now))} or less for ${WINDOW} steps, after ` +
      `${percent(best)}: the policy has collapsed; go back to an earlier checkpoint with a lower ` +
      `learningRate (${learningRate}) or a higher beta (${beta})`;
  },
};

/** Completions have lost their chain of thought. */
export const lengthCollapse: Symptom = {
  cause: "length_collapse",
  calmSteps: WINDOW,
  title: "the collapse of length",
  show(steps, { learningRate }) {
    const name = "completions/mean_length";
    const now = windowOf(steps, name);
    if (now === null) return null;
    const best = bestBefore(steps, name);
    if (best === null) return null;
    const limit = Math.min(NO_THOUGHT_TOKENS, LEFT_SHARE * best);
    if (!now.every((tokens) => tokens <= limit)) return null;
    const accuracy = metricOf(steps.at(-1), "accuracy");
    return `completions have had ${Math.max(...now).toFixed(0)} tokens or fewer on average for ` +
      `${WINDOW} steps, after ${best.toFixed(0)}` +
      `${accuracy === null ? "" : ` (accuracy ${percent(accuracy)})`}: nothing is left of the ` +
      `thinking; pay the length reward for right answers alone (gate "correct"), lower its weight, or ` +
      `lower learningRate (${learningRate})`;
  },
};
