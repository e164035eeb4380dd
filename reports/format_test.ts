import { assertEquals } from "@std/assert";
import {
  ACCURACY,
  count,
  describeInterval,
  describeMean,
  formatBytes,
  formatDuration,
  formatNumber,
  formatSigned,
  listInWords,
  POINTS,
} from "./format.ts";

Deno.test("formatNumber groups thousands, rounds, and shows what is missing as a dash", () => {
  assertEquals(formatNumber(1234567.891, 1), "1,234,567.9");
  assertEquals(formatNumber(999), "999");
  assertEquals(formatNumber(-1000), "\u22121,000");
  assertEquals(formatNumber(-0.04, 1), "0.0");
  assertEquals(formatNumber(null), "\u2013");
  assertEquals(formatNumber(NaN), "\u2013");
});

Deno.test("formatSigned gives zero no sign", () => {
  assertEquals(formatSigned(0.2, 1), "+0.2");
  assertEquals(formatSigned(0.02, 1), "0.0");
  assertEquals(formatSigned(-3, 0), "\u22123");
});

Deno.test("quantities carry scale, decimals and unit", () => {
  const interval = { mean: -0.0125, low: -0.03, high: null };
  assertEquals(describeInterval(interval, ACCURACY), "\u22121.3 % [\u22123.0, \u2013]");
  assertEquals(describeMean(interval, POINTS), "\u22121.3 points");
});

Deno.test("durations, bytes, counts and lists in words", () => {
  assertEquals(
    [8.44, 59, 600, 3660].map(formatDuration),
    ["8.4 s", "59 s", "10 min", "1 h 01 min"],
  );
  assertEquals([formatBytes(412 * 2 ** 20), formatBytes(24 * 2 ** 30)], ["412 MiB", "24.0 GiB"]);
  assertEquals([count(1, "seed"), count(2000, "seed")], ["1 seed", "2,000 seeds"]);
  assertEquals([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(listInWords), [
    "",
    "a",
    "a and b",
    "a, b and c",
  ]);
});
