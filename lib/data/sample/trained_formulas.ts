/**
 * The formulas that sample questions are trained on.
 *
 * The numbers keep every step to an operation that a very small model learns from few examples: most
 * differences and sums leave the last digit alone, factors are small, quotients come out even.
 *
 * @module
 */
import { combineNumbers, countBy, makeStep } from "./arithmetic.ts";
import type { Formula } from "./formula.ts";

/** Diastolic pressure plus a third of the pulse pressure; wrong: the plain mean of both pressures. */
const meanArterialPressure: Formula = {
  name: "mean arterial pressure",
  equation: "dbp + (sbp - dbp) / 3",
  output: "decimal",
  numbers: combineNumbers(countBy(50, 100, 1), [30, 60, 90])
    .map(([dbp, gap]) => [dbp! + gap!, dbp!]).filter(([sbp]) => sbp! >= 90 && sbp! <= 180),
  describe: ([sbp, dbp]) => `sbp ${sbp}, dbp ${dbp}`,
  solve([sbp, dbp]) {
    const gap = makeStep("gap", "-", sbp!, dbp!);
    const third = makeStep("third", "/", gap.value, 3);
    const half = makeStep("half", "/", gap.value, 2);
    return [
      {
        name: "right",
        rule: "dbp plus a third of the gap",
        steps: [gap, third, makeStep("sum", "+", dbp!, third.value)],
      },
      {
        name: "wrong-formula",
        rule: "dbp plus half of the gap",
        steps: [gap, half, makeStep("sum", "+", dbp!, half.value)],
      },
    ];
  },
};

/** Sodium minus chloride minus bicarbonate (Emmett and Narins 1977); wrong: bicarbonate forgotten. */
const anionGap: Formula = {
  name: "anion gap",
  equation: "na - cl - hco3",
  output: "decimal",
  numbers: combineNumbers(countBy(130, 150, 1), [90, 100, 110], [10, 20, 30])
    .filter(([na, cl, hco3]) => na! - cl! - hco3! >= 3 && na! - cl! - hco3! <= 39),
  describe: ([na, cl, hco3]) => `na ${na}, cl ${cl}, hco3 ${hco3}`,
  solve([na, cl, hco3]) {
    const rest = makeStep("rest", "-", na!, cl!);
    return [
      {
        name: "right",
        rule: "na minus cl minus hco3",
        steps: [rest, makeStep("gap", "-", rest.value, hco3!)],
      },
      { name: "wrong-formula", rule: "na minus cl", steps: [rest] },
    ];
  },
};

/** Calcium + 0.8 (4 - albumin) (Payne 1973, in mg/dl and g/dl); wrong: the sign turned round. */
const correctedCalcium: Formula = {
  name: "corrected calcium",
  equation: "ca + 0.8 * (4 - albumin)",
  output: "decimal",
  numbers: combineNumbers(countBy(7, 9.9, 0.1), [1, 1.5, 2, 2.5, 3]),
  describe: ([calcium, albumin]) => `ca ${calcium}, albumin ${albumin}`,
  solve([calcium, albumin]) {
    const gap = makeStep("gap", "-", 4, albumin!);
    const part = makeStep("part", "*", 0.8, gap.value);
    return [
      {
        name: "right",
        rule: "ca plus 0.8 times the albumin gap",
        steps: [gap, part, makeStep("sum", "+", calcium!, part.value)],
      },
      {
        name: "wrong-formula",
        rule: "ca minus 0.8 times the albumin gap",
        steps: [gap, part, makeStep("rest", "-", calcium!, part.value)],
      },
    ];
  },
};

/** Weight over height squared (Quetelet; Keys 1972), in kg and metres; wrong: height not squared. */
const bodyMassIndex: Formula = {
  name: "body mass index",
  equation: "weight / (height * height)",
  output: "decimal",
  numbers: [
    ...combineNumbers(countBy(60, 160, 2), [200]),
    ...combineNumbers(countBy(40.5, 90, 4.5), [150]),
  ],
  describe: ([weight, height]) => `weight ${weight} kg, height ${height} cm`,
  solve([weight, height]) {
    const metres = makeStep("height", "/", height!, 100);
    const square = makeStep("square", "*", metres.value, metres.value);
    return [
      {
        name: "right",
        rule: "weight over height squared",
        steps: [metres, square, makeStep("index", "/", weight!, square.value)],
      },
      {
        name: "wrong-formula",
        rule: "weight over height",
        steps: [metres, makeStep("index", "/", weight!, metres.value)],
      },
    ];
  },
};

/** Systolic minus diastolic pressure; wrong: half of it. */
const pulsePressure: Formula = {
  name: "pulse pressure",
  equation: "sbp - dbp",
  output: "integer",
  numbers: combineNumbers(countBy(90, 180, 2), [50, 60, 70, 80, 90, 100])
    .filter(([sbp, dbp]) => sbp! - dbp! >= 20 && sbp! - dbp! <= 90),
  describe: ([sbp, dbp]) => `sbp ${sbp}, dbp ${dbp}`,
  solve([sbp, dbp]) {
    const gap = makeStep("gap", "-", sbp!, dbp!);
    return [
      { name: "right", rule: "sbp minus dbp", steps: [gap] },
      {
        name: "wrong-formula",
        rule: "half of sbp minus dbp",
        steps: [gap, makeStep("half", "/", gap.value, 2)],
      },
    ];
  },
};

