import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { chooseStyle, countPieces, styleProbabilities } from "./style.ts";

Deno.test("pieces are words, single digits, marks and tags", () => {
  // <think> recall : 1 2 - 8 = 4 </think> <answer> 4 </answer>
  assertEquals(countPieces("<think>recall: 12-8=4</think><answer>4</answer>"), 13);
  assertEquals(countPieces(""), 0);
});

Deno.test("probabilities sum to one and terse ones rise as the budget falls", () => {
  let before = 0;
  for (const tokens of [300, 120, 100, 80, 60, 40, 10]) {
    const { terse, middle, verbose } = styleProbabilities({ mode: "exact", tokens }, 100);
    assertAlmostEquals(terse + middle + verbose, 1, 1e-12);
    assert(terse > before);
    before = terse;
  }
  assertEquals(styleProbabilities({ mode: "none" }, 100).terse, 0.35);
  // Halfway at three quarters of the verbose length: .35 + .30 / 2.
  assertAlmostEquals(styleProbabilities({ mode: "maximum", tokens: 75 }, 100).terse, 0.5, 1e-12);
});

Deno.test("draws map to styles in the order of their probabilities", () => {
  const none = { mode: "none" } as const;
  assertEquals([0.34, 0.36, 0.59, 0.61, 0.999].map((draw) => chooseStyle(none, 100, draw)), [
    "terse",
    "middle",
    "middle",
    "verbose",
    "verbose",
  ]);
});
