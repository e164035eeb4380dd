/**
 * `deno task bench:leak`: training steps for a given time, with what is alive after each minute. Tensors must
 * not change by one from the second step on; the process's memory must not grow.
 *
 *   deno task bench:leak [--minutes 60] [--engine NAME] [--model tiny|smollm2]
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type EngineName, loadEngine, loadPolicy, trainStep } from "@terse/rl";
import { parseArgs } from "node:util";
import { describeGrowth, growsBy, type LeakSample } from "./bench_leak/growth.ts";
import { BENCH_SCHEME, benchQuestions, benchTraining, startBench } from "./bench_training.ts";

const SEED = 1;

/** Questions that are trained on over and over: longer ones than before would look like a leak. */
const QUESTIONS = 64;

async function* samples(
  model: string,
  engine: EngineName,
  minutes: number,
): AsyncGenerator<LeakSample> {
  await loadEngine(engine);
  const training = benchTraining(model);
  const refPolicy = await loadPolicy(model);
  const questions = benchQuestions(model, refPolicy, QUESTIONS);
  let state = startBench(refPolicy);
  const startMs = performance.now();
  let minute = 0, peak = 0;
  while (minute < minutes) {
    const first = state.step * training.numPrompts % QUESTIONS;
    const chosen = questions.slice(first, first + training.numPrompts);
    ({ state } = await trainStep(state, refPolicy, chosen, BENCH_SCHEME, training, SEED));
    peak = Math.max(peak, Deno.memoryUsage().rss);
    const now = Math.floor((performance.now() - startMs) / 60_000);
    // The first step still shares the reference's weights.
    if (state.step < 2 || (now === minute && state.step > 2)) continue;
    minute = now;
    const { numTensors, numBytes } = tf.memory();
    yield { minute, steps: state.step, numTensors, numBytes, rssBytes: peak };
    peak = 0;
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      minutes: { type: "string", default: "60" },
      engine: { type: "string", default: "wasm" },
      model: { type: "string", default: "tiny" },
    },
  });
  console.log("minute  steps  tensors  tensor bytes  largest memory after a step, MiB");
  const seen: LeakSample[] = [];
  for await (
    const sample of samples(values.model, values.engine as EngineName, Number(values.minutes))
  ) {
    seen.push(sample);
    const { minute, steps, numTensors, numBytes, rssBytes } = sample;
    console.log(
      [
        String(minute).padStart(6),
        String(steps).padStart(5),
        String(numTensors).padStart(7),
        String(numBytes).padStart(12),
        (rssBytes / 2 ** 20).toFixed(0),
      ].join("  "),
    );
  }
  console.log(describeGrowth(seen));
  if (growsBy(seen) !== null) Deno.exit(1);
}
