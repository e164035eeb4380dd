/**
 * The prompts of experiments/real_length.ts: two worked examples bring a small model to reason and to
 * write the tags.
 *
 * @module
 */

import { defaultTemplate, type PromptTemplate, type WorkedExample } from "@terse/data";

const FORM = "Reply with <think>reasoning</think><answer>letter</answer>.";

/** Budget of the examples' own prompts; both keep it, by SmolLM2's tokens. */
const EXAMPLE_TOKENS = 90;

function workedExample(
  question: string,
  options: Readonly<Record<string, string>>,
  thinking: string,
  letter: string,
): WorkedExample {
  const lines = Object.entries(options).map(([name, text]) => `${name}: ${text}`);
  const budget = defaultTemplate.budgetSentences.maximum.replace("{tokens}", `${EXAMPLE_TOKENS}`);
  return {
    question: [question, ...lines, FORM, budget].join("\n"),
    reply: `<think>${thinking} The answer is ${letter}.</think><answer>${letter}</answer>`,
  };
}

/**
 * The template. It has a form for questions with options alone. No line break stands between `</think>`
 * and `<answer>`: a model that may end its turn there often does.
 */
export const realLengthTemplate: PromptTemplate = {
  ...defaultTemplate,
  name: "worked_examples",
  system: "You answer medical questions.",
  examples: [
    workedExample(
      "Which vitamin is lacking in scurvy?",
      { A: "Vitamin A", B: "Vitamin D", C: "Vitamin C", D: "Vitamin K" },
      "In scurvy the gums bleed, because the body cannot make firm collagen. A: vitamin A is needed " +
        "for the eyes, so no. B: vitamin D is needed for the bones, so no. C: vitamin C is needed to " +
        "make collagen, so yes. D: vitamin K is needed for clotting, so no.",
      "C",
    ),
    workedExample(
      "Which organ makes insulin?",
      { A: "Liver", B: "Pancreas", C: "Spleen", D: "Kidney" },
      "Insulin is a hormone that comes from the beta cells of small islands. A: the liver makes bile, " +
        "so no. B: the pancreas holds the islands with these cells, so yes. C: the spleen filters the " +
        "blood, so no. D: the kidney makes urine, so no.",
      "B",
    ),
  ],
  answerForms: { choice: FORM, decimal: "", integer: "", date: "", weeks_days: "", open: "" },
  separator: "\n",
};
