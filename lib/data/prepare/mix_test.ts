import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { mixRows } from "./mix.ts";
import type { MixStep } from "./recipe.ts";

const NAMES = ["small", "large"];

/** 10 rows of the small source, then 90 of the large. */
const columns = {
  source: Uint16Array.from({ length: 100 }, (_, row) => row < 10 ? 0 : 1),
  key: Uint32Array.from({ length: 100 }, (_, row) => 1000 + row),
};
const ROWS = Uint32Array.from({ length: 100 }, (_, row) => row);

function mix(step: Omit<MixStep, "step">, seed = 1) {
  return mixRows(ROWS, columns, NAMES, { step: "mix", ...step }, seed);
}

function counts(step: Omit<MixStep, "step">): [small: number, large: number] {
  const { row } = mix(step);
  const small = row.filter((r) => r < 10).length;
  return [small, row.length - small];
}

Deno.test("without settings all rows come once, in their order", () => {
  const { row, repeat } = mix({});
  assertEquals([...row], [...ROWS]);
  assert(repeat.every((count) => count === 0));
});

Deno.test("weights, temperature and cap set the shares", () => {
  assertEquals(counts({ weights: { small: 1, large: 1 } }), [10, 10]);
  assertEquals(counts({ weights: { small: 1, large: 4 } }), [10, 40]);
  assertEquals(counts({ weights: { small: 1, large: 0 } }), [10, 0]);
  // 10^(1/2) : 90^(1/2) = 1 : 3.
  assertEquals(counts({ temperature: 2 }), [10, 30]);
  assertEquals(counts({ cap: 20 }), [10, 20]);
  assertEquals(counts({ total: 50 }), [5, 45]);
});

Deno.test("epochs repeat rows, each as often as the others before any comes again", () => {
  assertEquals(counts({ weights: { small: 1, large: 1 }, epochs: 4 }), [40, 40]);
  const { row, repeat } = mix({ weights: { small: 1, large: 1 }, epochs: 3, total: 50 });
  const times = new Map<number, number>();
  row.forEach((r, i) => {
    assertEquals(repeat[i], times.get(r) ?? 0);
    times.set(r, (times.get(r) ?? 0) + 1);
  });
  assertEquals(row.length, 50);
  const small = [...times].filter(([r]) => r < 10).map(([, count]) => count);
  assert(Math.max(...small) - Math.min(...small) <= 1);
  assertEquals(small.reduce((a, b) => a + b, 0), 25);
});

Deno.test("a total beyond the rows takes all that there are", () => {
  assertEquals(counts({ total: 1000, epochs: 2 }), [20, 180]);
});

Deno.test("the choice depends on seed and record, and a larger one holds the smaller", () => {
  const chosen = (total: number, seed = 1) => new Set(mix({ total }, seed).row);
  assertEquals(chosen(40), chosen(40));
  assertNotEquals(chosen(40), chosen(40, 2));
  for (const row of chosen(40)) assert(chosen(60).has(row));
});

Deno.test("weights of unknown sources and of none are refused", () => {
  assertThrows(
    () => mix({ weights: { smal: 1 } }),
    RangeError,
    'weights must name small, large, each of them (0 for none): current value has "smal"',
  );
  assertThrows(() => mix({ weights: { small: 1 } }), RangeError, 'current value lacks "large"');
  assertThrows(() => mix({ weights: { small: 0, large: 0 } }), RangeError, "a weight above 0");
});
