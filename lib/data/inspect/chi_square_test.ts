import { assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { testEqualChances } from "./chi_square.ts";

// Statistic and p of scipy 1.x's stats.chisquare(counts).
const CASES: [counts: number[], statistic: number, p: number][] = [
  [[10, 20, 30], 10.0, 0.006737946999085468],
  [[5, 5], 0.0, 1.0],
  [[1, 0, 0, 0, 19], 70.5, 1.7800308279326788e-14],
  [[684, 540, 436, 418], 86.15014436958614, 1.4697994086274885e-18],
  [[70, 72, 86, 72, 58, 72, 86, 68, 79, 56], 12.696801112656466, 0.17681240767807582],
  [[1, 1000], 997.003996003996, 8.044335022170355e-219],
  [[100, 100, 100, 101], 0.007481296758104738, 0.999828284455028],
  [[2980, 3011, 3020, 2989], 0.3473333333333333, 0.950893798531708],
  [[60, 62, 81, 47, 58, 69], 10.358090185676394, 0.06570190549746883],
];

Deno.test("the chi-square test of equal chances agrees with scipy", () => {
  for (const [counts, statistic, p] of CASES) {
    const test = testEqualChances(counts);
    assertEquals(test.degrees, counts.length - 1);
    assertAlmostEquals(test.statistic, statistic, 1e-9 * Math.max(1, statistic));
    assertLess(Math.abs(test.p - p), 1e-10 * p, `${counts}: ${test.p} instead of ${p}`);
  }
  assertEquals(testEqualChances([...Array(25).fill(0), 130]).p, 0);
});
