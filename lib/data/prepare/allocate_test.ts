import { assertEquals } from "@std/assert";
import { allocate } from "./allocate.ts";

Deno.test("shares are proportional, and whole by largest remainders", () => {
  assertEquals(allocate(10, [1, 1, 2], [99, 99, 99]), [3, 2, 5]);
  assertEquals(allocate(7, [1, 2, 4], [99, 99, 99]), [1, 2, 4]);
  assertEquals(allocate(0, [1, 2], [9, 9]), [0, 0]);
});

Deno.test("what one cannot take goes to the others in proportion", () => {
  assertEquals(allocate(10, [8, 1, 1], [2, 99, 99]), [2, 4, 4]);
  assertEquals(allocate(10, [8, 1, 1], [2, 3, 99]), [2, 3, 5]);
  assertEquals(allocate(100, [1, 1], [3, 4]), [3, 4]);
});

Deno.test("without weight or room there is nothing", () => {
  assertEquals(allocate(5, [0, 1], [9, 9]), [0, 5]);
  assertEquals(allocate(5, [1, 1], [0, 3]), [0, 3]);
  assertEquals(allocate(5, [], []), []);
});
