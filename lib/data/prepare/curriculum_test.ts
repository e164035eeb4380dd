import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { orderEntries } from "./curriculum.ts";
import { entriesOf } from "./mix.ts";
import type { CurriculumStep } from "./recipe.ts";

const COUNT = 100;
const columns = {
  key: Uint32Array.from({ length: COUNT }, (_, row) => 7 * row),
  passRate: Float64Array.from({ length: COUNT }, (_, row) => row % 10 === 9 ? NaN : (row % 10) / 8),
  lengthChars: Uint32Array.from({ length: COUNT }, (_, row) => (row * 37) % COUNT),
  source: Uint16Array.from({ length: COUNT }, (_, row) => row < 60 ? 0 : 1),
};
const ENTRIES = entriesOf(Uint32Array.from({ length: COUNT }, (_, row) => row));

function order(step: Omit<CurriculumStep, "step">, seed = 1) {
  return orderEntries(
    ENTRIES,
    columns,
    ["a", "b"],
    { step: "curriculum", ...step } as CurriculumStep,
    seed,
  );
}

Deno.test("by difficulty: high pass rates first or last, unknown ones last, ties by a keyed draw", () => {
  const easy = Array.from(order({ by: "difficulty" }).row, (row) => columns.passRate[row]!);
  const expected = [...columns.passRate].sort((a, b) =>
    Number.isNaN(a) ? Number.isNaN(b) ? 0 : 1 : Number.isNaN(b) ? -1 : b - a
  );
  assertEquals(easy, expected);
  const hard = order({ by: "difficulty", descending: true } as never).row;
  const known = expected.filter((rate) => !Number.isNaN(rate));
  assertEquals(Array.from(hard.slice(0, 90), (row) => columns.passRate[row]!), known.toReversed());
  assertEquals([...hard.slice(90)].map((row) => row % 10), Array(10).fill(9));
  assertNotEquals([...order({ by: "difficulty" }, 2).row], [...order({ by: "difficulty" }).row]);
});

Deno.test("by length: short to long, or long to short", () => {
  const lengths = (row: Uint32Array) => Array.from(row, (r) => columns.lengthChars[r]!);
  const rising = Array.from({ length: COUNT }, (_, i) => i);
  assertEquals(lengths(order({ by: "length" }).row), rising);
  assertEquals(
    lengths(order({ by: "length", descending: true } as never).row),
    rising.toReversed(),
  );
});

Deno.test("random: a permutation that depends on the seed", () => {
  const one = [...order({ by: "random" }).row];
  assertEquals(one.toSorted((a, b) => a - b), [...ENTRIES.row]);
  assertEquals([...order({ by: "random" }).row], one);
  assertNotEquals([...order({ by: "random" }, 2).row], one);
});

Deno.test("by source: each stage has its mixture, and what no stage takes is left out", () => {
  const { row, stage } = order({
    by: "source",
    stages: [{ share: 0.3, weights: { a: 1 } }, { share: 0.5, weights: { a: 2, b: 3 } }, {
      share: 0.2,
      weights: { b: 1 },
    }],
  } as never);
  const counts = [0, 1, 2].map((s) =>
    [0, 1].map((source) =>
      row.filter((r, i) => stage[i] === s && columns.source[r] === source).length
    )
  );
  // 50 in the second stage as 2 to 3; the third finds 10 of the 40 left.
  assertEquals(counts, [[30, 0], [20, 30], [0, 10]]);
  assertEquals(new Set(row).size, row.length);
  assertEquals([...stage], [...stage].toSorted());
});

Deno.test("stages with unknown sources are refused", () => {
  assertThrows(
    () => order({ by: "source", stages: [{ share: 1, weights: { c: 1 } }] } as never),
    RangeError,
    'weights must name sources among a, b: current value is "c"',
  );
});
