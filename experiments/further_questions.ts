/**
 * Where dynamic sampling takes a step's further questions from.
 *
 * @module
 */

import { permutation } from "@terse/data";
import type { FurtherQuestions, PreparedQuestion } from "@terse/rl";

/**
 * The training questions in an order of the step's own, keyed by (seed, step), those that the step has
 * taken left out: a resumed run asks the same. They take nothing from other steps, whose questions stay
 * what they are; a question can so be met more than once an epoch.
 *
 * @param questions The training questions; keys of their prompts differ.
 * @param step From 1.
 *
 * @example
 * ```ts
 * import { furtherQuestionsOfStep } from "./further_questions.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(furtherQuestionsOfStep([], 7, 1)(3, new Set()), []);
 * ```
 */
export function furtherQuestionsOfStep(
  questions: readonly PreparedQuestion[],
  seed: number,
  step: number,
): FurtherQuestions {
  let order: number[] | null = null;
  return (count, taken) => {
    order ??= permutation(questions.length, "further questions", seed, step);
    const found: PreparedQuestion[] = [];
    for (const index of order) {
      if (found.length === count) break;
      const question = questions[index]!;
      if (!taken.has(question.prompt.key)) found.push(question);
    }
    return found;
  };
}
