/**
 * Scores of the heart, the veins, the lungs, the liver and consciousness.
 *
 * @module
 */
import { defineCalculator, type Mistake } from "./calculator.ts";
import { combine, introduce, SEXES, WORDS } from "./patient.ts";
import { defineScore } from "./score.ts";

/** Stroke in atrial fibrillation: C, H, A2, D, S2, V, A, Sc (Lip et al. 2010). */
export const strokeRisk = defineScore({
  name: "CHA2DS2-VASc score",
  system: "cardiac",
  ages: [52, 59, 64, 65, 70, 74, 75, 83],
  findings: [
    { points: 1, text: "congestive heart failure" },
    { points: 1, text: "hypertension" },
    { points: 1, text: "diabetes mellitus" },
    { points: 2, text: "an earlier stroke" },
    { points: 1, text: "peripheral artery disease" },
  ],
  agePoints: (age) => (age >= 75 ? 2 : age >= 65 ? 1 : 0),
  sexPoints: (sex) => (sex === "woman" ? 1 : 0),
  setting: "has atrial fibrillation",
  question: "What is the CHA2DS2-VASc score?",
});

/** Bleeding under anticoagulation, a point for each of nine findings (Pisters et al. 2010). */
export const bleedingRisk = defineScore({
  name: "HAS-BLED score",
  system: "cardiac",
  ages: [48, 57, 63, 66, 72, 78, 84],
  findings: [
    {
      points: 1,
      text: "a systolic pressure of 174 mm Hg",
      otherwise: "a systolic pressure of 126 mm Hg",
    },
    { points: 1, text: "kidney failure treated with dialysis" },
    { points: 1, text: "cirrhosis of the liver" },
    { points: 1, text: "an earlier stroke" },
    { points: 1, text: "an earlier major bleeding" },
    { points: 1, text: "labile INR values" },
    { points: 1, text: "aspirin among the daily medicines" },
    {
      points: 1,
      text: "ten alcoholic drinks a week",
      otherwise: "one alcoholic drink a week",
    },
  ],
  agePoints: (age) => (age > 65 ? 1 : 0),
  setting: "takes warfarin",
  question: "What is the HAS-BLED score?",
});

/** Deep vein thrombosis; two points off where another diagnosis is as likely (Wells et al. 2003). */
export const thrombosisRisk = defineScore({
  name: "Wells score for deep vein thrombosis",
  system: "vascular",
  ages: [26, 40, 51, 67],
  findings: [
    { points: 1, text: "active cancer" },
    { points: 1, text: "a plaster cast on the leg" },
    { points: 1, text: "tenderness along the deep veins" },
    { points: 1, text: "swelling of the entire leg" },
    {
      points: 1,
      text: "a calf that is 4 cm thicker than the other",
      otherwise: "calves of equal size",
    },
    { points: 1, text: "pitting edema of this leg alone" },
    { points: 1, text: "a documented earlier deep vein thrombosis" },
    { points: -2, text: "another diagnosis that is at least as likely" },
  ],
  agePoints: () => 0,
  setting:
    "has a painful leg, without collateral superficial veins or palsy, and was neither in bed for days " +
    "nor operated on lately",
  question: "What is the Wells score for deep vein thrombosis?",
});

/** Pneumonia: confusion, urea, respiratory rate, blood pressure, 65 years (Lim et al. 2003). */
export const pneumoniaSeverity = defineScore({
  name: "CURB-65 score",
  system: "respiratory",
  ages: [34, 49, 61, 64, 65, 73, 88],
  findings: [
    { points: 1, text: "new confusion" },
    {
      points: 1,
      text: "a blood urea nitrogen of 28 mg/dL",
      otherwise: "a blood urea nitrogen of 12 mg/dL",
    },
    {
      points: 1,
      text: "a respiratory rate of 32 breaths per minute",
      otherwise: "a respiratory rate of 20 breaths per minute",
    },
    {
      points: 1,
      text: "a blood pressure of 84/56 mm Hg",
      otherwise: "a blood pressure of 132/78 mm Hg",
    },
  ],
  agePoints: (age) => (age >= 65 ? 1 : 0),
  setting: "has pneumonia that began at home",
  question: "What is the CURB-65 score?",
});

/** Mistakes that do not give themselves away by a score below the scale's lowest. */
function possible(lowest: number, mistakes: readonly Mistake[]): Mistake[] {
  return mistakes.filter(({ answer }) => Number(answer) >= lowest);
}

const EYES = ["not at all", "to pain", "to speech", "spontaneously"] as const;
const VOICE = [
  "gives no sound",
  "makes sounds that are no words",
  "says single words without sense",
  "talks confusedly",
  "talks and knows the place and the day",
] as const;
const LIMBS = [
  "does not move",
  "extends the arms to pain",
  "flexes the arms abnormally to pain",
  "withdraws the hand from pain",
  "localises pain",
  "obeys commands",
] as const;

