/**
 * Calculators of breathing and oxygen.
 *
 * @module
 */
import { defineCalculator } from "./calculator.ts";
import { combine, introduce, SEXES } from "./patient.ts";

const WATER_VAPOUR = 47;
const RESPIRATORY_QUOTIENT = 0.8;

/** FiO2 (P - 47) - PaCO2 / 0.8 - PaO2 (Fenn, Rahn and Otis 1946, pressures in mm Hg). */
export const alveolarGradient = defineCalculator({
  name: "alveolar-arterial gradient",
  system: "respiratory",
  output: "decimal",
  patients: combine({
    pressure: [630, 690, 745, 760],
    oxygenPercent: [21, 28, 40, 50],
    arterial: [54, 61, 68, 77],
    carbonDioxide: [28, 34, 41, 52],
  }).filter(({ pressure, oxygenPercent, arterial, carbonDioxide }) =>
    oxygenPercent / 100 * (pressure - 47) - carbonDioxide / 0.8 - arterial > 5
  ),
  note: ({ pressure, oxygenPercent, arterial, carbonDioxide }) =>
    "A patient is short of breath. While breathing " +
    `${oxygenPercent} % oxygen at a barometric pressure of ${pressure} mm Hg, arterial pO2 is ` +
    `${arterial} mm Hg and arterial pCO2 ${carbonDioxide} mm Hg.`,
  question: () =>
    "What is the alveolar-arterial oxygen gradient, with a respiratory quotient of 0.8 and a water " +
    "vapour pressure of 47 mm Hg, in mm Hg?",
  solve: ({ pressure, oxygenPercent, arterial, carbonDioxide }) =>
    oxygenPercent / 100 * (pressure - WATER_VAPOUR) - carbonDioxide / RESPIRATORY_QUOTIENT -
    arterial,
  mistakes: ({ pressure, oxygenPercent, arterial, carbonDioxide }) => {
    const fraction = oxygenPercent / 100;
    const inspired = fraction * (pressure - WATER_VAPOUR);
    return [
      {
        name: "term-left-out",
        answer: fraction * pressure - carbonDioxide / RESPIRATORY_QUOTIENT - arterial,
      },
      { name: "wrong-formula", answer: inspired - carbonDioxide * 0.8 - arterial },
      { name: "term-left-out", answer: inspired - arterial },
      { name: "turned-round", answer: inspired + carbonDioxide / RESPIRATORY_QUOTIENT - arterial },
    ];
  },
});

/** PaO2 over the fraction of inspired oxygen (Horowitz, Carrico and Shires 1974). */
export const oxygenationRatio = defineCalculator({
  name: "PaO2/FiO2 ratio",
  system: "respiratory",
  output: "decimal",
  patients: combine({
    age: [23, 39, 51, 64, 72],
    sex: SEXES,
    arterial: [55, 62, 74, 88, 96],
    oxygenPercent: [30, 40, 50, 60, 80],
  }),
  note: ({ age, sex, arterial, oxygenPercent }) =>
    `${
      introduce(age, sex)
    } with pneumonia is on a ventilator with ${oxygenPercent} % oxygen. The ` +
    `arterial pO2 is ${arterial} mm Hg.`,
  question: () => "What is the ratio of arterial oxygen to inspired oxygen, in mm Hg?",
  solve: ({ arterial, oxygenPercent }) => arterial / (oxygenPercent / 100),
  mistakes: ({ arterial, oxygenPercent }) => [
    { name: "unit-kept", answer: arterial / oxygenPercent },
    { name: "wrong-formula", answer: arterial * oxygenPercent / 100 },
    { name: "turned-round", answer: oxygenPercent / arterial },
  ],
});

/** (SpO2 / FiO2) / breaths a minute, SpO2 in per cent (Roca et al. 2019). */
export const roxIndex = defineCalculator({
  name: "ROX index",
  system: "respiratory",
  output: "decimal",
  patients: combine({
    age: [33, 48, 59, 67, 81],
    sex: SEXES,
    saturation: [88, 91, 94, 97],
    oxygenPercent: [35, 45, 60, 75],
    breaths: [18, 24, 29, 36],
  }),
  note: ({ age, sex, saturation, oxygenPercent, breaths }) =>
    `${introduce(age, sex)} with pneumonia is treated with high-flow nasal oxygen of ` +
    `${oxygenPercent} %. The oxygen saturation is ${saturation} % and the respiratory rate ` +
    `${breaths} breaths per minute.`,
  question: () => "What is the ROX index?",
  solve: ({ saturation, oxygenPercent, breaths }) => saturation / (oxygenPercent / 100) / breaths,
  mistakes: ({ saturation, oxygenPercent, breaths }) => [
    { name: "unit-kept", answer: saturation / oxygenPercent / breaths },
    { name: "term-left-out", answer: saturation / (oxygenPercent / 100) },
    { name: "term-left-out", answer: saturation / breaths },
  ],
});

/** 1.34 hemoglobin saturation + 0.003 PaO2 (Hufner 1894 for the 1.34 mL of a gram; hemoglobin in g/dL). */
export const oxygenContent = defineCalculator({
  name: "arterial oxygen content",
  system: "respiratory",
  output: "decimal",
  patients: combine({
    hemoglobin: [6.8, 8.2, 9.7, 11.5, 13.6, 15.1],
    saturation: [82, 88, 93, 97],
    arterial: [48, 60, 75, 92],
  }),
  note: ({ hemoglobin, saturation, arterial }) =>
    `A patient bleeds after an injury. Hemoglobin is ${hemoglobin} g/dL, arterial oxygen ` +
    `saturation ${saturation} % and arterial pO2 ${arterial} mm Hg.`,
  question: () =>
    "What is the oxygen content of arterial blood, with 1.34 mL bound by a gram of hemoglobin and " +
    "0.003 mL/dL dissolved per mm Hg, in mL/dL?",
  solve: ({ hemoglobin, saturation, arterial }) =>
    1.34 * hemoglobin * saturation / 100 + 0.003 * arterial,
  mistakes: ({ hemoglobin, saturation, arterial }) => [
    { name: "unit-kept", answer: 1.34 * hemoglobin * saturation + 0.003 * arterial },
    {
      name: "wrong-formula",
      answer: 1.34 * hemoglobin * saturation / 100 + 0.03 * arterial,
    },
    { name: "term-left-out", answer: hemoglobin * saturation / 100 + 0.003 * arterial },
  ],
});

/** Every calculator of this file but the scores. */
export const RESPIRATORY = [alveolarGradient, oxygenationRatio, roxIndex, oxygenContent];
