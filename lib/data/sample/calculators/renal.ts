/**
 * Calculators of the kidney.
 *
 * @module
 */
import { defineCalculator } from "./calculator.ts";
import { combine, introduce, type Sex, SEXES, WORDS } from "./patient.ts";

interface KidneyPatient {
  readonly age: number;
  readonly sex: Sex;
  /** mg/dL. */
  readonly creatinine: number;
}

const otherSex = (sex: Sex): Sex => (sex === "man" ? "woman" : "man");

function cockcroftGault(age: number, weight: number, creatinine: number, sex: Sex): number {
  return (140 - age) * weight / (72 * creatinine) * (sex === "woman" ? 0.85 : 1);
}

/** (140 - age) weight / (72 creatinine), times 0.85 for women (Cockcroft and Gault 1976). */
export const creatinineClearance = defineCalculator({
  name: "creatinine clearance (Cockcroft-Gault)",
  system: "renal",
  output: "decimal",
  patients: combine({
    age: [27, 38, 45, 53, 61, 68, 74, 83],
    weight: [48, 55.5, 63, 72, 88],
    creatinine: [0.7, 0.9, 1.2, 1.6, 2.3, 3.1],
    sex: SEXES,
  }),
  note: ({ age, weight, creatinine, sex }) =>
    `${introduce(age, sex)} is to be given an antibiotic that the kidneys excrete. ` +
    `${WORDS[sex].subject} weighs ${weight} kg, and the serum creatinine is ${creatinine} mg/dL.`,
  question: () =>
    "What is the creatinine clearance by the Cockcroft-Gault equation with the actual body weight, " +
    "in mL/min?",
  solve: ({ age, weight, creatinine, sex }) => cockcroftGault(age, weight, creatinine, sex),
  mistakes: ({ age, weight, creatinine, sex }) => [
    {
      name: "wrong-formula",
      answer: cockcroftGault(age, weight, creatinine, otherSex(sex)),
    },
    { name: "unit-kept", answer: cockcroftGault(age, weight / 0.453592, creatinine, sex) },
    { name: "term-left-out", answer: cockcroftGault(0, weight, creatinine, sex) },
    { name: "turned-round", answer: cockcroftGault(-age, weight, creatinine, sex) },
  ],
});

interface CkdEpiTerms {
  readonly kappa: number;
  readonly alpha: number;
  readonly factor: number;
}

const CKD_EPI: Readonly<Record<Sex, CkdEpiTerms>> = {
  man: { kappa: 0.9, alpha: -0.302, factor: 1 },
  woman: { kappa: 0.7, alpha: -0.241, factor: 1.012 },
};

function ckdEpi2021(age: number, creatinine: number, { kappa, alpha, factor }: CkdEpiTerms) {
  const ratio = creatinine / kappa;
  return 142 * Math.min(ratio, 1) ** alpha * Math.max(ratio, 1) ** -1.2 * 0.9938 ** age * factor;
}

const EPI_PATIENTS: readonly KidneyPatient[] = combine({
  age: [24, 36, 47, 52, 58, 66, 71, 80],
  creatinine: [0.6, 0.8, 1.1, 1.4, 1.9, 2.6, 3.8],
  sex: SEXES,
});

function creatinineNote({ age, sex, creatinine }: KidneyPatient): string {
  return `${introduce(age, sex)} comes for a check of the kidneys. ${
    WORDS[sex].possessive
  } serum ` +
    `creatinine is ${creatinine} mg/dL.`;
}

