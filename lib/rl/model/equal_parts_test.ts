import { assertEquals } from "@std/assert";
import { equalParts } from "./equal_parts.ts";

Deno.test("parts are the fewest, equal, and the last one holds what is left", () => {
  assertEquals(equalParts(4, 4), [{ begin: 0, size: 4 }]);
  assertEquals(equalParts(10, 4), [
    { begin: 0, size: 4 },
    { begin: 4, size: 4 },
    { begin: 8, size: 2 },
  ]);
  assertEquals(equalParts(9, 4), [
    { begin: 0, size: 3 },
    { begin: 3, size: 3 },
    { begin: 6, size: 3 },
  ]);
  assertEquals(equalParts(3, 0.5), [
    { begin: 0, size: 1 },
    { begin: 1, size: 1 },
    { begin: 2, size: 1 },
  ]);
});
