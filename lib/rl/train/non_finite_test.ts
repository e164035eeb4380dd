import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { loadEngine } from "../engine/engine.ts";
import { TEST_ENGINE } from "../engine/test_engine.ts";
import { clipGradNorm } from "../grpo/mod.ts";
import { nonFinitePart } from "./non_finite.ts";

await loadEngine(TEST_ENGINE);

async function partOf(loss: number, values: Readonly<Record<string, number[]>>) {
  const gradients = Object.fromEntries(
    Object.entries(values).map(([name, numbers]) => [name, tf.tensor1d(numbers)]),
  );
  const { norm } = await clipGradNorm(gradients, 1);
  const before = tf.memory().numTensors;
  const found = await nonFinitePart(loss, gradients, norm);
  assertEquals(tf.memory().numTensors, before);
  tf.dispose(gradients);
  return found;
}

Deno.test("what is not finite is named, the loss before the first gradient", async () => {
  assertEquals(await partOf(1, { a: [1, 2], b: [3] }), null);
  assertEquals(await partOf(NaN, { a: [NaN], b: [3] }), "loss");
  assertEquals(await partOf(Infinity, { a: [1] }), "loss");
  assertEquals(await partOf(1, { a: [1], b: [3, NaN], c: [Infinity] }), "b");
  assertEquals(await partOf(1, { a: [1], b: [3], c: [1, -Infinity] }), "c");
});

Deno.test("finite gradients whose squares overflow float32 are told from infinite ones", async () => {
  // (1e20)^2 is beyond float32's 3.4e38.
  assertEquals(await partOf(1, { a: [1e20], b: [1] }), "grad_norm");
});
