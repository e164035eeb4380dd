/**
 * Groups that teach nothing: all their rewards are equal, by the questions or by truncation.
 *
 * @module
 */
import { meanOf, percent, type StepMetrics, type Symptom, WINDOW, windowOf } from "./symptom.ts";

/** From this share of groups without signal on, the batch is less than a fifth of what it costs. */
const EQUAL_SHARE = 0.8;

/** From this share of cut completions on, what a completion earns says little but that it was cut. */
const CUT_SHARE = 0.9;

/** From this share on, truncation is what makes groups equal, or is about to. */
const MOSTLY_CUT = 0.5;

/** Accuracy from which questions are too easy to differ in, and below its rest too hard. */
const EASY = 0.9;

function means(steps: readonly StepMetrics[]) {
  const mean = (name: string) => {
    const values = windowOf(steps, name);
    return values === null ? null : meanOf(values);
  };
  return {
    equal: mean("frac_reward_zero_std"),
    cut: mean("completions/clipped_ratio"),
    accuracy: mean("accuracy"),
  };
}

/** Nearly every completion is cut, and none of them earns more than another. */
export const truncation: Symptom = {
  cause: "truncation",
  calmSteps: WINDOW,
  title: "the truncation of nearly all completions",
  show(steps, { maxCompletionLength }) {
    const { equal, cut, accuracy } = means(steps);
    if (equal === null || cut === null || accuracy === null) return null;
    if (cut < CUT_SHARE || equal < EQUAL_SHARE || accuracy > 1 - CUT_SHARE) return null;
    return `${percent(cut)} of the completions of the last ${WINDOW} steps were cut at ` +
      `maxCompletionLength (${maxCompletionLength}) before their answer, and ${
        percent(equal)
      } of ` +
      `the groups have equal rewards: there is nothing to learn from; raise maxCompletionLength, or ` +
      `ask for shorter chains (budgets, --template)`;
  },
};

/** Nearly all groups have equal rewards, though completions come to an end. */
export const equalGroups: Symptom = {
  cause: "equal_groups",
  calmSteps: WINDOW,
  title: "the lack of groups with different rewards",
  show(steps, { numGenerations, temperature, dynamicSamplingRounds }) {
    const { equal, cut, accuracy } = means(steps);
    if (equal === null || equal < EQUAL_SHARE) return null;
    // Truncation has a diagnosis of its own, whose remedy is another one.
    if (cut !== null && cut >= MOSTLY_CUT) return null;
    const remedy = accuracy === null || (accuracy < EASY && accuracy > 1 - EASY)
      ? "ask other questions (--data)"
      : accuracy >= EASY
      ? `the questions are too easy (accuracy ${percent(accuracy)}): ask harder ones (--data)`
      : `the questions are too hard (accuracy ${percent(accuracy)}): ask easier ones (--data)`;
    return `all rewards were equal in ${
      percent(equal)
    } of the groups of the last ${WINDOW} steps, ` +
      `which therefore taught nothing; ${remedy}, or raise numGenerations (${numGenerations}), ` +
      `temperature (${temperature}) or dynamicSamplingRounds (${dynamicSamplingRounds})`;
  },
};
