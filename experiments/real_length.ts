/**
 * A real language model on real questions: Med-U1's maximum-length reward (arXiv 2506.12307, section 3.2)
 * with SmolLM2-135M-Instruct, small enough for two cores.
 *
 * `deno task ablate experiments/real_length.ts --engine tensorflow --model smollm2 --data medmcqa.jsonl
 * --data mmlu_medical.jsonl --arms maximum`
 *
 * @module
 */

import { defineExperiment, type Experiment, type ExperimentSettings } from "./experiment.ts";
import { lengthPenalty } from "./length_penalty.ts";
import { realLengthTemplate } from "./real_length_template.ts";

const { settings } = lengthPenalty;

/**
 * Budgets lie well below what the model writes at the start, about 100 tokens. It is evaluated as it is
 * trained, at the same temperature. The learning rate is thirty times Med-U1's: the model is twenty times smaller
 * and has far fewer steps. Eight steps: on training questions the budgets are kept from then on, and by the
 * fourteenth the policy answers at once, always the same, without reasoning.
 */
const llm: ExperimentSettings = {
  ...settings.llm,
  training: {
    ...settings.llm.training,
    maxPromptLength: 400,
    maxCompletionLength: 128,
    temperature: 0.6,
    learningRate: 3e-5,
  },
  steps: 8,
  checkpointEvery: 4,
  budgets: { kind: "uniform", mode: "maximum", low: 24, high: 64 },
  tolerance: { exact: 40, maximum: 40 },
  questions: { train: 2000, test: 96, ood: 0 },
  template: realLengthTemplate,
  evaluation: { temperature: 0.6, topK: 0, topP: 1, minP: 0, samples: 2, batchSize: 48 },
};

/** The experiment. */
export const realLength: Experiment = defineExperiment({
  ...lengthPenalty,
  name: "real_length",
  title: "Maximum length, a real model",
  question: "Does a real model on real questions learn to keep its budgets, and at what accuracy?",
  description:
    "SmolLM2-135M-Instruct answers multiple-choice questions that name a budget of 24 to 64 tokens, after " +
    "two worked examples. The model before training mostly overruns it. Settings and prompts were chosen on " +
    "training questions; the test questions were used once, for the evaluations of this report.",
  arms: lengthPenalty.arms.filter(({ name }) => name === "none" || name === "maximum"),
  settings: { ...settings, llm },
});

export default realLength;
