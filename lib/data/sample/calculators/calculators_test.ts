import { assert, assertEquals } from "@std/assert";
import { CALCULATORS } from "./mod.ts";
import { combine, introduce, listWords } from "./patient.ts";

/** Calculator, parts of the patient's note, and the answer worked out by hand. */
const BY_HAND: readonly (readonly [name: string, parts: readonly string[], answer: string])[] = [
  // (140 - 45) * 88 / (72 * 2.3) * 0.85
  ["creatinine clearance (Cockcroft-Gault)", ["45-year-old woman", "88 kg", " 2.3 mg"], "42.911"],
  // 72 * 72 / (72 * 0.9)
  ["creatinine clearance (Cockcroft-Gault)", ["68-year-old man", "72 kg", " 0.9 mg"], "80"],
  // 142 * (3.8 / 0.7)^-1.2 * 0.9938^47 * 1.012
  ["GFR (CKD-EPI 2021)", ["47-year-old woman", " 3.8 mg"], "14.09"],
  // 142 * (0.8 / 0.9)^-0.302 * 0.9938^52
  ["GFR (CKD-EPI 2021)", ["52-year-old man", " 0.8 mg"], "106.484"],
  // 142 * (1.4 / 0.9)^-1.2 * 0.9938^66
  ["GFR (CKD-EPI 2021)", ["66-year-old man", " 1.4 mg"], "55.432"],
  // 175 * 3.8^-1.154 * 47^-0.203 * 0.742
  ["GFR (MDRD)", ["47-year-old woman", " 3.8 mg"], "12.733"],
  ["GFR (MDRD)", ["58-year-old man", " 1.4 mg"], "52.051"],
  // 100 * 18 * 3.2 / (144 * 60); 100 * 76 * 1.8 / (136 * 45)
  [
    "fractional excretion of sodium",
    ["sodium is 144", "creatinine 3.2", "sodium is 18 ", "creatinine 60"],
    "0.667",
  ],
  [
    "fractional excretion of sodium",
    ["sodium is 136", "creatinine 1.8", "sodium is 76 ", "creatinine 45"],
    "2.235",
  ],
  // 39 + 2.5 * 2.4; 19 + 2.5 * 0.8
  ["albumin corrected anion gap", ["138", "chloride 92", "bicarbonate 7 ", " 1.6 g"], "45"],
  ["albumin corrected anion gap", ["142", "chloride 105", "bicarbonate 18 ", " 3.2 g"], "21"],
  ["delta gap", ["138", "chloride 92", "bicarbonate 7 "], "27"],
  ["delta gap", ["142", "chloride 105", "bicarbonate 18 "], "7"],
  // 27 / 17; 7 / 6
  ["delta ratio", ["138", "chloride 92", "bicarbonate 7 "], "1.588"],
  ["delta ratio", ["142", "chloride 105", "bicarbonate 18 "], "1.167"],
  // 131 + 0.024 * 710; 121 + 0.024 * 540
  ["sodium corrected for glucose", ["44-year-old woman", "131 mEq", "810 mg"], "148.04"],
  ["sodium corrected for glucose", ["19-year-old man", "121 mEq", "640 mg"], "133.96"],
  // 347 - 276 - 6 - 12.5; 322 - 282 - 4.5 - 5
  ["osmolal gap", ["138 mEq", "108 mg", "nitrogen 35", "347"], "52.5"],
  ["osmolal gap", ["141 mEq", " 81 mg", "nitrogen 14", "322"], "30.5"],
  // 0.5 * 71 * 26 / 140; 0.6 * 84 * 15 / 140
  ["free water deficit", ["37-year-old woman", "71 kg", "166"], "6.593"],
  ["free water deficit", ["62-year-old man", "84 kg", "155"], "5.4"],
  // 4 * 96 * 42 = 16128 ml a day, half of it in 8 hours
  ["burn fluids of the first 8 hours (Parkland)", ["31-year-old man", "42 %", "96 kg"], "1008"],
  ["burn fluids of the first 8 hours (Parkland)", ["22-year-old woman", "18 %", "54 kg"], "243"],
  // 0.4 * 643 - 35 - 61; 0.21 * 713 - 42.5 - 77
  ["alveolar-arterial gradient", ["40 %", "690 mm", "pO2 is 61", "pCO2 28"], "161.2"],
  ["alveolar-arterial gradient", ["21 %", "760 mm", "pO2 is 77", "pCO2 34"], "30.23"],
  ["PaO2/FiO2 ratio", ["39-year-old woman", "50 %", "88 mm"], "176"],
  ["PaO2/FiO2 ratio", ["39-year-old woman", "30 %", "55 mm"], "183.333"],
  // 94 / 0.75 / 18; 91 / 0.45 / 24
  ["ROX index", ["48-year-old woman", "75 %", "94 %", " 18 b"], "6.963"],
  ["ROX index", ["48-year-old man", "45 %", "91 %", " 24 b"], "8.426"],
  // 1.34 * 9.7 * 0.82 + 0.276; 1.34 * 15.1 * 0.97 + 0.225
  ["arterial oxygen content", [" 9.7 g", "82 %", "92 mm"], "10.934"],
  ["arterial oxygen content", [" 15.1 g", "97 %", "75 mm"], "19.852"],
  // RR 0.625 s, root 0.790569, cube root 0.854988; RR 1.5 s, root 1.224745, cube root 1.144714
  ["corrected QT (Bazett)", ["42-year-old woman", "96 beats", "384 msec"], "485.726"],
  ["corrected QT (Bazett)", ["42-year-old man", "40 beats", "408 msec"], "333.131"],
  ["corrected QT (Fridericia)", ["42-year-old woman", "96 beats", "384 msec"], "449.129"],
  ["corrected QT (Fridericia)", ["42-year-old man", "40 beats", "408 msec"], "356.421"],
  ["corrected QT (Framingham)", ["42-year-old woman", "96 beats", "384 msec"], "441.75"],
  ["corrected QT (Framingham)", ["42-year-old man", "40 beats", "408 msec"], "331"],
  ["corrected QT (Hodges)", ["42-year-old woman", "96 beats", "384 msec"], "447"],
  ["corrected QT (Hodges)", ["42-year-old man", "40 beats", "408 msec"], "373"],
  ["corrected QT (Rautaharju)", ["42-year-old woman", "96 beats", "384 msec"], "460.8"],
  ["corrected QT (Rautaharju)", ["42-year-old man", "40 beats", "408 msec"], "362.667"],
  ["HOMA-IR", ["35-year-old woman", "118 mg", " 14 m"], "4.079"],
  ["HOMA-IR", ["35-year-old man", " 93 mg", " 9 m"], "2.067"],
  ["estimated average glucose", ["45-year-old woman", "9.1 %"], "214.47"],
  ["estimated average glucose", ["45-year-old man", "6.9 %"], "151.33"],
  // sqrt(3.163333); sqrt(4.575)
  ["body surface area (Mosteller)", ["60-year-old woman", "156 cm", "73 kg"], "1.779"],
  ["body surface area (Mosteller)", ["60-year-old man", "183 cm", "90 kg"], "2.139"],
  // 50 + 2.3 * 3.385827; 45.5 + 2.3 * 7.716535
  ["ideal body weight (Devine)", ["47-year-old man", "161 cm", "82 kg"], "57.787"],
  ["ideal body weight (Devine)", ["47-year-old woman", "172 cm", "82 kg"], "63.248"],
  // 56.881890 + 0.4 * 36.118110; 59.625984 + 0.4 * 58.374016
  ["adjusted body weight", ["52-year-old man", "160 cm", "93 kg"], "71.329"],
  ["adjusted body weight", ["52-year-old woman", "168 cm", "118 kg"], "82.976"],
  // 970 + 1087.5 - 165 - 161; 800 + 1162.5 - 320 + 5
  ["resting energy (Mifflin-St Jeor)", ["33-year-old woman", "174 cm", "97 kg"], "1731.5"],
  ["resting energy (Mifflin-St Jeor)", ["64-year-old man", "186 cm", "80 kg"], "1647.5"],
  // 46 * 120 / (145 * 10); 55 * 52 / (90 * 7)
  ["FIB-4 index", ["46-year-old man", "AST is 120", "ALT 100", "count 145"], "3.807"],
  ["FIB-4 index", ["55-year-old man", "AST is 52", "ALT 49", "count 90"], "4.54"],
  ["AST to platelet ratio index", ["50-year-old man", "AST is 48", "of 40", "is 175"], "0.686"],
  ["AST to platelet ratio index", ["50-year-old man", "AST is 132", "of 33", "is 84"], "4.762"],
  // 4.6 * 2.5 + 12.6; 4.6 * 10.6 + 5.4
  ["discriminant function (Maddrey)", ["48-year-old man", " 15.5 s", " 13 s", " 12.6 m"], "24.1"],
  ["discriminant function (Maddrey)", ["48-year-old man", " 22.4 s", " 11.8 s", " 5.4 m"], "54.16"],
  // 0.957 ln 1.9 + 1.12 ln 1.2 + 0.643 = 1.461: 15, sodium within bounds
  ["MELD-Na score", ["A 53-", "Bilirubin is 0.8", "creatinine 1.9", "INR 1.2", "139"], "15"],
  // 0.957 ln 1.3 + 0.378 ln 4.6 + 1.12 ln 1.6 + 0.643 = 1.997: 20; 20 + 1.32 * 9 - 0.033 * 180 = 25.94
  ["MELD-Na score", ["A 53-", "Bilirubin is 4.6", "creatinine 1.3", "INR 1.6", "128"], "26"],
  // 0.957 ln 2.8 + 0.378 ln 9.3 + 1.12 ln 2.3 + 0.643 = 3.404: 34; 34 + 1.32 * 4 - 0.033 * 136 = 34.792
  ["MELD-Na score", ["A 53-", "Bilirubin is 9.3", "creatinine 2.8", "INR 2.3", "133"], "35"],
  // 40 weeks after 6 November 2020 are 13 August 2021, and 5 days more
  ["estimated due date (Naegele)", ["A 29-", "11/06/2020", "33 days"], "08/18/2021"],
  // 40 weeks after 5 January 2018 are 12 October 2018, and 2 days less
  ["estimated due date (Naegele)", ["A 29-", "01/05/2018", "26 days"], "10/10/2018"],
  ["estimated date of conception", ["A 29-", "11/06/2020"], "11/20/2020"],
  ["estimated date of conception", ["A 29-", "01/05/2018"], "01/19/2018"],
  // January 26 days more, February 28, March 31, April 12: 97
  ["estimated gestational age", ["A 27-", "on 04/12/2018", "01/05/2018"], "('13 weeks', '6 days')"],
  ["estimated gestational age", ["A 27-", "on 05/27/2021", "11/06/2020"], "('28 weeks', '6 days')"],
  // Stroke 2, hypertension, artery disease, woman
  [
    "CHA2DS2-VASc score",
    ["52-year-old woman", "has hypertension, an earlier stroke and peripheral artery disease."],
    "5",
  ],
  // Stroke 2, 75 and over 2
  ["CHA2DS2-VASc score", ["83-year-old man", "He has an earlier stroke."], "4"],
  // Kidney, liver, aspirin
  [
    "HAS-BLED score",
    ["48-year-old woman", "has kidney failure treated with dialysis, cirrhosis", "one alcoholic"],
    "3",
  ],
  // Liver, alcohol, over 65
  ["HAS-BLED score", ["66-year-old woman", "has cirrhosis of the liver, ten alcoholic"], "3"],
  // Edema, earlier thrombosis
  [
    "Wells score for deep vein thrombosis",
    ["51-year-old man", "has pitting edema of this leg alone, a documented earlier"],
    "2",
  ],
  // Five findings, less two
  [
    "Wells score for deep vein thrombosis",
    ["67-year-old woman", "has active cancer, a plaster cast", "alone and another diagnosis"],
    "3",
  ],
  ["CURB-65 score", ["64-year-old woman", "has a respiratory rate of 32", "84/56"], "2"],
  // Urea, pressure, 65 and over
  ["CURB-65 score", ["88-year-old man", "nitrogen of 28", "84/56", "rate of 20"], "3"],
  ["Glasgow coma scale", ["19-year-old man", "to speech", "talks confusedly", "obeys"], "13"],
  ["Glasgow coma scale", ["77-year-old woman", "to pain", "talks confusedly", "localises"], "11"],
  // 2 + 3 + 3 + 3 + 2; 1 + 2 + 1 + 1 + 3
  ["Child-Pugh score", ["47-year-old man", "tense", "grade 1", " 2.4 m", " 2.3 g", "2.6"], "13"],
  ["Child-Pugh score", ["66-year-old man", "no asc", "grade 3", " 1.2 m", " 3.1 g", "1.1"], "8"],
];

