import { assertEquals } from "@std/assert";
import { readSummary } from "./test.ts";

Deno.test("summary lines of deno test are read", () => {
  assertEquals(readSummary("x\nok | 7 passed (3 steps) | 0 failed | 2 ignored (12s)\n"), {
    passed: 7,
    failed: 0,
    skipped: 2,
  });
  assertEquals(readSummary("FAILED | 5 passed | 1 failed (1s)"), {
    passed: 5,
    failed: 1,
    skipped: 0,
  });
  assertEquals(readSummary("error: Module not found"), null);
});
