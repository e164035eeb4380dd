/**
 * `deno task bench:leak`: training steps for a given time, with what is alive after each minute. Tensors must
 * not change by one from the second step on; the process's memory must not grow.
 *
 *   deno task bench:leak [--minutes 60] [--engine NAME] [--model tiny|smollm2]
 *
 * @module
 */
import { collectQuestions, questionsOfStep } from "../experiments/sources.ts";
import { findArm, lengthPenalty, rewardScheme } from "@terse/experiments";
import { defaultTemplate, tinyTemplate } from "@terse/data";
import { startRewardState } from "@terse/rewards";
import * as tf from "@tensorflow/tfjs";
import {
  cloneWeights,
  createAdamWState,
  type EngineName,
  type GrpoState,
  loadEngine,
  loadPolicy,
  trainStep,
} from "@terse/rl";
import { parseArgs } from "node:util";
import { describeGrowth, growsBy, type LeakSample } from "./bench_leak/growth.ts";

const SEED = 1;

/** Questions that are trained on over and over: longer ones than before would look like a leak. */
const QUESTIONS = 64;

async function* samples(
  model: string,
  engine: EngineName,
  minutes: number,
): AsyncGenerator<LeakSample> {
  await loadEngine(engine);
  const settings = lengthPenalty.settings[model === "tiny" ? "tiny" : "llm"];
  const { training } = settings;
  const refPolicy = await loadPolicy(model);
  const { splits } = await collectQuestions({
    paths: [],
    sampleSeed: 0,
    counts: { train: QUESTIONS, test: 1, ood: 1 },
    budgets: settings.budgets,
    template: model === "tiny" ? tinyTemplate : defaultTemplate,
    maxPromptLength: training.maxPromptLength,
    onBadRow: "fail",
  }, refPolicy.tokenizer);
  const scheme = rewardScheme(findArm(lengthPenalty, "maximum"), settings);
  let state: GrpoState = {
    step: 0,
    policy: { ...refPolicy, weights: cloneWeights(refPolicy.weights) },
    optimizer: createAdamWState(refPolicy.weights),
    rewards: startRewardState(scheme),
    refWeights: null,
  };
  const startMs = performance.now();
  let minute = 0, peak = 0;
  while (minute < minutes) {
    const chosen = questionsOfStep(splits.train, training.numPrompts, SEED, state.step + 1, false);
    ({ state } = await trainStep(state, refPolicy, chosen, scheme, training, SEED));
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
