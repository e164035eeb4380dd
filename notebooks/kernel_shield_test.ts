import { assertEquals, assertThrows } from "@std/assert";
import { interruptible, shieldKernel } from "./kernel_shield.ts";

Deno.test("outside of a kernel there is nothing to shield, and the error says so", () => {
  assertThrows(shieldKernel, Error, "run as a Jupyter kernel");
});

Deno.test("interruptible work gives its result, with a signal that has not aborted", async () => {
  assertEquals(await interruptible((signal) => Promise.resolve(signal.aborted)), false);
});
