import { assertEquals } from "@std/assert";
import { uniform } from "@terse/data";
import { longestCommonLength as ofNumbers, numberWords, sharedNgrams } from "./numbered_words.ts";

const longestCommonLength = (a: readonly string[], b: readonly string[]) =>
  ofNumbers(numberWords(a, b));

/** The textbook table. */
function reference(a: readonly string[], b: readonly string[]): number {
  const table = Array.from({ length: a.length + 1 }, () => Array<number>(b.length + 1).fill(0));
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      table[i]![j] = a[i - 1] === b[j - 1]
        ? table[i - 1]![j - 1]! + 1
        : Math.max(table[i - 1]![j]!, table[i]![j - 1]!);
    }
  }
  return table[a.length]![b.length]!;
}

Deno.test("longestCommonLength equals the textbook table on 400 random pairs, across blocks of 32", () => {
  const draw = (purpose: string, high: number, trial: number, i = 0) =>
    Math.floor(uniform(purpose, trial, i) * high);
  for (let trial = 0; trial < 400; trial++) {
    const letters = 1 + draw("letters", 12, trial);
    const words = (name: string) =>
      Array.from(
        { length: draw(`length ${name}`, 100, trial) },
        (_, i) => String(draw(name, letters, trial, i)),
      );
    const [a, b] = [words("a"), words("b")];
    assertEquals(longestCommonLength(a, b), reference(a, b), `${a} | ${b}`);
  }
});

Deno.test("longestCommonLength of empty lists is 0 and of a list with itself its length", () => {
  assertEquals(longestCommonLength([], ["a"]), 0);
  assertEquals(longestCommonLength(["a"], []), 0);
  const words = Array.from({ length: 97 }, (_, i) => String(i % 7));
  assertEquals(longestCommonLength(words, words), 97);
});

Deno.test("shared n-grams are counted at most as often as in either text", () => {
  const count = (a: string, b: string) => sharedNgrams(numberWords(a.split(" "), b.split(" ")), 4);
  assertEquals(count("a b a b", "a b a b"), [4, 3, 2, 1]);
  assertEquals(count("a b a b", "b a b x b a b a"), [4, 3, 2, 0]);
  assertEquals(count("a", "a a a"), [1, 0, 0, 0]);
  assertEquals(count("x y", "a"), [0, 0, 0, 0]);
});