/**
 * 2 sodium + glucose / 18 + urea nitrogen / 2.8 (Smithline and Gardner 1976, glucose and urea nitrogen
 * in mg/dl); wrong: sodium not doubled, or mg/dl added as they are.
 */
const serumOsmolality: Formula = {
  name: "serum osmolality",
  equation: "2 * na + glucose / 18 + bun / 2.8",
  output: "decimal",
  numbers: combineNumbers(countBy(130, 150, 1), [90, 180, 270, 360], [14, 28, 42, 56]),
  describe: ([na, glucose, bun]) => `na ${na}, glucose ${glucose}, bun ${bun}`,
  solve([na, glucose, bun]) {
    const double = makeStep("na", "*", 2, na!);
    const sugar = makeStep("glucose", "/", glucose!, 18);
    const urea = makeStep("bun", "/", bun!, 2.8);
    return [
      {
        name: "right",
        rule: "twice na plus glucose over 18 plus bun over 2.8",
        steps: [double, sugar, urea, makeStep("sum", "+", double.value, sugar.value, urea.value)],
      },
      {
        name: "wrong-formula",
        rule: "na plus glucose over 18 plus bun over 2.8",
        steps: [sugar, urea, makeStep("sum", "+", na!, sugar.value, urea.value)],
      },
      {
        name: "unit-kept",
        rule: "twice na plus glucose plus bun",
        steps: [double, makeStep("sum", "+", double.value, glucose!, bun!)],
      },
    ];
  },
};

/** 4, 2 and 1 ml/kg an hour for the first, second and further 10 kg (Holliday and Segar 1957, by the hour). */
const maintenanceFluids: Formula = {
  name: "maintenance fluids per hour",
  equation: "4 per kg to 10, 2 per kg to 20, 1 per kg above",
  output: "integer",
  numbers: combineNumbers(countBy(12, 80, 1)).filter(([weight]) => weight! !== 20),
  describe: ([weight]) => `weight ${weight} kg`,
  solve([weight]) {
    const above = makeStep("rest", "-", weight!, weight! > 20 ? 20 : 10);
    const part = makeStep("part", "*", 2, above.value);
    return [
      {
        name: "right",
        rule: weight! > 20 ? "60 plus 1 per kg above 20" : "40 plus 2 per kg above 10",
        steps: weight! > 20
          ? [above, makeStep("sum", "+", 60, above.value)]
          : [above, part, makeStep("sum", "+", 40, part.value)],
      },
      {
        name: "wrong-formula",
        rule: "4 per kg for all kg",
        steps: [makeStep("product", "*", 4, weight!)],
      },
    ];
  },
};

/** Dose per kg, times kg, times doses a day; wrong: one dose only, or grams taken for kg. */
const dailyDose: Formula = {
  name: "daily dose in mg",
  equation: "dose per kg * kg * doses",
  output: "decimal",
  numbers: combineNumbers(countBy(2000, 9000, 1000), [2, 3, 4, 5, 10], [2, 3, 4]),
  describe: ([grams, dose, times]) => `weight ${grams} g, ${dose} mg per kg, ${times} doses`,
  solve([grams, dose, times]) {
    const weight = makeStep("weight", "/", grams!, 1000);
    const single = makeStep("dose", "*", dose!, weight.value);
    const raw = makeStep("dose", "*", dose!, grams!);
    return [
      {
        name: "right",
        rule: "dose times kg times doses",
        steps: [weight, single, makeStep("product", "*", times!, single.value)],
      },
      { name: "wrong-formula", rule: "dose times kg", steps: [weight, single] },
      {
        name: "unit-kept",
        rule: "dose times g times doses",
        steps: [raw, makeStep("product", "*", times!, raw.value)],
      },
    ];
  },
};

/** Volume over hours; wrong: one bag only, or minutes taken for hours. */
const infusionRate: Formula = {
  name: "infusion rate in ml per hour",
  equation: "bags * ml / hours",
  output: "decimal",
  numbers: combineNumbers([2, 3, 4], [30, 60, 90, 120, 150, 180, 240], [2, 3, 4, 5, 6])
    .map(([bags, rate, hours]) => [bags!, rate! * hours! / bags!, hours! * 60])
    .filter(([, volume]) => Number.isInteger(volume! / 10) && volume! >= 50 && volume! <= 700),
  describe: ([bags, volume, minutes]) => `${bags} bags, ${volume} ml per bag, ${minutes} minutes`,
  solve([bags, volume, minutes]) {
    const total = makeStep("volume", "*", bags!, volume!);
    const hours = makeStep("hours", "/", minutes!, 60);
    return [
      {
        name: "right",
        rule: "bags times ml over hours",
        steps: [total, hours, makeStep("rate", "/", total.value, hours.value)],
      },
      {
        name: "wrong-formula",
        rule: "ml over hours",
        steps: [hours, makeStep("rate", "/", volume!, hours.value)],
      },
      {
        name: "unit-kept",
        rule: "bags times ml over minutes",
        steps: [total, makeStep("rate", "/", total.value, minutes!)],
      },
    ];
  },
};

/** Every formula that training questions may ask for. */
export const TRAINED_FORMULAS: readonly Formula[] = [
  meanArterialPressure,
  anionGap,
  correctedCalcium,
  bodyMassIndex,
  pulsePressure,
  serumOsmolality,
  maintenanceFluids,
  dailyDose,
  infusionRate,
];
