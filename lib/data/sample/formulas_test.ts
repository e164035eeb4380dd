import { assertAlmostEquals, assertEquals } from "@std/assert";
import { type Formula, limitsOf, type MethodName, numbersOf, resultOf } from "./formula.ts";
import { TRAINED_FORMULAS } from "./trained_formulas.ts";
import { UNSEEN_FORMULAS } from "./unseen_formulas.ts";

const ALL = [...TRAINED_FORMULAS, ...UNSEEN_FORMULAS];

function formulaCalled(name: string): Formula {
  const formula = ALL.find((candidate) => candidate.name === name);
  if (formula === undefined) throw new Error(`no formula ${name}`);
  return formula;
}

type Results = Partial<Record<MethodName, number>>;

/** Numbers and results worked out by hand. */
const BY_HAND: readonly (readonly [name: string, numbers: readonly number[], results: Results])[] =
  [
    // (120 + 2 * 90) / 3 = 100; (120 + 90) / 2 = 105
    ["mean arterial pressure", [120, 90], { right: 100, "wrong-formula": 105 }],
    // (112 + 2 * 82) / 3 = 92
    ["mean arterial pressure", [112, 82], { right: 92, "wrong-formula": 97 }],
    // (153 + 2 * 63) / 3 = 93; (153 + 63) / 2 = 108
    ["mean arterial pressure", [153, 63], { right: 93, "wrong-formula": 108 }],
    ["anion gap", [140, 100, 20], { right: 20, "wrong-formula": 40 }],
    ["anion gap", [137, 110, 10], { right: 17, "wrong-formula": 27 }],
    ["anion gap", [148, 90, 30], { right: 28, "wrong-formula": 58 }],
    // 8.2 + 0.8 * 2 = 9.8; 8.2 - 1.6 = 6.6
    ["corrected calcium", [8.2, 2], { right: 9.8, "wrong-formula": 6.6 }],
    // 7.5 + 0.8 * 2.5 = 9.5
    ["corrected calcium", [7.5, 1.5], { right: 9.5, "wrong-formula": 5.5 }],
    // 9.9 + 0.8 * 1 = 10.7
    ["corrected calcium", [9.9, 3], { right: 10.7, "wrong-formula": 9.1 }],
    // 92 / 2^2 = 23; 92 / 2 = 46
    ["body mass index", [92, 200], { right: 23, "wrong-formula": 46 }],
    // 54 / 1.5^2 = 24; 54 / 1.5 = 36
    ["body mass index", [54, 150], { right: 24, "wrong-formula": 36 }],
    ["body mass index", [94, 200], { right: 23.5, "wrong-formula": 47 }],
    ["pulse pressure", [118, 70], { right: 48, "wrong-formula": 24 }],
    ["pulse pressure", [164, 90], { right: 74, "wrong-formula": 37 }],
    // 280 + 10 + 10 = 300; 140 + 20 = 160; 280 + 180 + 28 = 488
    ["serum osmolality", [140, 180, 28], { right: 300, "wrong-formula": 160, "unit-kept": 488 }],
    // 266 + 5 + 5 = 276; 133 + 10 = 143; 266 + 90 + 14 = 370
    ["serum osmolality", [133, 90, 14], { right: 276, "wrong-formula": 143, "unit-kept": 370 }],
    // 40 + 2 * 3 = 46; 4 * 13 = 52
    ["maintenance fluids per hour", [13], { right: 46, "wrong-formula": 52 }],
    // 40 + 2 * 9 = 58
    ["maintenance fluids per hour", [19], { right: 58, "wrong-formula": 76 }],
    // 40 + 20 + 15 = 75; 4 * 35 = 140
    ["maintenance fluids per hour", [35], { right: 75, "wrong-formula": 140 }],
    // 8 kg * 5 mg * 3 = 120
    ["daily dose in mg", [8000, 5, 3], {
      right: 120,
      "wrong-formula": 40,
      "unit-kept": 120000,
    }],
    ["daily dose in mg", [3000, 10, 2], {
      right: 60,
      "wrong-formula": 30,
      "unit-kept": 60000,
    }],
    // 2 * 240 ml in 4 h = 120 ml/h; 240 / 4 = 60; 480 / 240 = 2
    ["infusion rate in ml per hour", [2, 240, 240], {
      right: 120,
      "wrong-formula": 60,
      "unit-kept": 2,
    }],
    // 3 * 100 ml in 5 h = 60 ml/h; 100 / 5 = 20; 300 / 300 = 1
    ["infusion rate in ml per hour", [3, 100, 300], {
      right: 60,
      "wrong-formula": 20,
      "unit-kept": 1,
    }],
    ["cerebral perfusion pressure", [92, 20], { right: 72, "wrong-formula": 36 }],
    // 200 - 50 - 150 / 5 = 120
    ["ldl", [200, 50, 150], { right: 120, "wrong-formula": 150 }],
    ["ldl", [235, 40, 100], { right: 175, "wrong-formula": 195 }],
    // 70 * 80 = 5600 ml = 5.6 l
    ["cardiac output in l per minute", [70, 80], { right: 5.6, "unit-kept": 5600 }],
    // 10 / 20 = half a pack, 30 years
    ["pack years", [10, 30], { right: 15, "unit-kept": 300 }],
    ["pack years", [60, 14], { right: 42, "unit-kept": 840 }],
    ["expected pco2", [12], { right: 26, "wrong-formula": 18 }],
    // 12 kg, 5 % of 12000 ml = 600 ml
    ["fluid deficit in ml", [12, 5], { right: 600, "wrong-formula": 60 }],
    // 150 - 50 - 80 = 20; 150 - 80 = 70
    ["a-a gradient", [40, 80], { right: 20, "wrong-formula": 70 }],
    ["a-a gradient", [24, 90], { right: 30, "wrong-formula": 60 }],
  ];

