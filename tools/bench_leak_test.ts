import { assertEquals, assertStringIncludes } from "@std/assert";
import { describeGrowth, growsBy, type LeakSample } from "./bench_leak/growth.ts";

function samples(change: (minute: number) => Partial<LeakSample>): LeakSample[] {
  return Array.from({ length: 40 }, (_, minute) => ({
    minute,
    steps: 2 + 10 * minute,
    numTensors: 100,
    numBytes: 4000,
    rssBytes: 2 ** 30 * (1 + 0.02 * Math.sin(minute)),
    ...change(minute),
  }));
}

Deno.test("a flat process leaks nothing, nor does one that grew in the beginning", () => {
  assertEquals(growsBy(samples(() => ({}))), null);
  assertEquals(growsBy(samples((minute) => minute < 9 ? { rssBytes: 2 ** 29 } : {})), null);
  const beginning = samples((minute) => ({ rssBytes: 2 ** 30 * (1 + minute) })).slice(0, 9);
  assertEquals(growsBy(beginning), null);
  assertStringIncludes(describeGrowth(beginning), "Too short to judge memory by.");
  assertStringIncludes(
    describeGrowth(samples(() => ({}))),
    "Nothing leaks: from step 2 to step 392",
  );
});

Deno.test("one tensor, one byte, or memory that keeps growing is a leak", () => {
  assertEquals(growsBy(samples((minute) => minute > 20 ? { numTensors: 101 } : {})), "tensors");
  assertEquals(growsBy(samples((minute) => minute > 20 ? { numBytes: 4001 } : {})), "tensors");
  const growing = samples((minute) => ({ rssBytes: 2 ** 30 * (1 + 0.01 * minute) }));
  assertEquals(growsBy(growing), "memory");
  assertStringIncludes(describeGrowth(growing), "LEAK of memory");
});
