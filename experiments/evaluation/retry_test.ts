import { assert, assertEquals, assertRejects } from "@std/assert";
import { PassingError, type RetryOptions, waitBeforeTry, withRetries } from "./retry.ts";

function options(signal: AbortSignal = new AbortController().signal): RetryOptions {
  return { tries: 3, firstWaitMs: 1, longestWaitMs: 4, jitter: () => 0, signal };
}

Deno.test("what may pass is tried again, up to the number of tries", async () => {
  let calls = 0;
  const passing = (until: number) => () => {
    calls++;
    return calls < until
      ? Promise.reject(new PassingError(`no ${calls}`, null))
      : Promise.resolve(7);
  };
  assertEquals(await withRetries(passing(3), options()), 7);
  calls = 0;
  await assertRejects(() => withRetries(passing(9), options()), PassingError, "no 3");
  assertEquals(calls, 3);
});

Deno.test("what will not pass is not tried again", async () => {
  let calls = 0;
  const work = () => Promise.reject(new Error(`wrong ${++calls}`));
  await assertRejects(() => withRetries(work, options()), Error, "wrong 1");
  assertEquals(calls, 1);
});

Deno.test("a wait ends at once when the signal aborts", async () => {
  const controller = new AbortController();
  const work = () => Promise.reject(new PassingError("busy", null));
  const patient = { ...options(controller.signal), firstWaitMs: 60_000, longestWaitMs: 60_000 };
  setTimeout(() => controller.abort(new Error("told to stop")), 5);
  await assertRejects(() => withRetries(work, patient), Error, "told to stop");
});

Deno.test("waits are bounded, shortened by at most a quarter, and double", () => {
  const settings = { firstWaitMs: 1000, longestWaitMs: 30_000 };
  for (let n = 0; n < 40; n++) {
    for (const u of [0, 0.5, 0.999]) {
      const waitMs = waitBeforeTry(n, null, { ...settings, jitter: () => u });
      const full = 1000 * 2 ** n;
      assert(waitMs <= 30_000 && waitMs >= Math.min(30_000, full * 0.75), `${n} ${u} ${waitMs}`);
    }
  }
});
