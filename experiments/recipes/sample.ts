/**
 * Questions of the project's own making, through every step that a recipe has. It needs no file: it
 * writes its sources into runs/sources first.
 *
 * @module
 */

import { defineRecipe, generateQuestions, type Recipe, writeRecords } from "@terse/data";

const folder = new URL("../../runs/sources/", import.meta.url).pathname;
await Deno.mkdir(folder, { recursive: true });

async function writeSample(split: "train" | "ood", count: number): Promise<string> {
  const path = `${folder}sample_${split}.jsonl`;
  await writeRecords(path, generateQuestions({ seed: 1, split, count }));
  return path;
}

const recipe: Recipe = defineRecipe({
  name: "sample",
  description: "Sample questions: short ones, each once, mixed by kind, calculations first.",
  seed: 1,
  sources: [
    { name: "train", path: await writeSample("train", 2000) },
    { name: "ood", path: await writeSample("ood", 200), split: "ood" },
  ],
  steps: [
    { step: "filter", lengthTokens: { model: "tiny", most: 100 } },
    { step: "exact_duplicates" },
    { step: "near_duplicates", threshold: 0.8 },
    { step: "split", validation: 0.05, test: 0.1 },
    { step: "decontaminate", ngram: 8, overlap: 0.7 },
    { step: "mix", temperature: 2, cap: 600, epochs: 2 },
    {
      step: "curriculum",
      by: "source",
      stages: [
        { share: 0.3, weights: { SampleCalc: 3, SampleChoice: 1 } },
        { share: 0.7, weights: { SampleCalc: 1, SampleChoice: 1, SampleOpen: 1 } },
      ],
    },
    {
      step: "budgets",
      budgets: {
        kind: "halves",
        first: { kind: "none" },
        second: { kind: "log_uniform", mode: "maximum", low: 16, high: 128 },
      },
    },
  ],
});

export default recipe;
