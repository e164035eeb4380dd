import { assertAlmostEquals, assertEquals } from "@std/assert";
import { fitGrowth, growthShapes } from "./points.ts";

Deno.test("exponents of powers, and of a constant cost that fades", () => {
  const x = [1, 2, 4, 8];
  for (const power of [0.5, 1, 2]) {
    const { exponent, lastExponent } = fitGrowth(x, x.map((value) => 3 * value ** power));
    assertAlmostEquals(exponent, power, 1e-12);
    assertAlmostEquals(lastExponent, power, 1e-12);
  }
  // By hand: logarithms to base 2 of 2, 3, 5, 9 against 0, 1, 2, 3.
  const y = [2, 3, 5, 9].map(Math.log2);
  const slope = (-1.5 * y[0]! - 0.5 * y[1]! + 0.5 * y[2]! + 1.5 * y[3]!) / 5;
  const { exponent, lastExponent } = fitGrowth(x, [2, 3, 5, 9]);
  assertAlmostEquals(exponent, slope, 1e-12);
  assertAlmostEquals(lastExponent, Math.log2(9 / 5), 1e-12);
});

Deno.test("an axis varies its key alone", () => {
  const shapes = growthShapes().filter(({ axis }) => axis === "layers");
  assertEquals(shapes.map(({ numLayers }) => numLayers), [2, 4, 8, 16]);
  assertEquals(new Set(shapes.map(({ newTokens }) => newTokens)).size, 1);
  assertEquals(new Set(shapes.map(({ groupSize }) => groupSize)).size, 1);
});
