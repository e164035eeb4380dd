import { assertEquals } from "@std/assert";
import { type JobOutcome, runJobs, type RunningJob } from "./schedule.ts";

/** Jobs that end when the test says so. */
function fakes() {
  const started: string[] = [];
  const stopped: string[] = [];
  const ends = new Map<string, (outcome: JobOutcome) => void>();
  let most = 0;
  const launch = (job: string): RunningJob => {
    started.push(job);
    const { promise, resolve } = Promise.withResolvers<JobOutcome>();
    ends.set(job, (outcome) => {
      ends.delete(job);
      resolve(outcome);
    });
    most = Math.max(most, ends.size);
    return { finished: promise, stop: () => stopped.push(job) };
  };
  const end = async (job: string, outcome: JobOutcome = { state: "done" }) => {
    ends.get(job)!(outcome);
    for (let i = 0; i < 10; i++) await Promise.resolve();
  };
  return { launch, end, started, stopped, most: () => most };
}

Deno.test("runJobs keeps to the limit and to the order", async () => {
  const { launch, end, started, most } = fakes();
  const ended: string[] = [];
  const run = runJobs(["a", "b", "c", "d"], {
    limit: 2,
    launch,
    onEnd: (job) => ended.push(job),
    signal: new AbortController().signal,
  });
  assertEquals(started, ["a", "b"]);
  await end("b");
  assertEquals(started, ["a", "b", "c"]);
  await end("a");
  await end("c");
  await end("d");
  assertEquals(await run, Array(4).fill({ state: "done" }));
  assertEquals(ended, ["b", "a", "c", "d"]);
  assertEquals(most(), 2);
});

Deno.test("a job that fails, rejects or cannot be launched leaves the others alone", async () => {
  const outcomes = await runJobs(["fails", "rejects", "throws", "works"], {
    limit: 1,
    launch: (job) => {
      if (job === "throws") throw new Error("no such program");
      const finished: Promise<JobOutcome> = job === "rejects"
        ? Promise.reject(new Error("pipe broke"))
        : Promise.resolve(job === "fails" ? { state: "failed", cause: "NaN" } : { state: "done" });
      return { finished, stop: () => {} };
    },
    onEnd: () => {},
    signal: new AbortController().signal,
  });
  assertEquals(outcomes, [
    { state: "failed", cause: "NaN" },
    { state: "failed", cause: "pipe broke" },
    { state: "failed", cause: "no such program" },
    { state: "done" },
  ]);
});

Deno.test("a stop asks the running jobs once, waits for them, and starts no more", async () => {
  const { launch, end, started, stopped } = fakes();
  const controller = new AbortController();
  const run = runJobs(["a", "b", "c"], {
    limit: 2,
    launch,
    onEnd: () => {},
    signal: controller.signal,
  });
  await end("a");
  controller.abort();
  assertEquals(stopped, ["b", "c"]);
  await end("b", { state: "stopped" });
  // A job may also finish on its own after it was asked.
  await end("c");
  assertEquals(started, ["a", "b", "c"]);
  assertEquals(await run, [{ state: "done" }, { state: "stopped" }, { state: "done" }]);
});

Deno.test("jobs that a stop kept from starting count as stopped", async () => {
  const { launch, end, started } = fakes();
  const controller = new AbortController();
  const run = runJobs(["a", "b"], { limit: 1, launch, onEnd: () => {}, signal: controller.signal });
  controller.abort();
  await end("a", { state: "stopped" });
  assertEquals(await run, [{ state: "stopped" }, { state: "stopped" }]);
  assertEquals(started, ["a"]);
});