Deno.test("every formula gives what hand calculation gives, right way and wrong ways", () => {
  for (const [name, numbers, results] of BY_HAND) {
    const methods = formulaCalled(name).solve(numbers);
    const found = Object.fromEntries(methods.map((method) => [method.name, resultOf(method)]));
    assertEquals(found, results, `${name} of ${numbers}`);
  }
  const tried = new Set(BY_HAND.map(([name]) => name));
  assertEquals(ALL.filter((formula) => !tried.has(formula.name)), []);
});

Deno.test("hand cases lie among the numbers that questions are made of", () => {
  for (const [name, numbers] of BY_HAND) {
    const written = formulaCalled(name).numbers.map((tuple) => tuple.join(" "));
    assertEquals(written.includes(numbers.join(" ")), true, `${name} of ${numbers}`);
  }
});

Deno.test("every step written out is true arithmetic", () => {
  for (const formula of ALL) {
    for (const numbers of formula.numbers) {
      for (const step of formula.solve(numbers).flatMap((method) => method.steps)) {
        const [, sign] = /\d([-+*/])/.exec(step.expression)!;
        const terms = step.expression.split(sign!).map(Number);
        const expected = {
          "+": () => terms.reduce((sum, term) => sum + term),
          "-": () => terms.reduce((rest, term) => rest - term),
          "*": () => terms.reduce((product, term) => product * term),
          "/": () => terms.reduce((quotient, term) => quotient / term),
        }[sign as "+"]();
        assertAlmostEquals(step.value, expected, 1e-6, step.expression);
        // What is written in two decimals loses nothing.
        assertAlmostEquals(step.value * 100, Math.round(step.value * 100), 1e-6, step.expression);
      }
    }
  }
});

Deno.test("limits are 95 to 105 % for decimals and the number itself for integers", () => {
  assertEquals(limitsOf(100, "decimal"), { lower: 95, upper: 105 });
  assertEquals(limitsOf(9.8, "decimal"), { lower: 9.31, upper: 10.29 });
  assertEquals(limitsOf(48, "integer"), { lower: 48, upper: 48 });
});

Deno.test("every wrong way ends outside the limits for all numbers in use", () => {
  for (const formula of ALL) {
    for (const split of ["train", "validation", "test", "ood"] as const) {
      for (const numbers of numbersOf(formula, split)) {
        const [right, ...wrong] = formula.solve(numbers).map(resultOf);
        for (const result of wrong) {
          const apart = formula.output === "integer"
            ? result !== right
            : Math.abs(result - right!) > 0.05 * right!;
          assertEquals(apart, true, `${formula.name} of ${numbers}: ${result} for ${right}`);
        }
      }
    }
  }
});

Deno.test("train, validation and test share no numbers and leave out none", () => {
  for (const formula of TRAINED_FORMULAS) {
    const [train, validation, test, all] = (["train", "validation", "test", "ood"] as const)
      .map((split) => numbersOf(formula, split).map((tuple) => tuple.join(" ")));
    const parts = [...train!, ...validation!, ...test!];
    assertEquals(new Set(parts).size, parts.length);
    assertEquals(parts.toSorted(), all!.toSorted());
    for (const part of [train!, validation!, test!]) {
      assertEquals(part.length > 0, true, formula.name);
    }
  }
});
