/**
 * Formulas that no training question asks for; questions about them always state the formula.
 *
 * @module
 */
import { combineNumbers, countBy, makeStep } from "./arithmetic.ts";
import type { Formula } from "./formula.ts";

/** Mean arterial minus intracranial pressure; wrong: half of it. */
const cerebralPerfusion: Formula = {
  name: "cerebral perfusion pressure",
  equation: "map - icp",
  output: "integer",
  numbers: combineNumbers(countBy(72, 118, 2), [10, 20, 30]),
  describe: ([map, icp]) => `map ${map}, icp ${icp}`,
  solve([map, icp]) {
    const gap = makeStep("gap", "-", map!, icp!);
    return [
      { name: "right", rule: "map minus icp", steps: [gap] },
      {
        name: "wrong-formula",
        rule: "half of map minus icp",
        steps: [gap, makeStep("half", "/", gap.value, 2)],
      },
    ];
  },
};

/** Total cholesterol - HDL - triglycerides / 5 (Friedewald, Levy and Fredrickson 1972, mg/dl). */
const ldlCholesterol: Formula = {
  name: "ldl",
  equation: "total - hdl - tg / 5",
  output: "decimal",
  numbers: combineNumbers(countBy(150, 250, 5), [30, 40, 50, 60], [50, 100, 150, 200]),
  describe: ([total, hdl, tg]) => `total ${total}, hdl ${hdl}, tg ${tg}`,
  solve([total, hdl, tg]) {
    const part = makeStep("part", "/", tg!, 5);
    const rest = makeStep("rest", "-", total!, hdl!);
    return [
      {
        name: "right",
        rule: "total minus hdl minus tg over 5",
        steps: [part, rest, makeStep("gap", "-", rest.value, part.value)],
      },
      { name: "wrong-formula", rule: "total minus hdl", steps: [rest] },
    ];
  },
};

/** Stroke volume times heart rate over 1000; wrong: ml kept. */
const cardiacOutput: Formula = {
  name: "cardiac output in l per minute",
  equation: "volume * rate / 1000",
  output: "decimal",
  numbers: combineNumbers([40, 50, 60, 70, 80, 90, 100], [50, 60, 70, 80, 90, 100, 110, 120]),
  describe: ([volume, rate]) => `volume ${volume} ml, rate ${rate}`,
  solve([volume, rate]) {
    const product = makeStep("product", "*", volume!, rate!);
    return [
      {
        name: "right",
        rule: "volume times rate over 1000",
        steps: [product, makeStep("output", "/", product.value, 1000)],
      },
      { name: "unit-kept", rule: "volume times rate", steps: [product] },
    ];
  },
};

/** Cigarettes a day over 20, times years; wrong: cigarettes taken for packs. */
const packYears: Formula = {
  name: "pack years",
  equation: "cigarettes / 20 * years",
  output: "decimal",
  numbers: combineNumbers([10, 20, 30, 40, 60], countBy(4, 40, 2)),
  describe: ([cigarettes, years]) => `${cigarettes} cigarettes, ${years} years`,
  solve([cigarettes, years]) {
    const packs = makeStep("packs", "/", cigarettes!, 20);
    return [
      {
        name: "right",
        rule: "cigarettes over 20 times years",
        steps: [packs, makeStep("product", "*", packs.value, years!)],
      },
      {
        name: "unit-kept",
        rule: "cigarettes times years",
        steps: [makeStep("product", "*", cigarettes!, years!)],
      },
    ];
  },
};

/** 1.5 bicarbonate + 8 (Albert, Dell and Winters 1967); wrong: the 8 forgotten. */
const expectedCarbonDioxide: Formula = {
  name: "expected pco2",
  equation: "1.5 * hco3 + 8",
  output: "decimal",
  numbers: combineNumbers(countBy(4, 24, 2)),
  describe: ([hco3]) => `hco3 ${hco3}`,
  solve([hco3]) {
    const part = makeStep("part", "*", 1.5, hco3!);
    return [
      {
        name: "right",
        rule: "1.5 times hco3 plus 8",
        steps: [part, makeStep("sum", "+", part.value, 8)],
      },
      { name: "wrong-formula", rule: "1.5 times hco3", steps: [part] },
    ];
  },
};

/** Weight times per cent dehydration times 10, in ml; wrong: the 10 forgotten. */
const fluidDeficit: Formula = {
  name: "fluid deficit in ml",
  equation: "kg * percent * 10",
  output: "decimal",
  numbers: combineNumbers(countBy(4, 40, 2), [2, 3, 5, 10]),
  describe: ([weight, percent]) => `weight ${weight} kg, ${percent} percent`,
  solve([weight, percent]) {
    const part = makeStep("part", "*", percent!, weight!);
    return [
      {
        name: "right",
        rule: "kg times percent times 10",
        steps: [part, makeStep("product", "*", 10, part.value)],
      },
      { name: "wrong-formula", rule: "kg times percent", steps: [part] },
    ];
  },
};

/** 150 - 1.25 pCO2 - pO2: the alveolar gas equation (Fenn, Rahn and Otis 1946) for air at sea level. */
const oxygenGradient: Formula = {
  name: "a-a gradient",
  equation: "150 - 1.25 * pco2 - po2",
  output: "decimal",
  numbers: combineNumbers([24, 32, 40, 48, 56], countBy(40, 90, 2))
    .filter(([pco2, po2]) => 150 - 1.25 * pco2! - po2! >= 5),
  describe: ([pco2, po2]) => `pco2 ${pco2}, po2 ${po2}`,
  solve([pco2, po2]) {
    const part = makeStep("part", "*", 1.25, pco2!);
    const rest = makeStep("rest", "-", 150, part.value);
    return [
      {
        name: "right",
        rule: "150 minus 1.25 times pco2 minus po2",
        steps: [part, rest, makeStep("gap", "-", rest.value, po2!)],
      },
      { name: "wrong-formula", rule: "150 minus po2", steps: [makeStep("gap", "-", 150, po2!)] },
    ];
  },
};

/** Every formula of the out-of-distribution split. */
export const UNSEEN_FORMULAS: readonly Formula[] = [
  cerebralPerfusion,
  ldlCholesterol,
  cardiacOutput,
  packYears,
  expectedCarbonDioxide,
  fluidDeficit,
  oxygenGradient,
];
