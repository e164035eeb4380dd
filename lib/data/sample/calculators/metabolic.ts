/**
 * Calculators of body size, energy and sugar.
 *
 * @module
 */
import { defineCalculator } from "./calculator.ts";
import { combine, introduce, type Sex, SEXES, WORDS } from "./patient.ts";

/** Glucose insulin / 405, in mg/dL and uU/mL (Matthews et al. 1985, who have 22.5 for mmol/L). */
export const insulinResistance = defineCalculator({
  name: "HOMA-IR",
  system: "metabolic",
  output: "decimal",
  patients: combine({
    age: [26, 35, 43, 58, 65],
    sex: SEXES,
    glucose: [84, 93, 105, 118, 131],
    insulin: [6, 9, 14, 19, 27],
  }),
  note: ({ age, sex, glucose, insulin }) =>
    `${
      introduce(age, sex)
    } is tested after a night without food. The glucose is ${glucose} mg/dL ` +
    `and the insulin ${insulin} microU/mL.`,
  question: () => "What is the HOMA-IR score of insulin resistance?",
  solve: ({ glucose, insulin }) => glucose * insulin / 405,
  mistakes: ({ glucose, insulin }) => [
    { name: "unit-kept", answer: glucose * insulin / 22.5 },
    { name: "wrong-formula", answer: glucose / insulin },
    { name: "wrong-formula", answer: 20 * insulin / (glucose / 18 - 3.5) },
    { name: "term-left-out", answer: glucose * insulin },
  ],
});

/** 28.7 HbA1c - 46.7, in per cent and mg/dL (Nathan et al. 2008). */
export const averageGlucose = defineCalculator({
  name: "estimated average glucose",
  system: "metabolic",
  output: "decimal",
  patients: combine({
    age: [31, 45, 54, 66, 79],
    sex: SEXES,
    hba1c: [5.6, 6.3, 6.9, 7.4, 8.2, 9.1, 10.5, 11.8],
  }),
  note: ({ age, sex, hba1c }) =>
    `${introduce(age, sex)} with diabetes has a hemoglobin A1c of ${hba1c} %.`,
  question: () => "What average glucose does it stand for by the ADAG equation, in mg/dL?",
  solve: ({ hba1c }) => 28.7 * hba1c - 46.7,
  mistakes: ({ hba1c }) => [
    { name: "turned-round", answer: 28.7 * hba1c + 46.7 },
    { name: "term-left-out", answer: 28.7 * hba1c },
    { name: "unit-kept", answer: (28.7 * hba1c - 46.7) / 18 },
    { name: "wrong-formula", answer: 35.6 * hba1c - 77.3 },
  ],
});

/** sqrt(height weight / 3600), in cm and kg (Mosteller 1987). */
export const bodySurface = defineCalculator({
  name: "body surface area (Mosteller)",
  system: "metabolic",
  output: "decimal",
  patients: combine({
    height: [143, 156, 164, 171, 183],
    weight: [37, 49, 58, 73, 90],
    age: [41, 60],
    sex: SEXES,
  }).filter(({ height, weight }) => {
    const index = weight / (height / 100) ** 2;
    return index > 17 && index < 34;
  }),
  note: ({ age, sex, height, weight }) =>
    `${introduce(age, sex)} is to be given chemotherapy. ${
      WORDS[sex].subject
    } is ${height} cm tall ` +
    `and weighs ${weight} kg.`,
  question: () => "What is the body surface area by the Mosteller formula, in m2?",
  solve: ({ height, weight }) => Math.sqrt(height * weight / 3600),
  mistakes: ({ height, weight }) => [
    { name: "term-left-out", answer: height * weight / 3600 },
    { name: "unit-kept", answer: Math.sqrt(height / 100 * weight / 3600) },
    { name: "wrong-formula", answer: weight / (height / 100) ** 2 },
  ],
});

const DEVINE_BASE: Readonly<Record<Sex, number>> = { man: 50, woman: 45.5 };
const CM_PER_INCH = 2.54;

/** 50 kg (men) or 45.5 kg (women) + 2.3 kg for each inch above 60 (Devine 1974). */
function devine(height: number, sex: Sex): number {
  return DEVINE_BASE[sex] + 2.3 * (height / CM_PER_INCH - 60);
}

