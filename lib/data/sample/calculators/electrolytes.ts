/**
 * Calculators of electrolytes, acids and water.
 *
 * @module
 */
import { defineCalculator } from "./calculator.ts";
import { combine, introduce, SEXES, WORDS } from "./patient.ts";

interface AcidPatient {
  /** All in mEq/L. */
  readonly sodium: number;
  readonly chloride: number;
  readonly bicarbonate: number;
}

const ACID_PATIENTS: readonly AcidPatient[] = combine({
  sodium: [131, 135, 138, 142, 147],
  chloride: [92, 97, 101, 105],
  bicarbonate: [7, 10, 13, 15, 18],
}).filter(({ sodium, chloride, bicarbonate }) => sodium - chloride - bicarbonate > 14);

const acidNote = ({ sodium, chloride, bicarbonate }: AcidPatient) =>
  `A patient breathes deeply and is drowsy. Sodium is ${sodium} mEq/L, chloride ${chloride} mEq/L ` +
  `and bicarbonate ${bicarbonate} mEq/L.`;

const gapOf = ({ sodium, chloride, bicarbonate }: AcidPatient) => sodium - chloride - bicarbonate;

/** Anion gap + 2.5 (4 - albumin) (Figge et al. 1998, albumin in g/dL). */
export const correctedAnionGap = defineCalculator({
  name: "albumin corrected anion gap",
  system: "electrolytes",
  output: "decimal",
  patients: ACID_PATIENTS.flatMap((patient) =>
    [1.6, 2, 2.4, 2.9, 3.2].map((albumin) => ({ ...patient, albumin }))
  ),
  note: (patient) => `${acidNote(patient)} Albumin is ${patient.albumin} g/dL.`,
  question: () =>
    "What is the anion gap without potassium, corrected for an albumin of 4 g/dL, in mEq/L?",
  solve: (patient) => gapOf(patient) + 2.5 * (4 - patient.albumin),
  mistakes: (patient) => [
    { name: "turned-round", answer: gapOf(patient) - 2.5 * (4 - patient.albumin) },
    { name: "term-left-out", answer: gapOf(patient) },
    { name: "unit-kept", answer: gapOf(patient) + 2.5 * (40 - 10 * patient.albumin) },
    {
      name: "term-left-out",
      answer: gapOf(patient) + patient.bicarbonate + 2.5 * (4 - patient.albumin),
    },
  ],
});

/** Anion gap - 12 (after Wrenn 1990, as MedCalc-Bench defines it). */
export const deltaGap = defineCalculator({
  name: "delta gap",
  system: "electrolytes",
  output: "decimal",
  patients: ACID_PATIENTS,
  note: acidNote,
  question: () =>
    "What is the delta gap, the anion gap without potassium less its normal value of 12, in mEq/L?",
  solve: (patient) => gapOf(patient) - 12,
  mistakes: (patient) => [
    { name: "term-left-out", answer: gapOf(patient) },
    { name: "turned-round", answer: gapOf(patient) + 12 },
    { name: "term-left-out", answer: gapOf(patient) + patient.bicarbonate - 12 },
  ],
});

/** (Anion gap - 12) / (24 - bicarbonate) (Rastegar 2007). */
export const deltaRatio = defineCalculator({
  name: "delta ratio",
  system: "electrolytes",
  output: "decimal",
  patients: ACID_PATIENTS,
  note: acidNote,
  question: () =>
    "What is the delta ratio, with an anion gap without potassium, a normal gap of 12 mEq/L and a " +
    "normal bicarbonate of 24 mEq/L?",
  solve: (patient) => (gapOf(patient) - 12) / (24 - patient.bicarbonate),
  mistakes: (patient) => [
    { name: "term-left-out", answer: gapOf(patient) / (24 - patient.bicarbonate) },
    { name: "turned-round", answer: (24 - patient.bicarbonate) / (gapOf(patient) - 12) },
    { name: "wrong-formula", answer: (gapOf(patient) - 12) / patient.bicarbonate },
  ],
});

/** Sodium + 0.024 (glucose - 100) (Hillier, Abbott and Barrett 1999, glucose in mg/dL). */
export const correctedSodium = defineCalculator({
  name: "sodium corrected for glucose",
  system: "electrolytes",
  output: "decimal",
  patients: combine({
    age: [19, 44, 57, 69, 78],
    sex: SEXES,
    sodium: [121, 124, 128, 131, 134],
    glucose: [560, 640, 720, 810, 930, 1050],
  }),
  note: ({ age, sex, sodium, glucose }) =>
    `${introduce(age, sex)} with diabetes is confused and thirsty. ${WORDS[sex].possessive} ` +
    `measured sodium is ${sodium} mEq/L and the glucose ${glucose} mg/dL.`,
  question: () =>
    "What is the sodium corrected for hyperglycemia with 2.4 mEq/L for each 100 mg/dL of glucose " +
    "above 100, in mEq/L?",
  solve: ({ sodium, glucose }) => sodium + 0.024 * (glucose - 100),
  mistakes: ({ sodium, glucose }) => [
    { name: "turned-round", answer: sodium - 0.024 * (glucose - 100) },
    { name: "term-left-out", answer: sodium },
    { name: "unit-kept", answer: sodium + 0.024 * (glucose - 100) / 18 },
    { name: "unit-kept", answer: sodium + 0.24 * (glucose - 100) },
  ],
});

