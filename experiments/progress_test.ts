import { assertEquals } from "@std/assert";
import type { ArmMessage } from "./messages.ts";
import { formatMessage, parseMessage } from "./messages.ts";
import { describeEstimate, Pace } from "./pace.ts";
import { lineProgress } from "./progress.ts";

function step(number: number, steps: number): ArmMessage {
  return {
    kind: "step",
    step: number,
    steps,
    stepMs: 2000,
    reward: 0.312,
    accuracy: 0.4,
    meanLength: 71.2,
  };
}

Deno.test("lineProgress is quiet: start, quarters, end", () => {
  const lines: string[] = [];
  let nowMs = 0;
  const progress = lineProgress((line) => lines.push(line), () => nowMs);
  progress.message("none seed 1", { kind: "started", step: 0, steps: 8 });
  for (let number = 1; number <= 8; number++) progress.message("none seed 1", step(number, 8));
  for (let done = 1; done <= 50; done++) {
    progress.message("none seed 1", { kind: "evaluated", done, total: 50 });
  }
  progress.message("none seed 1", { kind: "diagnosis", sentence: "Step 8: it is ill." });
  nowMs = 20_000;
  progress.ended("none seed 1", { state: "done" });
  progress.ended("exact seed 1", { state: "failed", cause: "no memory" });
  assertEquals(lines, [
    "none seed 1: training, step 0 of 8",
    "none seed 1: step 2 of 8, 2.0 s a step, 12.0 s left; reward 0.31, accuracy 40 %, 71 tokens",
    "none seed 1: step 4 of 8, 2.0 s a step, 8.0 s left; reward 0.31, accuracy 40 %, 71 tokens",
    "none seed 1: step 6 of 8, 2.0 s a step, 4.0 s left; reward 0.31, accuracy 40 %, 71 tokens",
    "none seed 1: step 8 of 8, 2.0 s a step, 0.0 s left; reward 0.31, accuracy 40 %, 71 tokens",
    "none seed 1: Step 8: it is ill.",
    "none seed 1: done in 20.0 s",
    "exact seed 1: failed: no memory",
  ]);
});

Deno.test("lineProgress of a resumed arm does not repeat the quarters behind it", () => {
  const lines: string[] = [];
  const progress = lineProgress((line) => lines.push(line), () => 0);
  progress.message("a", { kind: "started", step: 6, steps: 8 });
  progress.message("a", step(7, 8));
  assertEquals(lines, ["a: training, step 6 of 8"]);
});

Deno.test("Pace follows the latest steps, and the estimate divides by the jobs", () => {
  const pace = new Pace();
  assertEquals(pace.meanMs(), null);
  for (let i = 0; i < 10; i++) pace.observe(9000);
  for (let i = 0; i < 10; i++) pace.observe(1000);
  assertEquals(pace.meanMs(), 1000);
  assertEquals(
    describeEstimate(2100, 240, 2),
    "estimate: about 4 min 12 s of training left (240 steps of 2.1 s, 2 at a time), " +
      "evaluation not counted",
  );
});

Deno.test("messages survive the pipe, and other output is not taken for one", () => {
  const message = step(3, 8);
  assertEquals(parseMessage(formatMessage(message).trimEnd()), message);
  assertEquals(parseMessage('{"kind":"step"}'), null);
  assertEquals(parseMessage("@terse {torn"), null);
});
