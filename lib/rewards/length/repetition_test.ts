import { assertAlmostEquals, assertEquals } from "@std/assert";
import { makeGroup } from "../testdata/groups.ts";
import { ngramRepetition, repeatedTokens, tokenRepetition } from "./repetition.ts";

/** The same by its definition: marks the tokens of every n-gram that has stood before. */
function markedTokens(ids: readonly number[], size: number): number {
  const seen = new Set<string>();
  const marked = new Set<number>();
  for (let start = 0; start + size <= ids.length; start++) {
    const key = ids.slice(start, start + size).join();
    if (seen.has(key)) { for (let i = 0; i < size; i++) marked.add(start + i); }
    seen.add(key);
  }
  return marked.size;
}

Deno.test("tokens of n-grams that stood before are counted once", () => {
  assertEquals(repeatedTokens([1, 2, 3, 1, 2, 3, 4], 3), 3);
  assertEquals(repeatedTokens([7, 7, 7, 7, 7], 2), 4);
  assertEquals(repeatedTokens([1, 2, 3], 4), 0);
  for (let seed = 1; seed < 60; seed++) {
    const ids = Array.from({ length: 90 }, (_, i) => (i * i * seed + (i >> 3)) % (2 + seed % 3));
    for (const size of [1, 2, 3, 5, 8, 13, 40]) {
      assertEquals(repeatedTokens(ids, size), markedTokens(ids, size), `${size}-grams of ${ids}`);
    }
  }
});

Deno.test("repeated 40-grams cost 0.05 a token", () => {
  const once = Array.from({ length: 50 }, (_, i) => i);
  const twice = [...once, ...once];
  const group = makeGroup([50, 100], "Rw", { completionIds_G: [once, twice] });
  const scores = tokenRepetition.score(group, tokenRepetition.defaults);
  assertEquals(scores[0], 0);
  assertAlmostEquals(scores[1]!, -2.5, 1e-12);
});

Deno.test("trigrams of words: the share that is not new", () => {
  const texts = ["A b c a B C d", "one two", "", "x x x x x", " a\n b  c "];
  const group = makeGroup(texts.map(() => 1), "RRRRR", { completions_G: texts });
  // abc, bca, cab, abc, bcd: 4 of 5 differ. xxx three times: 1 of 3.
  const expected = [-0.2, 0, 0, -2 / 3, 0];
  ngramRepetition.score(group, ngramRepetition.defaults).forEach((score, i) =>
    assertAlmostEquals(score!, expected[i]!, 1e-12)
  );
});
