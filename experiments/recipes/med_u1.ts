/**
 * Med-U1's own splits of calculations and open questions, without what they share (arXiv 2506.12307).
 *
 * @module
 */

import { defineRecipe, type Recipe } from "@terse/data";

const recipe: Recipe = defineRecipe({
  name: "med_u1",
  description:
    "Med-U1's prepared files by split, deduplicated, without train questions that give " +
    "evaluation questions away; budgets from 100 to 2000 tokens, half exact and half maximum.",
  seed: 1,
  sources: [
    { name: "train", split: "train" },
    { name: "validation", split: "validation" },
    { name: "test", split: "test" },
  ],
  steps: [
    { step: "exact_duplicates" },
    { step: "near_duplicates", threshold: 0.8 },
    { step: "decontaminate", ngram: 8, overlap: 0.7 },
    { step: "curriculum", by: "random" },
    {
      step: "budgets",
      budgets: {
        kind: "halves",
        first: { kind: "uniform", mode: "exact", low: 100, high: 2000 },
        second: { kind: "uniform", mode: "maximum", low: 100, high: 2000 },
      },
    },
  ],
});

export default recipe;
