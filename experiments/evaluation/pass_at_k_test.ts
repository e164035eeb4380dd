import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { passAtK } from "./pass_at_k.ts";

Deno.test("passAtK counts the draws of k that hold a right one", () => {
  // 5 completions, 2 right. Draws of 2: 10 pairs, 3 of the wrong three alone. Of 3: 10, 1 wrong alone.
  assertAlmostEquals(passAtK(5, 2, 1), 2 / 5, 1e-12);
  assertAlmostEquals(passAtK(5, 2, 2), 1 - 3 / 10, 1e-12);
  assertAlmostEquals(passAtK(5, 2, 3), 1 - 1 / 10, 1e-12);
  assertEquals(passAtK(5, 2, 4), 1);
  assertEquals(passAtK(7, 0, 7), 0);
  assertEquals(passAtK(1, 1, 1), 1);
});

Deno.test("passAtK of many completions neither overflows nor loses the small chance", () => {
  // With k = 1 it is c / n; C(2000, 1000) is beyond doubles.
  assertAlmostEquals(passAtK(2000, 1, 1), 1 / 2000, 1e-12);
  assertAlmostEquals(passAtK(2000, 1, 1000), 1 / 2, 1e-12);
});

Deno.test("passAtK is the mean over all draws, enumerated", () => {
  const right = [true, false, false, true, false, false];
  for (let k = 1; k <= 6; k++) {
    let draws = 0, hits = 0;
    for (let mask = 0; mask < 64; mask++) {
      const drawn = right.filter((_, i) => mask >> i & 1);
      if (drawn.length !== k) continue;
      draws++;
      if (drawn.includes(true)) hits++;
    }
    assertAlmostEquals(passAtK(6, 2, k), hits / draws, 1e-12);
  }
});

Deno.test("impossible counts are refused", () => {
  for (const [n, c, k] of [[2, 1, 3], [2, 3, 1], [2, -1, 1], [2, 1, 0], [2.5, 1, 1]] as const) {
    assertThrows(() => passAtK(n, c, k), RangeError, `n = ${n}, c = ${c}, k = ${k}`);
  }
});