/** Measured osmolality - (2 Na + glucose / 18 + urea nitrogen / 2.8) (Smithline and Gardner 1976). */
export const osmolalGap = defineCalculator({
  name: "osmolal gap",
  system: "electrolytes",
  output: "decimal",
  patients: combine({
    sodium: [134, 138, 141, 145],
    glucose: [81, 108, 144, 216],
    urea: [11, 14, 22, 35],
    measured: [322, 334, 347, 360],
  }),
  note: ({ sodium, glucose, urea, measured }) =>
    "A patient is found unconscious beside an empty bottle. Sodium is " +
    `${sodium} mEq/L, glucose ${glucose} mg/dL and blood urea nitrogen ${urea} mg/dL. The measured ` +
    `serum osmolality is ${measured} mOsm/kg.`,
  question: () =>
    "What is the osmolal gap, with twice the sodium and without ethanol in the calculated " +
    "osmolality, in mOsm/kg?",
  solve: ({ sodium, glucose, urea, measured }) =>
    measured - (2 * sodium + glucose / 18 + urea / 2.8),
  mistakes: ({ sodium, glucose, urea, measured }) => [
    { name: "term-left-out", answer: measured - (2 * sodium + glucose / 18) },
    { name: "wrong-formula", answer: measured - (sodium + glucose / 18 + urea / 2.8) },
    { name: "unit-kept", answer: measured - (2 * sodium + glucose / 18 + urea) },
    { name: "turned-round", answer: 2 * sodium + glucose / 18 + urea / 2.8 - measured },
  ],
});

/** Body water weight (Na / 140 - 1); body water 0.6 of an adult man, 0.5 of a woman (Adrogue and Madias 2000). */
export const freeWaterDeficit = defineCalculator({
  name: "free water deficit",
  system: "electrolytes",
  output: "decimal",
  patients: combine({
    age: [29, 37, 46, 54, 62],
    sex: SEXES,
    weight: [52, 60, 71, 84],
    sodium: [151, 155, 160, 166],
  }),
  note: ({ age, sex, weight, sodium }) =>
    `${introduce(age, sex)} has been without water for two days. ${WORDS[sex].subject} weighs ` +
    `${weight} kg, and the serum sodium is ${sodium} mEq/L.`,
  question: ({ sex }) =>
    `What is the free water deficit for an ideal sodium of 140 mEq/L, with body water of ${
      sex === "man" ? "0.6" : "0.5"
    } of the weight for an adult ${sex} under 65, in liters?`,
  solve: ({ sex, weight, sodium }) => (sex === "man" ? 0.6 : 0.5) * weight * (sodium / 140 - 1),
  mistakes: ({ sex, weight, sodium }) => [
    {
      name: "wrong-formula",
      answer: (sex === "man" ? 0.5 : 0.6) * weight * (sodium / 140 - 1),
    },
    { name: "term-left-out", answer: weight * (sodium / 140 - 1) },
    {
      name: "turned-round",
      answer: (sex === "man" ? 0.6 : 0.5) * weight * (140 / sodium - 1),
    },
  ],
});

/** Half of 4 ml x kg x per cent burnt in the first 8 hours (Baxter and Shires 1968). */
export const burnFluids = defineCalculator({
  name: "burn fluids of the first 8 hours (Parkland)",
  system: "electrolytes",
  output: "decimal",
  patients: combine({
    age: [22, 31, 40, 55],
    sex: SEXES,
    weight: [54, 62, 70, 85, 96],
    burnt: [18, 24, 30, 42],
  }),
  note: ({ age, sex, weight, burnt }) =>
    `${introduce(age, sex)} is brought in at once from a house fire with second-degree burns of ` +
    `${burnt} % of the body surface. ${WORDS[sex].subject} weighs ${weight} kg.`,
  question: () =>
    "At what rate does the Parkland formula (4 mL per kg and per cent) give fluids in the first 8 " +
    "hours after the burn, in mL/hour?",
  solve: ({ weight, burnt }) => 4 * weight * burnt / 2 / 8,
  mistakes: ({ weight, burnt }) => [
    { name: "term-left-out", answer: 4 * weight * burnt / 8 },
    { name: "wrong-formula", answer: 4 * weight * burnt / 24 },
    { name: "wrong-formula", answer: 4 * weight * burnt / 2 / 16 },
    { name: "unit-kept", answer: 4 * weight * burnt / 2 },
  ],
});

/** Every calculator of this file. */
export const ELECTROLYTES = [
  correctedAnionGap,
  deltaGap,
  deltaRatio,
  correctedSodium,
  osmolalGap,
  freeWaterDeficit,
  burnFluids,
];
