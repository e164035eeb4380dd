import * as tf from "@tensorflow/tfjs";
import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { clipGradNorm, globalNorm, type GradClipping } from "./clip_grad.ts";
import { tensorsLeftBy, testOnBackends } from "./on_backends.ts";

testOnBackends("gradients longer than the limit are scaled to it, together", async () => {
  const gradients = { a: tf.tensor2d([[3, 4]]), b: tf.scalar(-12), c: tf.zeros([2]) };
  const clipping = await clipGradNorm(gradients, 2);
  assertAlmostEquals(clipping.norm, 13, 1e-6);
  assertAlmostEquals(clipping.factor, 2 / 13, 1e-6);
  tf.dispose(gradients);
});

testOnBackends("gradients within the limit stay as they are", async () => {
  const gradients = { a: tf.tensor2d([[0.3, 0.4]]) };
  const { norm, factor } = await clipGradNorm(gradients, 1);
  assertAlmostEquals(norm, 0.5, 1e-7);
  assertEquals(factor, 1);
  tf.dispose(gradients);
});

testOnBackends("at the limit itself 1e-6 is added to the norm, as in PyTorch", async () => {
  const gradients = { a: tf.tensor1d([4]) };
  const { factor } = await clipGradNorm(gradients, 4);
  assertAlmostEquals(factor, 4 / (4 + 1e-6), 1e-12);
  tf.dispose(gradients);
});

testOnBackends("a norm that is not finite gives the factor 1, and no tensor is left", async () => {
  const gradients = { a: tf.tensor1d([NaN, 3]), b: tf.ones([2]) };
  let clipping: GradClipping | null = null;
  assertEquals(
    await tensorsLeftBy(async () => void (clipping = await clipGradNorm(gradients, 0.1))),
    0,
  );
  assertEquals(clipping, { norm: NaN, factor: 1 });
  tf.dispose(gradients);
});

testOnBackends("a long sum of small squares beside a large one is not lost", () => {
  // 10^8 + 9999: a single float32 running sum stays at 10^8, since it steps by 8 there.
  const values = new Float32Array(10_000).fill(1);
  values[0] = 10_000;
  const norm = tf.tidy(() => globalNorm({ a: tf.tensor2d(values, [100, 100]) }).dataSync()[0]!);
  assertAlmostEquals(norm, Math.sqrt(1e8 + 9999), 0.1);
});

testOnBackends("no gradients have norm 0, and a limit of 0 is refused", async () => {
  assertEquals((await clipGradNorm({}, 1)).norm, 0);
  await assertRejects(() => clipGradNorm({}, 0), RangeError, "current value is 0");
});
