import { assertEquals } from "@std/assert";
import { planRows, roundRows } from "./row_plan.ts";

const group = (prompt: number, count: number) => Array.from({ length: count }, () => ({ prompt }));

Deno.test("whole groups keep one slot each", () => {
  const plan = planRows(
    [...group(0, 8), ...group(1, 8), ...group(2, 8), ...group(3, 8)],
    128,
    true,
  );
  assertEquals(plan.rowsPerSlot, 8);
  assertEquals(plan.slots.map(({ prompt }) => prompt), [0, 1, 2, 3]);
});

Deno.test("a group with few rows left does not widen the others' slots", () => {
  // Four rows a slot need 1 + 1 + 2 slots, 16 rows; eight rows a slot would need 24.
  const plan = planRows([...group(5, 1), ...group(2, 1), ...group(9, 8)], 128, true);
  assertEquals(plan.rowsPerSlot, 4);
  assertEquals(plan.slots.map(({ prompt }) => prompt), [5, 2, 9, 9]);
  assertEquals(plan.slots[0]!.rows, [{ prompt: 5 }, null, null, null]);
});

Deno.test("long prompts are worth empty places", () => {
  // Sixteen rows a slot: 2 slots, 32 places. Eight: 3 slots, 24 places.
  const rows = [...group(0, 16), ...group(1, 2)];
  assertEquals(planRows(rows, 8192, true).slots.length, 2);
  assertEquals(planRows(rows, 32, true).slots.length, 3);
});

Deno.test("a batch of odd size is filled up with empty slots", () => {
  const plan = planRows([...group(0, 1), ...group(1, 1), ...group(2, 1)], 64, true);
  assertEquals(plan.slots.map(({ prompt }) => prompt), [0, 1, 2, null]);
  const exact = planRows([...group(0, 1), ...group(1, 1), ...group(2, 1)], 64, false);
  assertEquals(exact.slots.map(({ prompt }) => prompt), [0, 1, 2]);
});

Deno.test("every row stands in a slot of its prompt once, and batches have few sizes", () => {
  for (let n = 1; n < 40; n++) {
    const rows = Array.from({ length: n }, (_, i) => ({ prompt: i * i % 5, i }));
    const { slots, rowsPerSlot } = planRows(rows, 64, true);
    const placed = slots.flatMap(({ prompt, rows }) =>
      rows.filter((row) => row !== null).map((row) => (assertEquals(row.prompt, prompt), row.i))
    );
    assertEquals(placed.sort((a, b) => a - b), rows.map(({ i }) => i));
    assertEquals(slots.every(({ rows }) => rows.length === rowsPerSlot), true);
  }
  assertEquals([1, 2, 3, 4, 5, 8, 9, 17].map(roundRows), [1, 2, 4, 4, 8, 8, 16, 24]);
});
