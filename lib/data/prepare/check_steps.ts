/**
 * What a recipe can ask only of the rows that its files hold; told before the long work begins.
 *
 * @module
 */

import { checkStages } from "./curriculum.ts";
import { checkWeights } from "./mix.ts";
import type { QuestionSet } from "./question_set.ts";
import type { Recipe, RecipeStep } from "./recipe.ts";
import { aliveRows } from "./row_columns.ts";

function checkStep(step: RecipeStep, { sources, columns }: QuestionSet): void {
  if (step.step === "mix" && step.weights !== undefined) checkWeights(step.weights, sources);
  if (step.step !== "curriculum") return;
  if (step.by === "source") checkStages(step.stages, sources);
  const { passRate } = columns;
  if (step.by === "difficulty" && aliveRows(columns).every((row) => Number.isNaN(passRate[row]))) {
    throw new RangeError(
      "Cannot order by difficulty: at least one question must have a pass rate: current number " +
        "is 0. Join pass rates by deno task data:export --pass-rate FILE",
    );
  }
}

/**
 * Checks the steps' names of sources and their need of pass rates.
 *
 * @throws {RangeError} naming the recipe and the step.
 */
export function checkSteps({ name, steps }: Recipe, set: QuestionSet): void {
  steps.forEach((step, index) => {
    try {
      checkStep(step, set);
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      const title = `Cannot prepare ${name}: step ${index + 1} (${step.step})`;
      throw new RangeError(`${title}: ${cause.message}`, { cause });
    }
  });
}