Deno.test("every calculator gives what hand calculation gives, two patients each", () => {
  for (const [name, parts, answer] of BY_HAND) {
    const calculator = CALCULATORS.find((candidate) => candidate.name === name);
    assert(calculator !== undefined, name);
    const found = calculator.problems()
      .filter(({ note }) => parts.every((part) => note.includes(part)));
    assertEquals(
      [...new Set(found.map((problem) => problem.answer))],
      [answer],
      `${name} ${parts}`,
    );
  }
  for (const { name } of CALCULATORS) {
    assert(BY_HAND.filter(([tried]) => tried === name).length >= 2, name);
  }
});

Deno.test("at least 30 calculators of several systems, none twice, each with dozens of patients", () => {
  assert(CALCULATORS.length >= 30);
  assertEquals(new Set(CALCULATORS.map(({ name }) => name)).size, CALCULATORS.length);
  assert(new Set(CALCULATORS.map(({ system }) => system)).size >= 6);
  for (const calculator of CALCULATORS) {
    const { length } = calculator.problems();
    // Turns step through the patients by 7919.
    assert(length >= 48 && length < 7919, `${calculator.name}: ${length}`);
  }
});

Deno.test("limits are MedCalc-Bench's, and every wrong answer lies outside and apart", () => {
  for (const { name, output, problems } of CALCULATORS) {
    for (const { answer, lower, upper, wrongAnswers } of problems()) {
      assertEquals(new Set([answer, ...wrongAnswers]).size, 4, `${name}: ${answer}`);
      if (output === "date" || output === "weeks_days") {
        assertEquals([lower, upper], [null, null]);
        continue;
      }
      const value = Number(answer);
      assert(lower! <= value && value <= upper!, `${name}: ${answer} in ${lower} to ${upper}`);
      if (output === "integer") {
        assertEquals([lower, upper], [value, value]);
        assert(Number.isInteger(value), `${name}: ${answer}`);
      } else {
        // The limits come from the unrounded value, the answer has three decimals.
        assert(Math.abs(upper! - lower! - Math.abs(value) * 0.1) < 0.0002, `${name}: ${answer}`);
      }
      for (const wrong of wrongAnswers) {
        assert(Number(wrong) < lower! || Number(wrong) > upper!, `${name}: ${wrong} for ${answer}`);
      }
    }
  }
});

Deno.test("notes are whole sentences and give no answer away", () => {
  for (const { name, output, problems } of CALCULATORS) {
    for (const { note, question, answer } of problems()) {
      assert(/^[A-Z][ -~]*\.$/.test(note), `${name}: ${note}`);
      assert(/^[A-Z][ -~]*[?.)]$/.test(question), `${name}: ${question}`);
      assert(!/undefined|NaN|null| {2}/.test(`${note} ${question}`), `${name}: ${note}`);
      if (output === "date") assert(!note.includes(answer), `${name}: ${note}`);
    }
  }
});

Deno.test("combinations take one value of each list; patients are introduced in English", () => {
  assertEquals(combine({ a: [1, 2], b: ["x", "y"] }), [
    { a: 1, b: "x" },
    { a: 1, b: "y" },
    { a: 2, b: "x" },
    { a: 2, b: "y" },
  ]);
  assertEquals(introduce(81, "woman"), "An 81-year-old woman");
  assertEquals(introduce(18, "man"), "An 18-year-old man");
  assertEquals(introduce(45, "man"), "A 45-year-old man");
  assertEquals(listWords(["a", "b", "c"], "or"), "a, b or c");
  assertEquals(listWords(["a"]), "a");
});