/** The race-free creatinine equation of 2021 (Inker et al. 2021). */
export const ckdEpi = defineCalculator({
  name: "GFR (CKD-EPI 2021)",
  system: "renal",
  output: "decimal",
  patients: EPI_PATIENTS,
  note: creatinineNote,
  question: () =>
    "What is the glomerular filtration rate by the 2021 CKD-EPI creatinine equation, in " +
    "mL/min/1.73 m2?",
  solve: ({ age, sex, creatinine }) => ckdEpi2021(age, creatinine, CKD_EPI[sex]),
  mistakes: ({ age, sex, creatinine }) => [
    { name: "wrong-formula", answer: ckdEpi2021(age, creatinine, CKD_EPI[otherSex(sex)]) },
    { name: "term-left-out", answer: ckdEpi2021(0, creatinine, CKD_EPI[sex]) },
    {
      name: "term-left-out",
      answer: ckdEpi2021(age, creatinine, { ...CKD_EPI[sex], kappa: 1 }),
    },
    { name: "turned-round", answer: ckdEpi2021(-age, creatinine, CKD_EPI[sex]) },
  ],
});

function mdrdEquation(constant: number, { age, creatinine }: KidneyPatient, factor: number) {
  return constant * creatinine ** -1.154 * age ** -0.203 * factor;
}

const MDRD_FACTOR: Readonly<Record<Sex, number>> = { man: 1, woman: 0.742 };

/**
 * 175 creatinine^-1.154 age^-0.203, times 0.742 for women (Levey et al. 2006). Wrong: the constant 186
 * of the equation for creatinine that is not standardised.
 */
export const mdrd = defineCalculator({
  name: "GFR (MDRD)",
  system: "renal",
  output: "decimal",
  patients: EPI_PATIENTS.filter(({ creatinine }) => creatinine > 1),
  note: creatinineNote,
  question: () =>
    "What is the glomerular filtration rate by the four-variable MDRD equation for standardised " +
    "creatinine with a race coefficient of 1, in mL/min/1.73 m2?",
  solve: (patient) => mdrdEquation(175, patient, MDRD_FACTOR[patient.sex]),
  mistakes: (patient) => [
    { name: "wrong-formula", answer: mdrdEquation(186, patient, MDRD_FACTOR[patient.sex]) },
    {
      name: "wrong-formula",
      answer: mdrdEquation(175, patient, MDRD_FACTOR[otherSex(patient.sex)]),
    },
    {
      name: "term-left-out",
      answer: mdrdEquation(175, { ...patient, age: 1 }, MDRD_FACTOR[patient.sex]),
    },
  ],
});

/** 100 (urine Na serum creatinine) / (serum Na urine creatinine) (Espinel 1976). */
export const sodiumExcretion = defineCalculator({
  name: "fractional excretion of sodium",
  system: "renal",
  output: "decimal",
  patients: combine({
    urineSodium: [12, 18, 35, 52, 76],
    sodium: [132, 136, 141, 144],
    urineCreatinine: [45, 60, 88, 124],
    creatinine: [1.8, 2.4, 3.2, 4.5],
  }),
  note: ({ urineSodium, sodium, urineCreatinine, creatinine }) =>
    "A patient passes little urine after an operation. " +
    `Serum sodium is ${sodium} mEq/L and serum creatinine ${creatinine} mg/dL. In a spot urine ` +
    `sample, sodium is ${urineSodium} mEq/L and creatinine ${urineCreatinine} mg/dL.`,
  question: () => "What is the fractional excretion of sodium, in per cent?",
  solve: ({ urineSodium, sodium, urineCreatinine, creatinine }) =>
    100 * urineSodium * creatinine / (sodium * urineCreatinine),
  mistakes: ({ urineSodium, sodium, urineCreatinine, creatinine }) => [
    {
      name: "wrong-formula",
      answer: 100 * urineSodium * urineCreatinine / (sodium * creatinine),
    },
    { name: "unit-kept", answer: urineSodium * creatinine / (sodium * urineCreatinine) },
    { name: "term-left-out", answer: 100 * urineSodium / sodium },
    { name: "turned-round", answer: sodium * urineCreatinine / (urineSodium * creatinine) },
  ],
});

/** Every calculator of this file. */
export const RENAL = [creatinineClearance, ckdEpi, mdrd, sodiumExcretion];
