/**
 * Calculators of the liver.
 *
 * @module
 */
import { defineCalculator } from "./calculator.ts";
import { combine, introduce, SEXES, WORDS } from "./patient.ts";

/** Age AST / (platelets sqrt(ALT)), in years, U/L and 10^9/L (Sterling et al. 2006). */
export const fibrosis4 = defineCalculator({
  name: "FIB-4 index",
  system: "hepatic",
  output: "decimal",
  patients: combine({
    age: [37, 46, 55, 68],
    sex: SEXES,
    ast: [34, 52, 81, 120],
    alt: [25, 49, 64, 100],
    platelets: [90, 145, 210],
  }),
  note: ({ age, sex, ast, alt, platelets }) =>
    `${introduce(age, sex)} has hepatitis C. ${WORDS[sex].possessive} AST is ${ast} U/L, the ALT ` +
    `${alt} U/L and the platelet count ${platelets} x 10^9/L.`,
  question: () => "What is the FIB-4 index?",
  solve: ({ age, ast, alt, platelets }) => age * ast / (platelets * Math.sqrt(alt)),
  mistakes: ({ age, ast, alt, platelets }) => [
    { name: "term-left-out", answer: age * ast / (platelets * alt) },
    { name: "turned-round", answer: age * alt / (platelets * Math.sqrt(ast)) },
    { name: "term-left-out", answer: age * ast / platelets },
    { name: "term-left-out", answer: ast / (platelets * Math.sqrt(alt)) },
  ],
});

/** 100 (AST / upper limit of normal) / platelets, in U/L and 10^9/L (Wai et al. 2003). */
export const plateletRatio = defineCalculator({
  name: "AST to platelet ratio index",
  system: "hepatic",
  output: "decimal",
  patients: combine({
    age: [39, 50, 63],
    sex: SEXES,
    ast: [48, 76, 94, 132],
    limit: [33, 36, 40],
    platelets: [84, 126, 175, 240],
  }),
  note: ({ age, sex, ast, limit, platelets }) =>
    `${
      introduce(age, sex)
    } has chronic hepatitis. AST is ${ast} U/L, with an upper limit of normal ` +
    `of ${limit} U/L, and the platelet count is ${platelets} x 10^9/L.`,
  question: () => "What is the AST to platelet ratio index (APRI)?",
  solve: ({ ast, limit, platelets }) => 100 * ast / limit / platelets,
  mistakes: ({ ast, limit, platelets }) => [
    { name: "term-left-out", answer: 100 * ast / platelets },
    { name: "unit-kept", answer: ast / limit / platelets },
    { name: "turned-round", answer: platelets / (ast / limit) },
  ],
});

/** 4.6 (prothrombin time - control) + bilirubin, in seconds and mg/dL (Carithers et al. 1989, after Maddrey et al. 1978). */
export const discriminantFunction = defineCalculator({
  name: "discriminant function (Maddrey)",
  system: "hepatic",
  output: "decimal",
  patients: combine({
    age: [36, 48, 57],
    sex: SEXES,
    prothrombin: [15.5, 17.2, 19.8, 22.4],
    control: [11.8, 12.5, 13],
    bilirubin: [5.4, 8.1, 12.6, 18.3],
  }),
  note: ({ age, sex, prothrombin, control, bilirubin }) =>
    `${
      introduce(age, sex)
    } has alcoholic hepatitis. The prothrombin time is ${prothrombin} seconds ` +
    `with a control of ${control} seconds, and the bilirubin ${bilirubin} mg/dL.`,
  question: () => "What is the Maddrey discriminant function, with the control time subtracted?",
  solve: ({ prothrombin, control, bilirubin }) => 4.6 * (prothrombin - control) + bilirubin,
  mistakes: ({ prothrombin, control, bilirubin }) => [
    { name: "term-left-out", answer: 4.6 * prothrombin + bilirubin },
    { name: "wrong-formula", answer: 4.6 * (prothrombin - control + bilirubin) },
    { name: "term-left-out", answer: 4.6 * (prothrombin - control) },
    { name: "turned-round", answer: 4.6 * (prothrombin - control) - bilirubin },
  ],
});

interface MeldPatient {
  readonly bilirubin: number;
  readonly creatinine: number;
  readonly inr: number;
  readonly sodium: number;
  readonly age: number;
}

const within = (low: number, value: number, high: number) => Math.min(Math.max(low, value), high);

/** MELD before sodium, a whole number as UNOS rounds it (Kamath et al. 2001; values below 1 count as 1). */
function meldOf({ bilirubin, creatinine, inr }: MeldPatient): number {
  const score = 0.957 * Math.log(within(1, creatinine, 4)) +
    0.378 * Math.log(Math.max(1, bilirubin)) + 1.12 * Math.log(Math.max(1, inr)) + 0.643;
  return Math.round(score * 10);
}

const MAXIMUM_MELD = 40;

function meldSodium(patient: MeldPatient): number {
  const meld = meldOf(patient);
  const lack = 137 - within(125, patient.sodium, 137);
  const score = meld > 11 ? meld + 1.32 * lack - 0.033 * meld * lack : meld;
  return Math.min(Math.round(score), MAXIMUM_MELD);
}

/** MELD with sodium (Kim et al. 2008, in the form that UNOS took over in 2016). */
export const meldNa = defineCalculator({
  name: "MELD-Na score",
  system: "hepatic",
  output: "integer",
  patients: combine({
    age: [44, 53, 62],
    bilirubin: [0.8, 2.1, 4.6, 9.3],
    creatinine: [0.7, 1.3, 1.9, 2.8],
    inr: [1.2, 1.6, 2.3],
    sodium: [122, 128, 133, 136, 139],
  }),
  note: ({ age, bilirubin, creatinine, inr, sodium }) =>
    `A ${age}-year-old patient with cirrhosis waits for a liver and has never had dialysis. ` +
    `Bilirubin is ${bilirubin} mg/dL, creatinine ${creatinine} mg/dL, INR ${inr} and sodium ` +
    `${sodium} mEq/L.`,
  question: () => "What is the MELD-Na score by the UNOS rules of 2016, rounded to a whole number?",
  solve: meldSodium,
  mistakes: (patient) => [
    { name: "term-left-out", answer: meldOf(patient) },
    {
      name: "turned-round",
      answer: meldSodium({
        ...patient,
        bilirubin: patient.creatinine,
        creatinine: patient.bilirubin,
      }),
    },
    {
      name: "wrong-formula",
      answer: meldOf(patient) + 137 - within(125, patient.sodium, 137),
    },
    { name: "term-left-out", answer: meldSodium({ ...patient, inr: 1 }) },
    { name: "term-left-out", answer: meldSodium({ ...patient, creatinine: 1 }) },
  ],
});

/** Every calculator of this file. */
export const HEPATIC = [fibrosis4, plateletRatio, discriminantFunction, meldNa];
