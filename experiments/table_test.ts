import { assertEquals } from "@std/assert";
import { formatDifference, formatDuration, formatInterval, formatTable } from "./table.ts";

Deno.test("formatTable widens columns to their longest cell and copes with short rows", () => {
  const text = formatTable(["arm", "accuracy"], [["maximum_if_right", "61.5"], ["none"]]);
  assertEquals(text.split("\n"), [
    "arm               accuracy",
    "----------------  --------",
    "maximum_if_right      61.5",
    "none",
  ]);
});

Deno.test("formatInterval scales and rounds, formatDifference always signs", () => {
  const interval = { mean: 0.6149, low: 0.55, high: 0.681 };
  assertEquals(formatInterval(interval, 1, 100), "61.5 [55.0, 68.1]");
  assertEquals(
    formatDifference({ mean: 3, low: -1.5, high: 7.5 }, 1),
    "+3.0 [-1.5, +7.5]",
  );
  assertEquals(formatDifference({ mean: 0, low: 0, high: 0 }, 0), "+0 [+0, +0]");
});

Deno.test("formatDuration picks readable units", () => {
  assertEquals(formatDuration(8_420), "8.4 s");
  assertEquals(formatDuration(59_980), "1 min 00 s");
  assertEquals(formatDuration(150_000), "2 min 30 s");
  assertEquals(formatDuration(3_900_000), "1 h 05 min");
});
