import { assert, assertEquals, assertLess } from "@std/assert";
import { uniformInteger } from "../random.ts";
import { BANDS, ROWS_PER_BAND, SKETCH_LENGTH, Sketcher } from "./minhash.ts";
import { HashList, jaccard, sortedSet } from "./shingles.ts";

/** Two random sets of a size whose Jaccard similarity is known by counting. */
function makePair(size: number, shared: number, trial: number): [HashList, HashList] {
  const [a, b] = [new HashList(), new HashList()];
  const word = (what: string, i: number) => uniformInteger(0, 0xffffffff, what, size, trial, i);
  for (let i = 0; i < size; i++) {
    const common = i < shared * size;
    a.values[a.length++] = word("common", i);
    b.values[b.length++] = common ? word("common", i) : word("other", i);
  }
  return [a, b];
}

function sketchOf(list: HashList): Uint32Array {
  const sketcher = new Sketcher();
  sketcher.take(list);
  return sketcher.sketch.slice();
}

for (const size of [3, 10, 40, 100, 300, 2000]) {
  Deno.test(`the share in which sketches agree is the Jaccard similarity of sets of ${size}`, () => {
    for (const shared of [0.2, 0.5, 0.9]) {
      let error = 0, squares = 0;
      const trials = 120;
      for (let trial = 0; trial < trials; trial++) {
        const [a, b] = makePair(size, shared, trial);
        const [left, right] = [sketchOf(a), sketchOf(b)];
        const agree = left.filter((value, i) => value === right[i]).length / SKETCH_LENGTH;
        const difference = agree - jaccard(sortedSet(a), sortedSet(b));
        error += difference / trials;
        squares += difference ** 2 / trials;
      }
      // One trial's standard deviation is at most sqrt(1 / 4 / 126) = 0.045, as MinHash's.
      assertLess(Math.abs(error), 4 * 0.045 / Math.sqrt(trials), `mean error at ${shared}`);
      assertLess(Math.sqrt(squares), 0.055, `spread at ${shared}`);
    }
  });
}

Deno.test("a sketch depends on the set alone: neither order nor repeats", () => {
  const list = new HashList();
  for (const value of [5, 9, 7, 9, 5, 5]) list.values[list.length++] = value;
  const other = new HashList();
  for (const value of [9, 7, 5]) other.values[other.length++] = value;
  assertEquals(sketchOf(list), sketchOf(other));
});

Deno.test("sets of similarity 0.8 share a band nearly always, of 0.3 seldom", () => {
  const sharing = (shared: number) => {
    let count = 0;
    for (let trial = 0; trial < 300; trial++) {
      const [a, b] = makePair(200, shared, trial);
      const keys = [a, b].map((list) => {
        const sketcher = new Sketcher();
        sketcher.take(list);
        const out = new Uint32Array(BANDS);
        sketcher.writeKeys(1, out, 0, 1);
        return out;
      });
      if (keys[0]!.some((key, i) => key === keys[1]![i])) count++;
    }
    return count / 300;
  };
  // Two sets of n with the share s in common have the similarity s / (2 - s).
  const share = (similarity: number) => 2 * similarity / (1 + similarity);
  const expected = (similarity: number) => 1 - (1 - similarity ** ROWS_PER_BAND) ** BANDS;
  assert(sharing(share(0.8)) >= 0.98, `expected ${expected(0.8)}`);
  assertLess(Math.abs(sharing(share(0.3)) - expected(0.3)), 0.03);
  assertLess(Math.abs(sharing(share(0.6)) - expected(0.6)), 0.12);
});

Deno.test("different guards give different keys", () => {
  const [a] = makePair(50, 1, 0);
  const sketcher = new Sketcher();
  sketcher.take(a);
  const [one, two] = [new Uint32Array(BANDS), new Uint32Array(BANDS)];
  sketcher.writeKeys(1, one, 0, 1);
  sketcher.writeKeys(2, two, 0, 1);
  assert(one.every((key, i) => key !== two[i]));
});

Deno.test("Jaccard similarity by hand", () => {
  const set = (...values: number[]) => Uint32Array.from(values);
  assertEquals(jaccard(set(1, 2, 3), set(2, 3, 4)), 0.5);
  assertEquals(jaccard(set(1), set(2)), 0);
  assertEquals(jaccard(set(), set()), 1);
  assertEquals(jaccard(set(1, 5), set(1, 5)), 1);
});
