/**
 * Questions that every audit asks, whatever data it is given: each kind of gold answer in the forms that
 * rules trip over.
 *
 * @module
 */
import type { GoldAnswer, QuestionRecord } from "@terse/data";

function record(
  id: string,
  question: string,
  gold: GoldAnswer,
  options: QuestionRecord["options"] = null,
): QuestionRecord {
  return {
    id,
    source: "audit",
    question,
    context: "",
    options,
    gold,
    split: "train",
    licence: "MIT",
    tags: [],
  };
}

function number(
  answer: string,
  lower: number,
  upper: number,
  output: "decimal" | "integer",
): GoldAnswer {
  return { kind: "calculation", answer, lower, upper, output };
}

/** One question for each form of gold answer. */
export const BUILTIN_RECORDS: readonly QuestionRecord[] = [
  record("choice", "Which of these must be kept in the cold?", { kind: "choice", letter: "C" }, {
    A: "Salt tablets",
    B: "Hepatitis B vaccine in its empty box",
    C: "Insulin vials",
    D: "Vitamin C tablets",
    E: "Gauze",
  }),
  record("choice_yes_no", "Does vitamin C help iron to be absorbed?", {
    kind: "choice",
    letter: "A",
  }, {
    A: "Yes",
    B: "No",
    C: "Maybe",
  }),
  record(
    "decimal",
    "An adult weighs 80 kg and is 1.78 m tall. What is the body mass index in kg/m^2?",
    number("25.249", 23.9866, 26.5115, "decimal"),
  ),
  record(
    "decimal_negative",
    "What is the base excess in mEq/L?",
    number("-2.5", -2.625, -2.375, "decimal"),
  ),
  record("integer", "What is the CURB-65 score?", number("3", 3, 3, "integer")),
  record("date", "When is the baby due?", {
    kind: "calculation",
    answer: "12/07/2021",
    lower: null,
    upper: null,
    output: "date",
  }),
  record("weeks_days", "How old is the pregnancy?", {
    kind: "calculation",
    answer: "('17 weeks', '6 days')",
    lower: null,
    upper: null,
    output: "weeks_days",
  }),
  record("open_word", "What is the likely diagnosis?", { kind: "open", answer: "Scurvy" }),
  record("open_sentence", "Why should iron tablets be taken with orange juice?", {
    kind: "open",
    answer: "Vitamin C in orange juice keeps iron soluble, so that more of it is absorbed.",
  }),
  record("open_repeating", "What explains the fatigue, and what should be done?", {
    kind: "open",
    answer:
      "The low level of iron in the blood explains the fatigue: the iron in the food is too little, and " +
      "the loss of iron in the stool is too much. The next step is to look for the source of the loss in " +
      "the gut, to measure the level of ferritin in the blood, and to give iron by mouth until the level " +
      "of iron in the blood and the level of ferritin in the blood are in the normal range.",
  }),
];