/** Ideal body weight of a height in cm; see `devine`. */
export const idealWeight = defineCalculator({
  name: "ideal body weight (Devine)",
  system: "metabolic",
  output: "decimal",
  patients: combine({
    age: [28, 47, 70],
    sex: SEXES,
    height: [156, 161, 167, 172, 178, 185, 191],
    weight: [64, 82, 101],
  }),
  note: ({ age, sex, height, weight }) =>
    `${introduce(age, sex)} is put on a ventilator. ${
      WORDS[sex].subject
    } is ${height} cm tall and ` +
    `weighs ${weight} kg.`,
  question: () => "What is the ideal body weight by the Devine formula, in kg?",
  solve: ({ sex, height }) => devine(height, sex),
  mistakes: ({ sex, height, weight }) => [
    { name: "wrong-formula", answer: devine(height, sex === "man" ? "woman" : "man") },
    { name: "unit-kept", answer: DEVINE_BASE[sex] + 2.3 * (height - 152.4) },
    { name: "turned-round", answer: DEVINE_BASE[sex] - 2.3 * (height / CM_PER_INCH - 60) },
    { name: "wrong-formula", answer: weight },
  ],
});

/** Ideal weight + 0.4 (weight - ideal weight) (Bauer et al. 1983; ideal weight after Devine 1974). */
export const adjustedWeight = defineCalculator({
  name: "adjusted body weight",
  system: "metabolic",
  output: "decimal",
  patients: combine({
    age: [34, 52, 61],
    sex: SEXES,
    height: [154, 160, 168, 175, 182],
    weight: [93, 104, 118, 135],
  }),
  note: ({ age, sex, height, weight }) =>
    `${introduce(age, sex)} with obesity is to be given gentamicin. ${WORDS[sex].subject} is ` +
    `${height} cm tall and weighs ${weight} kg.`,
  question: () =>
    "What is the adjusted body weight, with the Devine formula for the ideal weight and 0.4 of the " +
    "weight above it, in kg?",
  solve: ({ sex, height, weight }) => {
    const ideal = devine(height, sex);
    return ideal + 0.4 * (weight - ideal);
  },
  mistakes: ({ sex, height, weight }) => {
    const ideal = devine(height, sex);
    return [
      { name: "term-left-out", answer: ideal },
      { name: "turned-round", answer: weight - 0.4 * (weight - ideal) },
      { name: "term-left-out", answer: ideal + 0.4 * weight },
      { name: "wrong-formula", answer: weight },
    ];
  },
});

/** 10 kg + 6.25 cm - 5 years, + 5 for men or - 161 for women (Mifflin et al. 1990). */
export const restingEnergy = defineCalculator({
  name: "resting energy (Mifflin-St Jeor)",
  system: "metabolic",
  output: "decimal",
  patients: combine({
    age: [22, 33, 49, 64, 77],
    sex: SEXES,
    height: [158, 166, 174, 186],
    weight: [51, 67, 80, 97],
  }),
  note: ({ age, sex, height, weight }) =>
    `${introduce(age, sex)} asks for advice about food. ${
      WORDS[sex].subject
    } is ${height} cm tall ` +
    `and weighs ${weight} kg.`,
  question: () =>
    "What is the resting energy expenditure by the Mifflin-St Jeor equation, in kcal per day?",
  solve: ({ age, sex, height, weight }) =>
    10 * weight + 6.25 * height - 5 * age + (sex === "man" ? 5 : -161),
  mistakes: ({ age, sex, height, weight }) => {
    const body = 10 * weight + 6.25 * height;
    return [
      { name: "wrong-formula", answer: body - 5 * age + (sex === "man" ? -161 : 5) },
      { name: "turned-round", answer: body + 5 * age + (sex === "man" ? 5 : -161) },
      { name: "term-left-out", answer: body + (sex === "man" ? 5 : -161) },
      {
        name: "unit-kept",
        answer: 10 * weight + 6.25 * height / 100 - 5 * age + (sex === "man" ? 5 : -161),
      },
    ];
  },
});

/** Every calculator of this file. */
export const METABOLIC = [
  insulinResistance,
  averageGlucose,
  bodySurface,
  idealWeight,
  adjustedWeight,
  restingEnergy,
];
