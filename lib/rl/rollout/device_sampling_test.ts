import { assertAlmostEquals, assertEquals } from "@std/assert";
import { uniform } from "@terse/data";
import * as tf from "@tensorflow/tfjs";
import { loadEngine } from "../engine/engine.ts";
import { TEST_ENGINE } from "../engine/test_engine.ts";
import { candidateCount, drawTokens } from "./device_sampling.ts";
import { belowOne, drawToken, type TokenSampling } from "./sampling.ts";

await loadEngine(TEST_ENGINE);

const B = 96;
const whole: TokenSampling = { temperature: 1, topK: 0, topP: 1, minP: 0 };
const samplings: Record<string, TokenSampling> = {
  whole,
  cooler: { ...whole, temperature: 0.6 },
  greedy: { ...whole, temperature: 0 },
  topK: { ...whole, topK: 7 },
  topP: { ...whole, topP: 0.9 },
  minP: { ...whole, minP: 0.2 },
  all: { temperature: 1.3, topK: 20, topP: 0.8, minP: 0.05 },
};

/** Logits with a standard deviation of 2, or flat ones whose nucleus is most of the vocabulary. */
function rows(V: number, spread: number): { logits: Float32Array; uniforms: number[] } {
  return {
    logits: Float32Array.from(
      { length: B * V },
      (_, i) => spread * (uniform("logit", 1, i) + uniform("logit", 2, i) - 1) * 5,
    ),
    uniforms: Array.from({ length: B }, (_, b) => belowOne(uniform("draw", V, b))),
  };
}

async function drawOnEngine(
  logits: Float32Array,
  uniforms: number[],
  sampling: TokenSampling,
  isRepeated: boolean,
) {
  const V = logits.length / uniforms.length;
  const drawn = tf.tidy(() =>
    drawTokens(
      tf.tensor2d(logits, [uniforms.length, V]),
      tf.tensor1d(uniforms),
      sampling,
      candidateCount(sampling, V, isRepeated),
    )
  );
  const [ids, logprobs, isKnown] = await drawn.array() as [number[], number[], number[]];
  drawn.dispose();
  return { ids, logprobs, isKnown };
}

// 640 and 1,000 split in blocks, 997 is prime.
for (const V of [12, 640, 997, 1000]) {
  Deno.test(`the engine draws as drawToken does, ${V} tokens`, async () => {
    const { logits, uniforms } = rows(V, 1);
    for (const [name, sampling] of Object.entries(samplings)) {
      let drawn = await drawOnEngine(logits, uniforms, sampling, false);
      if (drawn.isKnown.includes(0)) drawn = await drawOnEngine(logits, uniforms, sampling, true);
      const { ids, logprobs } = drawn;
      const twins = uniforms.map((u, b) =>
        drawToken(logits.subarray(b * V, (b + 1) * V), sampling, u)
      );
      assertEquals(ids, twins.map(({ id }) => id), name);
      twins.forEach(({ logprob }, b) => assertAlmostEquals(logprobs[b]!, logprob, 1e-5));
    }
  });
}

Deno.test("a nucleus larger than the candidates asks for a draw with all of them", async () => {
  const V = 1000, sampling = { ...whole, topP: 0.9 };
  const { logits, uniforms } = rows(V, 0.02);
  const first = await drawOnEngine(logits, uniforms, sampling, false);
  assertEquals(new Set(first.isKnown), new Set([0]));
  const second = await drawOnEngine(logits, uniforms, sampling, true);
  assertEquals(new Set(second.isKnown), new Set([1]));
  const twins = uniforms.map((u, b) =>
    drawToken(logits.subarray(b * V, (b + 1) * V), sampling, u).id
  );
  assertEquals(second.ids, twins);
});

Deno.test("a token without weight is never drawn, at either end", async () => {
  const logits = Float32Array.from([-1e9, 0, -1e9, 0, -1e9, -1e9, -1e9, -1e9]);
  const uniforms = [0, belowOne(1)];
  const twice = Float32Array.from([...logits, ...logits]);
  const { ids, logprobs } = await drawOnEngine(twice, uniforms, whole, false);
  assertEquals(ids, [1, 3]);
  for (const logprob of logprobs) assertAlmostEquals(logprob, Math.log(0.5), 1e-6);
});
