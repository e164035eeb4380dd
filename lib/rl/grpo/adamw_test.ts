import * as tf from "@tensorflow/tfjs";
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { uniform } from "@terse/data";
import { adamwStep, createAdamWState } from "./adamw.ts";
import { tensorsLeftBy, testOnBackends } from "./on_backends.ts";

const options = {
  learningRate: 0.1,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0.01,
  gradientFactor: 1,
};

testOnBackends("the first step moves by the learning rate against the gradient's sign", () => {
  // Bias correction makes m = g and v = g^2 at step 1: 2 (1 - 0.001) - 0.1 sign(g).
  const weights = { a: tf.tensor1d([2, 2]) };
  const gradients = { a: tf.tensor1d([5, -0.003]) };
  const next = adamwStep(weights, gradients, createAdamWState(weights), options);
  const [up, down] = next.weights.a!.dataSync();
  assertAlmostEquals(up!, 1.898, 1e-6);
  assertAlmostEquals(down!, 2.098, 1e-6);
  assertEquals(next.state.step, 1);
  assertAlmostEquals(next.state.m.a!.dataSync()[0]!, 0.5, 1e-6);
  assertAlmostEquals(next.state.v.a!.dataSync()[0]!, 0.025, 1e-6);
  tf.dispose([next, gradients]);
});

testOnBackends("gradients are multiplied by their factor, and stay the caller's", () => {
  const weights = { a: tf.tensor1d([2, 2]) };
  const gradients = { a: tf.tensor1d([5, -3]) };
  const half = { ...options, gradientFactor: 0.5 };
  const next = adamwStep(weights, gradients, createAdamWState(weights), half);
  assertAlmostEquals(next.state.m.a!.dataSync()[0]!, 0.25, 1e-6);
  assertAlmostEquals(next.state.v.a!.dataSync()[1]!, 0.00225, 1e-7);
  assertEquals([...gradients.a.dataSync()], [5, -3]);
  tf.dispose([next, gradients]);
});

testOnBackends("ten steps follow the paper's update in float64", () => {
  // Algorithm 2 with eta_t = learning rate folded into alpha and lambda, written out.
  const size = 6;
  const gradientAt = (t: number, i: number) => uniform("adamw test gradient", 1, t, i) - 0.4;
  const expected = Array.from({ length: size }, (_, i) => {
    let theta = uniform("adamw test weight", 1, i), m = 0, v = 0;
    for (let t = 1; t <= 10; t++) {
      const g = gradientAt(t, i);
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g * g;
      const mHat = m / (1 - 0.9 ** t), vHat = v / (1 - 0.999 ** t);
      theta -= 0.1 * (mHat / (Math.sqrt(vHat) + 1e-8) + 0.01 * theta);
    }
    return theta;
  });
  const initial = Array.from({ length: size }, (_, i) => uniform("adamw test weight", 1, i));
  let weights: Record<string, tf.Tensor> = { w: tf.tensor2d(initial, [2, 3]) };
  let state = createAdamWState(weights);
  for (let t = 1; t <= 10; t++) {
    const w = tf.tensor2d(Array.from({ length: size }, (_, i) => gradientAt(t, i)), [2, 3]);
    ({ weights, state } = adamwStep(weights, { w }, state, options));
    w.dispose();
  }
  weights.w!.dataSync().forEach((value, i) => assertAlmostEquals(value, expected[i]!, 5e-6));
  assertEquals(weights.w!.shape, [2, 3]);
  tf.dispose([weights, state]);
});

testOnBackends("a step keeps the number of tensors and disposes exactly the old ones", async () => {
  const weights = { a: tf.ones([3]), b: tf.ones([2, 2]) };
  const gradients = { a: tf.ones([3]), b: tf.ones([2, 2]) };
  const state = createAdamWState(weights);
  let next = { weights: weights as Record<string, tf.Tensor>, state };
  assertEquals(
    await tensorsLeftBy(() => void (next = adamwStep(weights, gradients, state, options))),
    0,
  );
  const old = [weights, state.m, state.v].flatMap((tensors) => Object.values(tensors));
  assert(old.every((tensor) => tensor.isDisposed));
  const kept = [gradients, next.weights, next.state.m, next.state.v];
  assert(kept.flatMap((tensors) => Object.values(tensors)).every((x) => !x.isDisposed));
  tf.dispose([next, gradients]);
});

testOnBackends("a missing or misshapen gradient is refused before anything is disposed", () => {
  const weights = { a: tf.ones([3]), b: tf.ones([2, 2]) };
  const state = createAdamWState(weights);
  const a = tf.ones([3]);
  assertThrows(() => adamwStep(weights, { a }, state, options), RangeError, "missing");
  const transposed = { a, b: tf.ones([4]) };
  assertThrows(() => adamwStep(weights, transposed, state, options), RangeError, "[2,2]");
  assert(!weights.a.isDisposed && !state.m.a!.isDisposed);
  tf.dispose([weights, state, transposed]);
});
