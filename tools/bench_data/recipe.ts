/**
 * What the bench does to its tables: mix, exact and near-duplicates, decontamination, budgets.
 *
 * @module
 */

import { defineRecipe, type Recipe } from "../../lib/data/prepare/recipe.ts";

const recipe: Recipe = defineRecipe({
  name: "bench",
  description: "Self-made questions with planted copies.",
  seed: 1,
  sources: [
    { name: "choices" },
    { name: "calculations" },
    { name: "open" },
    { name: "test" },
  ],
  steps: [
    { step: "exact_duplicates" },
    { step: "near_duplicates", threshold: 0.8 },
    { step: "decontaminate", ngram: 8, overlap: 0.7 },
    { step: "mix", weights: { Choices: 2, Calculations: 1, Open: 1 } },
    { step: "curriculum", by: "random" },
    { step: "budgets", budgets: { kind: "uniform", mode: "exact", low: 100, high: 2000 } },
  ],
});

export default recipe;