/** Eyes 1 to 4, verbal 1 to 5, motor 1 to 6 (Teasdale and Jennett 1974; six motor grades of 1976). */
export const comaScale = defineCalculator({
  name: "Glasgow coma scale",
  system: "neurologic",
  output: "integer",
  patients: combine({
    age: [19, 46, 77],
    sex: SEXES,
    eyes: [1, 2, 3, 4],
    verbal: [1, 2, 3, 4, 5],
    motor: [1, 2, 3, 4, 5, 6],
  }).filter(({ eyes, verbal, motor }) =>
    // No sleeper talks or obeys.
    Math.abs(verbal - motor) <= 2 && Math.abs(eyes - verbal) <= 2 && eyes >= motor - 3
  ),
  note: ({ age, sex, eyes, verbal, motor }) =>
    `${introduce(age, sex)} has had a head injury. ${WORDS[sex].subject} opens the eyes ` +
    `${EYES[eyes - 1]}, ${VOICE[verbal - 1]}, and ${LIMBS[motor - 1]}.`,
  question: () => "What is the score on the Glasgow coma scale?",
  solve: ({ eyes, verbal, motor }) => eyes + verbal + motor,
  mistakes: ({ eyes, verbal, motor }) =>
    possible(3, [
      // Each part counted from 0; motor response out of 5; a part left out.
      { name: "wrong-formula", answer: eyes + verbal + motor - 3 },
      { name: "wrong-formula", answer: eyes + verbal + motor - 1 },
      { name: "term-left-out", answer: eyes + motor },
      { name: "term-left-out", answer: verbal + motor },
      { name: "wrong-formula", answer: eyes + verbal + motor + 1 },
    ]),
});

const grade = (value: number, [mild, severe]: readonly [number, number]) =>
  value < mild ? 1 : value <= severe ? 2 : 3;

const ASCITES = ["no ascites", "slight ascites", "tense ascites"] as const;
const ENCEPHALOPATHY = [
  "no encephalopathy",
  "encephalopathy of grade 1",
  "encephalopathy of grade 3",
] as const;

interface LiverPatient {
  readonly bilirubin: number;
  readonly albumin: number;
  readonly inr: number;
  /** 1 to 3, as the score has them. */
  readonly ascites: number;
  readonly encephalopathy: number;
}

function childPughParts({ bilirubin, albumin, inr, ascites, encephalopathy }: LiverPatient) {
  return [
    grade(bilirubin, [2, 3]),
    // Less albumin is worse.
    grade(-albumin, [-3.5, -2.8]),
    grade(inr, [1.7, 2.3]),
    ascites,
    encephalopathy,
  ] as const;
}

const total = (parts: readonly number[]) => parts.reduce((sum, part) => sum + part, 0);

/** Five findings of 1 to 3 points each (Pugh et al. 1973, with the INR for the prothrombin time). */
export const childPugh = defineCalculator({
  name: "Child-Pugh score",
  system: "hepatic",
  output: "integer",
  patients: combine({
    age: [47, 66],
    sex: SEXES,
    bilirubin: [1.2, 2.4, 4.7],
    albumin: [2.3, 3.1, 3.9],
    inr: [1.1, 1.9, 2.6],
    ascites: [1, 2, 3],
    encephalopathy: [1, 2, 3],
  }),
  note: ({ age, sex, bilirubin, albumin, inr, ascites, encephalopathy }) =>
    `${introduce(age, sex)} with cirrhosis has ${ASCITES[ascites - 1]} and ` +
    `${
      ENCEPHALOPATHY[encephalopathy - 1]
    }. Bilirubin is ${bilirubin} mg/dL, albumin ${albumin} g/dL ` +
    `and INR ${inr}.`,
  question: () => "What is the Child-Pugh score, in points?",
  solve: (patient) => total(childPughParts(patient)),
  mistakes: (patient) => {
    const parts = childPughParts(patient);
    return possible(5, [
      // Each part counted from 0.
      { name: "wrong-formula", answer: total(parts) - parts.length },
      { name: "turned-round", answer: total(parts) - parts[1] + (4 - parts[1]) },
      { name: "term-left-out", answer: total(parts) - parts[2] },
      { name: "term-left-out", answer: total(parts) - parts[4] },
      { name: "wrong-formula", answer: total(parts) + 1 },
    ]);
  },
});

/** Every calculator of this file. */
export const SCORES = [
  strokeRisk,
  bleedingRisk,
  thrombosisRisk,
  pneumoniaSeverity,
  comaScale,
  childPugh,
];
