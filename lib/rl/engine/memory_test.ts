import { assertEquals, assertGreater, assertThrows } from "@std/assert";
import { peakBytesFromStatus, peakMemoryBytes } from "./memory.ts";

Deno.test("peakBytesFromStatus: VmHWM in kibibytes becomes bytes", () => {
  const status = "Name:\tdeno\nVmPeak:\t  900 kB\nVmHWM:\t  123456 kB\nVmRSS:\t  100 kB\n";
  assertEquals(peakBytesFromStatus(status), 123456 * 1024);
});

Deno.test("peakBytesFromStatus: a text without the line is an error that names it", () => {
  assertThrows(() => peakBytesFromStatus("Name:\tdeno\n"), Error, "VmHWM");
});

Deno.test("peakMemoryBytes: never below what the process has just held", () => {
  const held = new Uint8Array(64 * 2 ** 20).fill(1);
  assertGreater(peakMemoryBytes(), held.byteLength);
});
